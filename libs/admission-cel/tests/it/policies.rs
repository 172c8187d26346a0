//! The policies of the documentation "Validating Admission Policy", and what it says that they answer.

use admission::Outcome;
use admission_cel::Policies;

use crate::case::{bound, deployment, objects, outcomes, policy, refuses, verdicts};

const DEPLOYMENTS: &str = "matchConstraints:\n  resourceRules:\n  - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}\n";

const NAMESPACES: &str = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {environment: test}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n---\n";

fn replicas_of_test_namespaces() -> String {
    bound(
        &format!(
            "failurePolicy: Fail\n{DEPLOYMENTS}validations:\n- {{expression: 'object.spec.replicas <= 5'}}"
        ),
        "validationActions: [Deny]\nmatchResources: {namespaceSelector: {matchLabels: {environment: test}}}",
    )
}

#[test]
fn the_first_example_refuses_more_than_five_replicas_in_test_namespaces() {
    let policy = replicas_of_test_namespaces();
    let change = |namespace: &str, replicas: u32| {
        let before = format!("{NAMESPACES}{}", deployment(namespace, 1, "web:1"));
        let after = format!("{NAMESPACES}{}", deployment(namespace, replicas, "web:1"));
        outcomes(&policy, &before, &after)
    };
    assert_eq!(change("shop", 6), [refuses("failed expression: object.spec.replicas <= 5")]);
    assert_eq!(change("shop", 5), []);
    assert_eq!(change("other", 6), []);
}

#[test]
fn the_verdict_names_policy_binding_and_object() {
    let after = format!("{NAMESPACES}{}", deployment("shop", 6, "web:1"));
    let found = verdicts(&replicas_of_test_namespaces(), NAMESPACES, &after);
    let [verdict] = &found[..] else { panic!("{found:?}") };
    assert_eq!(verdict.policy.name, "ValidatingAdmissionPolicy/p (binding b)");
    assert_eq!(verdict.object.as_ref().unwrap().name, "web");
    assert!(!verdict.was_so_before);
}

/// Defaults are there before policies look: without `replicas` a Deployment has one.
#[test]
fn objects_have_their_defaults() {
    let plain = deployment("shop", 1, "web:1").replace("  replicas: 1\n", "");
    let after = format!("{NAMESPACES}{plain}");
    assert_eq!(outcomes(&replicas_of_test_namespaces(), "", &after), []);
}

#[test]
fn parameters_are_looked_up_among_the_objects() {
    let policy = bound(
        &format!(
            "paramKind: {{apiVersion: rules.example.com/v1, kind: ReplicaLimit}}\n{DEPLOYMENTS}validations:\n- expression: object.spec.replicas <= params.maxReplicas\n  messageExpression: \"'object.spec.replicas must be no greater than ' + string(params.maxReplicas)\"\n  reason: Invalid"
        ),
        "validationActions: [Deny]\nparamRef: {name: replica-limit-test.example.com, namespace: default, parameterNotFoundAction: Deny}",
    );
    let limit = "apiVersion: rules.example.com/v1\nkind: ReplicaLimit\nmetadata: {name: replica-limit-test.example.com, namespace: default}\nmaxReplicas: 3\n---\n";
    let after = format!("{limit}{}", deployment("shop", 4, "web:1"));
    assert_eq!(outcomes(&policy, limit, &after), [refuses("object.spec.replicas must be no greater than 3")]);
    let absent = outcomes(&policy, "", &deployment("shop", 4, "web:1"));
    assert_eq!(
        absent,
        [Outcome::NotEvaluated(
            "its parameters, the ReplicaLimit replica-limit-test.example.com, which is not among the files"
                .to_owned()
        )]
    );
}

#[test]
fn parameters_by_selector_are_each_held_against_the_object() {
    let policy = bound(
        &format!(
            "paramKind: {{apiVersion: v1, kind: ConfigMap}}\n{DEPLOYMENTS}validations:\n- expression: object.spec.replicas <= int(params.data.most)\n  messageExpression: \"'at most ' + params.data.most\""
        ),
        "validationActions: [Deny]\nparamRef: {selector: {matchLabels: {limit: 'yes'}}, parameterNotFoundAction: Allow}",
    );
    let limit = |name: &str, most: u32| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: shop, labels: {{limit: 'yes'}}}}\ndata: {{most: '{most}'}}\n---\n"
        )
    };
    let limits = format!("{}{}{}", limit("a", 2), limit("b", 9), limit("c", 3));
    let after = format!("{limits}{}", deployment("shop", 5, "web:1"));
    assert_eq!(outcomes(&policy, &limits, &after), [refuses("at most 2"), refuses("at most 3")]);
}

fn images_match_the_environment() -> String {
    bound(
        &format!(
            "{DEPLOYMENTS}variables:
- name: environment
  expression: \"'environment' in namespaceObject.metadata.labels ? namespaceObject.metadata.labels['environment'] : 'prod'\"
- name: exempt
  expression: \"has(object.metadata.labels) && 'exempt' in object.metadata.labels && object.metadata.labels['exempt'] == 'true'\"
- name: containers
  expression: object.spec.template.spec.containers
- name: containersToCheck
  expression: \"variables.containers.filter(c, c.image.contains('example.com/'))\"
validations:
- expression: \"variables.exempt || variables.containersToCheck.all(c, c.image.startsWith(variables.environment + '.'))\"
  messageExpression: \"'only ' + variables.environment + ' images are allowed in namespace ' + namespaceObject.metadata.name\""
        ),
        "validationActions: [Deny]",
    )
}

