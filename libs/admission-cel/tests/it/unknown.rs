//! What no file says is no answer, and never a silent pass.

use admission::{Input, Outcome, requests};
use admission_cel::{ParameterObjects, Policies, Steps};
use kube_model::Redactor;

use crate::case::{EACH, bound, objects, outcomes, policy, refuses};

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\ndata: {k: x}\n";

fn of(spec: &str) -> Vec<Outcome> {
    outcomes(&policy(spec), "", MAP)
}

fn unknown(why: &str) -> Vec<Outcome> {
    vec![Outcome::NotEvaluated(why.to_owned())]
}

#[test]
fn who_applies_it_is_not_known() {
    let user = "who applies it (`request.userInfo`)";
    assert_eq!(of("validations: [{expression: \"request.userInfo.username == 'admin'\"}]"), unknown(user));
    assert_eq!(
        of("validations: [{expression: \"authorizer.group('').resource('pods').check('get').allowed()\"}]"),
        unknown("what the one who applies it may do (`authorizer`)")
    );
    assert_eq!(
        of("validations: [{expression: \"'a' == 'b' || request.userInfo.username == 'a'\"}]"),
        unknown(user)
    );
}

#[test]
fn what_decides_without_it_decides() {
    assert_eq!(of("validations: [{expression: \"true || request.userInfo.username == 'admin'\"}]"), []);
    assert_eq!(
        of(
            "validations: [{expression: \"object.data.k == 'y' && request.userInfo.username == 'a'\", message: nay}]"
        ),
        [refuses("nay")]
    );
}

/// The published conditions that leave out kubelets: a policy that has nothing against the object passes all the same.
#[test]
fn a_condition_that_nobody_knows_matters_only_to_a_refusal() {
    let conditions = "matchConditions:\n- {name: exclude-leases, expression: '!(request.resource.group == \"coordination.k8s.io\" && request.resource.resource == \"leases\")'}\n- {name: exclude-kubelet-requests, expression: '!(\"system:nodes\" in request.userInfo.groups)'}\n";
    assert_eq!(of(&format!("{conditions}validations: [{{expression: 'has(object.data)'}}]")), []);
    assert_eq!(
        of(&format!("{conditions}validations: [{{expression: '!has(object.data)'}}]")),
        unknown("who applies it (`request.userInfo`)")
    );
    let never = "matchConditions:\n- {name: a, expression: 'request.userInfo.username == \"x\"'}\n- {name: b, expression: 'false'}\n";
    assert_eq!(of(&format!("{never}validations: [{{expression: 'false'}}]")), []);
}

/// One validation that nobody can evaluate does not hide another that refuses, or fails, whatever it comes to.
#[test]
fn a_refusal_that_is_certain_stands_beside_what_is_not_known() {
    let user = "who applies it (`request.userInfo`)";
    let open = "{expression: \"request.userInfo.username != 'bob'\"}";
    let refused = "{expression: \"object.data.k == 'y'\", message: nay}";
    for validations in [format!("[{refused}, {open}]"), format!("[{open}, {refused}]")] {
        let found = of(&format!("validations: {validations}"));
        assert_eq!(found, [refuses("nay"), unknown(user).remove(0)], "{validations}");
    }
    let fails = "{expression: 'object.data.other == \"y\"'}";
    let failed = "expression 'object.data.other == \"y\"' resulted in error: no such key: other";
    assert_eq!(
        of(&format!("validations: [{open}, {fails}]")),
        [Outcome::Fails(failed.to_owned()), unknown(user).remove(0)]
    );
    // Where it is not known whether the policy applies, its refusal is not known either.
    let condition = "matchConditions: [{name: a, expression: 'request.userInfo.username == \"x\"'}]";
    assert_eq!(of(&format!("{condition}\nvalidations: [{refused}]")), unknown(user));
}

/// A policy over ConfigMaps with `spec`, which takes as parameters those with the label `limit`; `binding` is more of its binding.
fn with_parameters(spec: &str, binding: &str) -> String {
    bound(
        &format!(
            "paramKind: {{apiVersion: v1, kind: ConfigMap}}\nmatchConstraints: {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [configmaps], resourceNames: [a]}}]}}\n{spec}"
        ),
        &format!(
            "validationActions: [Deny]\nparamRef: {{selector: {{matchLabels: {{limit: 'yes'}}}}, parameterNotFoundAction: Deny}}\n{binding}"
        ),
    )
}

