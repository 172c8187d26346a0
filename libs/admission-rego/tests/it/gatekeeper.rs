//! Gatekeeper: the templates of its documentation and library, in our own words, with what they are documented to say.

use admission::{Outcome, Verdict};
use admission_cel::Steps;
use admission_rego::{Gatekeeper, Limit};

use crate::{DEPLOYMENT, EACH, objects, requests};

fn template(kind: &str, target: &str) -> String {
    format!(
        "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {{name: {}}}\nspec:\n  crd: {{spec: {{names: {{kind: {kind}}}}}}}\n  targets:\n  - target: admission.k8s.gatekeeper.sh\n{target}---\n",
        kind.to_lowercase()
    )
}

fn rego(text: &str) -> String {
    format!("    rego: |\n{}", text.lines().map(|line| format!("      {line}\n")).collect::<String>())
}

fn constraint(kind: &str, spec: &str) -> String {
    format!(
        "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: {kind}\nmetadata: {{name: c}}\nspec: {spec}\n"
    )
}

/// `K8sRequiredLabels`: says which labels are missing.
const REQUIRED_LABELS: &str = r#"package k8srequiredlabels
violation[{"msg": msg, "details": {"missing_labels": missing}}] {
  provided := {label | input.review.object.metadata.labels[label]}
  required := {label | label := input.parameters.labels[_]}
  missing := required - provided
  count(missing) > 0
  msg := sprintf("you must provide labels: %v", [missing])
}"#;

fn run(policies: &str, before: &str, after: &str) -> Vec<Verdict> {
    let (mut gatekeeper, invalid) = Gatekeeper::read(&objects(policies), &objects(after), Limit(EACH));
    assert_eq!(invalid, []);
    let steps = Steps::of(100 * EACH);
    let requests = requests(before, after);
    let mut found: Vec<Verdict> =
        requests.iter().flat_map(|request| gatekeeper.evaluate(request, EACH, &steps)).collect();
    found.extend(gatekeeper.open());
    found
}

fn outcomes(policies: &str, before: &str, after: &str) -> Vec<Outcome> {
    run(policies, before, after).into_iter().map(|one| one.outcome).collect()
}

fn refuses(text: &str) -> Outcome {
    Outcome::Refuses(text.to_owned())
}

fn namespace(labels: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {labels}}}\n")
}

#[test]
fn required_labels_names_those_that_are_missing() {
    let policies = template("K8sRequiredLabels", &rego(REQUIRED_LABELS))
        + &constraint(
            "K8sRequiredLabels",
            "{match: {kinds: [{apiGroups: [''], kinds: [Namespace]}]}, parameters: {labels: [gatekeeper]}}",
        );
    let found = run(&policies, "", &namespace("{a: b}"));
    let [verdict] = &found[..] else { panic!("{found:?}") };
    assert_eq!(verdict.outcome, refuses(r#"you must provide labels: {"gatekeeper"}"#));
    assert_eq!(verdict.policy.name, "K8sRequiredLabels/c");
    assert_eq!(outcomes(&policies, "", &namespace("{gatekeeper: x}")), []);
    assert_eq!(outcomes(&policies, "", DEPLOYMENT), []);
    // Nobody asks Gatekeeper about what goes.
    assert_eq!(outcomes(&policies, &namespace("{a: b}"), ""), []);
}

#[test]
fn the_action_of_a_constraint_is_refusing_unless_it_says_otherwise() {
    let with = |action: &str| {
        template("K8sRequiredLabels", &rego(REQUIRED_LABELS))
            + &constraint("K8sRequiredLabels", &format!("{{{action}, parameters: {{labels: [x]}}}}"))
    };
    let text = r#"you must provide labels: {"x"}"#.to_owned();
    for (action, expected) in [
        ("enforcementAction: deny", Outcome::Refuses(text.clone())),
        ("enforcementAction: warn", Outcome::Warns(text.clone())),
        ("enforcementAction: dryrun", Outcome::Warns(text.clone())),
        (
            "enforcementAction: scoped, scopedEnforcementActions: [{action: deny, enforcementPoints: [{name: validation.gatekeeper.sh}]}]",
            Outcome::Refuses(text.clone()),
        ),
        (
            "enforcementAction: scoped, scopedEnforcementActions: [{action: deny, enforcementPoints: [{name: audit.gatekeeper.sh}]}]",
            Outcome::Warns(text.clone()),
        ),
    ] {
        assert_eq!(outcomes(&with(action), "", &namespace("{}")), [expected], "{action}");
    }
}

#[test]
fn a_constraint_matches_by_kind_namespace_name_scope_and_labels() {
    let after = DEPLOYMENT.replace("namespace: shop}", "namespace: shop, labels: {tier: web}}");
    let always = "package always\nviolation[{\"msg\": \"x\"}] { input.review.kind.kind == \"Deployment\" }";
    for (given, is_about) in [
        ("{}", true),
        ("{kinds: [{apiGroups: ['*'], kinds: ['*']}]}", true),
        ("{kinds: [{apiGroups: [apps], kinds: [StatefulSet]}]}", false),
        ("{namespaces: [sho*]}", true),
        ("{namespaces: [other]}", false),
        ("{excludedNamespaces: ['*op']}", false),
        ("{name: hel*}", true),
        ("{name: other}", false),
        ("{scope: Cluster}", false),
        ("{labelSelector: {matchLabels: {tier: web}}}", true),
        ("{labelSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [web]}]}}", false),
    ] {
        let policies =
            template("Always", &rego(always)) + &constraint("Always", &format!("{{match: {given}}}"));
        let found = outcomes(&policies, "", &after);
        assert_eq!(found == [refuses("x")], is_about, "{given}: {found:?}");
    }
    let policies = template("Always", &rego(always))
        + &constraint("Always", "{match: {namespaceSelector: {matchLabels: {team: a}}}}");
    let why = "the labels of the namespace shop, which is not among the files".to_owned();
    assert_eq!(outcomes(&policies, "", &after), [Outcome::NotEvaluated(why)]);
}

#[test]
fn the_object_before_and_libraries() {
    let target = "    code:\n    - engine: Rego\n      source:\n        version: v1\n        libs:\n        - |\n          package lib.sizes\n          shrinks(old, new) if new < old\n        rego: |\n          package keepreplicas\n          import data.lib.sizes\n          violation contains {\"msg\": msg} if {\n            sizes.shrinks(input.review.oldObject.spec.replicas, input.review.object.spec.replicas)\n            msg := sprintf(\"%s of %v\", [input.review.operation, input.review.name])\n          }\n";
    let policies = template("KeepReplicas", target) + &constraint("KeepReplicas", "{}");
    let more = DEPLOYMENT.replace("spec:\n  selector", "spec:\n  replicas: 3\n  selector");
    assert_eq!(outcomes(&policies, &more, DEPLOYMENT), [refuses("UPDATE of hello")]);
    assert_eq!(outcomes(&policies, DEPLOYMENT, &more), []);
}

/// `K8sUniqueIngressHost`: two Ingresses with one host.
#[test]
fn other_objects_are_those_of_the_files() {
    let unique = r#"package k8suniqueingresshost
identical(obj, review) { obj.metadata.namespace == review.object.metadata.namespace; obj.metadata.name == review.object.metadata.name }
violation[{"msg": msg}] {
  host := input.review.object.spec.rules[_].host
  other := data.inventory.namespace[_][_]["Ingress"][_]
  other.spec.rules[_].host == host
  not identical(other, input.review)
  msg := sprintf("ingress host conflicts with an existing ingress <%v>", [host])
}"#;
    let policies =
        template("K8sUniqueIngressHost", &rego(unique)) + &constraint("K8sUniqueIngressHost", "{}");
    let ingress = |name: &str, host: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{rules: [{{host: {host}}}]}}\n---\n"
        )
    };
    let before = ingress("a", "x.example");
    let partial = Outcome::NotEvaluated(
        "the other objects of the cluster (`data.inventory`): those of the files alone are known".to_owned(),
    );
    let clash = format!("{before}{}", ingress("b", "x.example"));
    let message = "ingress host conflicts with an existing ingress <x.example>";
    assert_eq!(outcomes(&policies, &before, &clash), [refuses(message), partial.clone()]);
    let fine = format!("{before}{}", ingress("b", "y.example"));
    assert_eq!(outcomes(&policies, &before, &fine), [partial]);
}

