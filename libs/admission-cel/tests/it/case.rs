//! Policies and a change, as texts.

use admission::{Input, Outcome, Verdict, requests};
use admission_cel::{ParameterObjects, Policies, Steps};
use kube_model::yaml::Limits;
use kube_model::{Object, State};

pub(crate) const EACH: u64 = 1_000_000;

pub(crate) fn objects(text: &str) -> Vec<Object> {
    State::read([("test.yaml", text)], &Limits::default()).unwrap().objects
}

/// What the policies have against a change.
pub(crate) fn verdicts(policies: &str, before: &str, after: &str) -> Vec<Verdict> {
    let (policies, invalid) = Policies::read(&objects(policies), |_| false);
    assert_eq!(invalid, []);
    let (before, after) = (objects(before), objects(after));
    let input = Input { before: &before, after: &after, namespace: None };
    let (among, steps) = (ParameterObjects::of(&after), Steps::of(100 * EACH));
    requests(input).iter().flat_map(|request| policies.evaluate(request, &among, EACH, &steps)).collect()
}

/// Their outcomes alone.
pub(crate) fn outcomes(policies: &str, before: &str, after: &str) -> Vec<Outcome> {
    verdicts(policies, before, after).into_iter().map(|verdict| verdict.outcome).collect()
}

pub(crate) fn refuses(message: &str) -> Outcome {
    Outcome::Refuses(message.to_owned())
}

/// A policy over every object, bound to everything.
pub(crate) fn policy(spec: &str) -> String {
    bound(
        &format!(
            "matchConstraints: {{resourceRules: [{{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}}]}}\n{spec}"
        ),
        "validationActions: [Deny]",
    )
}

/// A policy and its binding.
pub(crate) fn bound(spec: &str, binding: &str) -> String {
    let indent = |text: &str| text.lines().map(|line| format!("  {line}\n")).collect::<String>();
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: p}}\nspec:\n{}---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: b}}\nspec:\n  policyName: p\n{}",
        indent(spec),
        indent(binding)
    )
}

pub(crate) fn deployment(namespace: &str, replicas: u32, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {namespace}}}\nspec:\n  replicas: {replicas}\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n    spec: {{containers: [{{name: web, image: '{image}'}}]}}\n"
    )
}