#[test]
fn variables_are_composed_and_messages_are_made() {
    let policy = images_match_the_environment();
    let change = |namespace: &str, image: &str| {
        outcomes(&policy, NAMESPACES, &format!("{NAMESPACES}{}", deployment(namespace, 1, image)))
    };
    assert_eq!(
        change("other", "invalid.example.com/nginx"),
        [refuses("only prod images are allowed in namespace other")]
    );
    assert_eq!(change("other", "prod.example.com/nginx"), []);
    assert_eq!(
        change("shop", "prod.example.com/nginx"),
        [refuses("only test images are allowed in namespace shop")]
    );
    assert_eq!(change("shop", "elsewhere.com/nginx"), []);
}

#[test]
fn an_error_refuses_unless_the_policy_fails_open() {
    let expression = "object.metadata.labels.owner == 'shop'";
    let spec =
        |failure: &str| format!("failurePolicy: {failure}\nvalidations:\n- {{expression: \"{expression}\"}}");
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let failed = format!("expression '{expression}' resulted in error: no such key: labels");
    assert_eq!(outcomes(&policy(&spec("Fail")), "", object), [Outcome::Fails(failed)]);
    assert_eq!(outcomes(&policy(&spec("Ignore")), "", object), []);
}

#[test]
fn actions_without_deny_warn() {
    let spec = format!(
        "{DEPLOYMENTS}validations:\n- {{expression: 'object.spec.replicas <= 5', message: ' too many '}}"
    );
    let after = deployment("shop", 6, "web:1");
    for (actions, expected) in [
        ("[Warn]", Outcome::Warns("too many".to_owned())),
        ("[Audit]", Outcome::Warns("too many".to_owned())),
        ("[Deny, Audit]", refuses("too many")),
    ] {
        let policy = bound(&spec, &format!("validationActions: {actions}"));
        assert_eq!(outcomes(&policy, "", &after), [expected], "{actions}");
    }
}

#[test]
fn the_object_before_is_null_when_one_is_made_and_the_object_when_one_goes() {
    let only = |expression: &str, operations: &str| {
        bound(
            &format!(
                "matchConstraints: {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: {operations}, resources: [configmaps]}}]}}\nvalidations: [{{expression: \"{expression}\", message: nay}}]"
            ),
            "validationActions: [Deny]",
        )
    };
    let map = |value: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{k: {value}}}\n")
    };
    let immutable = only("oldObject == null || object.data == oldObject.data", "['*']");
    assert_eq!(outcomes(&immutable, "", &map("x")), []);
    assert_eq!(outcomes(&immutable, &map("x"), &map("y")), [refuses("nay")]);
    let kept = only("object != null || oldObject.data.k != 'x'", "[DELETE]");
    assert_eq!(outcomes(&kept, &map("x"), ""), [refuses("nay")]);
    assert_eq!(outcomes(&kept, &map("x"), &map("y")), []);
    let by_operation = only(
        "request.operation == 'UPDATE' && request.name == 'a' && request.kind.kind == 'ConfigMap'",
        "['*']",
    );
    assert_eq!(outcomes(&by_operation, &map("x"), &map("y")), []);
    assert_eq!(outcomes(&by_operation, "", &map("y")), [refuses("nay")]);
}

#[test]
fn what_stays_as_it_is_asks_for_nothing() {
    let policy = policy("validations: [{expression: 'false', message: never}]");
    let same = deployment("shop", 6, "web:1");
    assert_eq!(outcomes(&policy, &same, &same), []);
    // The same object, with a default written out.
    let written = same.replace("  replicas: 6\n", "  replicas: 6\n  revisionHistoryLimit: 10\n");
    assert_eq!(outcomes(&policy, &same, &written), []);
}

#[test]
fn a_refusal_that_was_there_before_is_told_as_such() {
    let policy = policy("validations: [{expression: 'object.data.k == \"z\"', message: nay}]");
    let map = |value: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{k: {value}}}\n")
    };
    let found = verdicts(&policy, &map("x"), &map("y"));
    assert!(matches!(&found[..], [verdict] if verdict.was_so_before && verdict.outcome == refuses("nay")));
    assert!(!verdicts(&policy, &map("z"), &map("y"))[0].was_so_before);
}

#[test]
fn the_pods_of_a_workload_are_held_against_policies_for_pods() {
    let pods = bound(
        "matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}\nvalidations:\n- {expression: \"object.spec.containers.all(c, !c.image.endsWith(':latest'))\", message: latest}",
        "validationActions: [Deny]",
    );
    let found = verdicts(&pods, &deployment("shop", 1, "web:1"), &deployment("shop", 1, "web:latest"));
    let [verdict] = &found[..] else { panic!("{found:?}") };
    assert_eq!(
        (verdict.object.as_ref().unwrap().kind.as_str(), verdict.path.to_string()),
        ("Deployment", "spec.template".to_owned())
    );
    // Another number of the same pods asks for no other pod.
    assert_eq!(
        outcomes(&pods, &deployment("shop", 1, "web:latest"), &deployment("shop", 2, "web:latest")),
        []
    );
}

#[test]
fn a_policy_that_cannot_be_read_is_named_with_the_place() {
    let broken = policy("validations: [{expression: 'object.spec.replicas <='}]");
    let (read, invalid) = Policies::read(&objects(&broken), |_| false);
    assert!(read.is_empty());
    let text = invalid[0].to_string();
    assert!(text.starts_with("ValidatingAdmissionPolicy p: spec.validations[0].expression: "), "{text}");
}

#[test]
fn a_policy_without_a_binding_does_nothing_unless_it_is_being_tried() {
    let policy = bound("validations: [{expression: 'false'}]", "validationActions: [Deny]");
    let alone = objects(policy.split("---").next().unwrap());
    assert!(Policies::read(&alone, |_| false).0.is_empty());
    assert!(!Policies::read(&alone, |_| true).0.is_empty());
}