/// The documented example of CEL in a template.
#[test]
fn expressions_in_a_template() {
    let target = "    code:\n    - engine: K8sNativeValidation\n      source:\n        variables:\n        - {name: replicas, expression: variables.anyObject.spec.replicas}\n        validations:\n        - expression: variables.replicas <= variables.params.max\n          messageExpression: \"'at most ' + string(variables.params.max)\"\n    - engine: Rego\n      source: {rego: \"package unused\\nviolation[{\\\"msg\\\": \\\"unused\\\"}] { true }\"}\n";
    let policies = template("MaxReplicas", target)
        + &constraint(
            "MaxReplicas",
            "{match: {kinds: [{apiGroups: [apps], kinds: [Deployment]}]}, parameters: {max: 2}}",
        );
    let many = DEPLOYMENT.replace("spec:\n  selector", "spec:\n  replicas: 3\n  selector");
    assert_eq!(outcomes(&policies, "", &many), [refuses("at most 2")]);
    assert_eq!(outcomes(&policies, "", DEPLOYMENT), []);
}

#[test]
fn a_constraint_without_its_template_is_not_evaluated() {
    let why = "its ConstraintTemplate K8sRequiredLabels, which is not among the files".to_owned();
    assert_eq!(
        outcomes(&constraint("K8sRequiredLabels", "{}"), "", DEPLOYMENT),
        [Outcome::NotEvaluated(why)]
    );
}

#[test]
fn a_template_that_cannot_be_read_is_named() {
    let broken = template("Broken", &rego("package broken\nviolation[{"));
    let (_, invalid) = Gatekeeper::read(&objects(&broken), &[], Limit(EACH));
    let text = invalid[0].to_string();
    assert!(text.starts_with("ConstraintTemplate broken: rego is not Rego: "), "{text}");
}

#[test]
fn a_violation_without_a_message_is_no_pass() {
    let rego_of = |head: &str| template("Broken", &rego(&format!("package broken\n{head} {{ true }}")));
    let policies = rego_of("violation[{\"message\": \"nay\"}]") + &constraint("Broken", "{}");
    let open = Outcome::NotEvaluated("the message (`msg`) of its result, which has none".to_owned());
    // Of the Deployment, and of the pod that it makes.
    assert_eq!(outcomes(&policies, "", DEPLOYMENT), [open.clone(), open]);
}