fn parameters(modes: &[&str]) -> String {
    let one = |(number, mode): (usize, &&str)| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: p{number}, namespace: shop, labels: {{limit: 'yes'}}}}\ndata: {{mode: {mode}}}\n---\n"
        )
    };
    modes.iter().enumerate().map(one).collect()
}

#[test]
fn what_one_parameter_leaves_open_another_does_not_settle() {
    let user = "who applies it (`request.userInfo`)";
    let spec = "validations: [{expression: \"params.data.mode == 'open' || (params.data.mode == 'user' && request.userInfo.username == 'bob')\", message: nay}]";
    let said = |modes: &[&str]| {
        let given = parameters(modes);
        outcomes(&with_parameters(spec, ""), &given, &format!("{given}{MAP}"))
    };
    assert_eq!(said(&["user", "open"]), unknown(user));
    assert_eq!(said(&["open", "user"]), unknown(user));
    assert_eq!(said(&["open", "open"]), []);
    assert_eq!(said(&["user", "shut"]), [refuses("nay"), unknown(user).remove(0)]);
}

#[test]
fn a_match_that_nobody_knows_is_so_for_every_parameter() {
    let selector = "matchResources: {namespaceSelector: {matchLabels: {environment: test}}}";
    let said = |spec: &str| {
        let given = parameters(&["a", "b", "c"]);
        outcomes(&with_parameters(spec, selector), &given, &format!("{given}{MAP}"))
    };
    assert_eq!(
        said("validations: [{expression: 'false', message: nay}]"),
        unknown("the labels of the namespace shop, which is not among the files")
    );
    assert_eq!(said("validations: [{expression: 'true'}]"), []);
    // It leaves the object alone, whatever the labels are.
    let never = "matchConditions: [{name: a, expression: 'false'}]\nvalidations: [{expression: 'false'}]";
    assert_eq!(said(never), []);
}

#[test]
fn what_the_api_server_sets_is_not_known() {
    for field in ["metadata.uid", "metadata.creationTimestamp", "status.phase"] {
        let found = of(&format!("validations: [{{expression: \"object.{field} != ''\"}}]"));
        assert!(
            matches!(&found[..], [Outcome::NotEvaluated(why)] if why.contains("which the API server sets")),
            "{field}: {found:?}"
        );
    }
    let found = of("validations: [{expression: \"namespaceObject.metadata.labels.team == 'a'\"}]");
    assert_eq!(found, unknown("the Namespace of the object, which is not among the files"));
}

#[test]
fn a_function_that_is_not_supported_is_named() {
    let found = of("validations: [{expression: \"object.data.k.frobnicate() == 1\"}]");
    assert_eq!(found, unknown("the function frobnicate, which is not supported"));
}

#[test]
fn a_masked_value_is_only_compared_and_never_told() {
    let secret = |password: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: shop}}\nstringData: {{password: {password}}}\n"
        )
    };
    let verdicts = |spec: &str, before: &str, after: &str| {
        let policies = Policies::read(&objects(&policy(spec)), |_| false).0;
        let (before, after) = Redactor::new(b"key").redact_both(&objects(before), &objects(after));
        let input = Input { before: &before, after: &after, namespace: None };
        let (among, steps) = (ParameterObjects::of(&after), Steps::of(EACH));
        let each = |request| policies.evaluate(request, &among, EACH, &steps);
        let found: Vec<_> = requests(input).iter().flat_map(each).collect();
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
        found.into_iter().map(|verdict| verdict.outcome).collect::<Vec<_>>()
    };
    let masked = "a secret's value, which is masked";
    let (old, new) = (secret("hunter1"), secret("hunter2"));
    assert_eq!(
        verdicts("validations: [{expression: 'size(object.data.password) > 3'}]", "", &new),
        unknown(masked)
    );
    assert_eq!(verdicts("validations: [{expression: 'has(object.data.password)'}]", "", &new), []);
    let same = "validations: [{expression: 'object.data == oldObject.data', message: rotated}]";
    assert_eq!(verdicts(same, &old, &new), [refuses("rotated")]);
    // A message that would hold the value says what it would have held.
    let told = verdicts(
        "validations: [{expression: 'false', messageExpression: \"'it is ' + object.data.password\"}]",
        "",
        &new,
    );
    assert_eq!(
        told,
        [refuses("failed expression: false (its message depends on a secret's value, which is masked)")]
    );
}
