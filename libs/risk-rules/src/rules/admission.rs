//! Those who may refuse what is applied: webhooks and policies.

use kube_model::{Object, Path, Segment, shown};
use serde_json::Value;

use crate::Impact::{Disaster, Harm, Safeguard};
use crate::Level;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "webhook-fails-closed",
        group: Group::Rollout,
        title: "A webhook that is away stops objects from being made",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/",
        remedy: "Let it fail open, or leave its own namespace and kube-system out and run it with several replicas.",
        fires: "a new webhook for pods in all namespaces, with `failurePolicy: Fail`",
        near_miss: "`failurePolicy: Ignore`; one for the objects of another API group is medium",
        equivalents: &[],
        check: Check::States(webhook_fails_closed),
    },
    Rule {
        id: "policy-starts-to-deny",
        group: Group::Rollout,
        title: "A policy that only warned begins to refuse, or a new one does",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
        remedy: "Look at what it reports in audit mode first; what is refused is seen at the next restart.",
        fires: "`validationFailureAction: Audit` becomes `Enforce`",
        near_miss: "a new policy that audits",
        equivalents: &[],
        check: Check::States(policy_starts_to_deny),
    },
    Rule {
        id: "pod-security-level-lowered",
        group: Group::Security,
        title: "A namespace enforces a lower Pod Security level",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
        remedy: "Keep the level, and exempt the one workload that needs more.",
        fires: "`pod-security.kubernetes.io/enforce: restricted` becomes `baseline`",
        near_miss: "it becomes `restricted` from `baseline`",
        equivalents: &[],
        check: Check::States(pod_security_level_lowered),
    },
];

const WEBHOOKS: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

fn webhooks(configuration: &Object) -> impl Iterator<Item = &Value> {
    configuration.value.get("webhooks").and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// How much stops when a webhook does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Nothing,
    Some,
    EveryPod,
}

/// `Fail` is the default of `failurePolicy` (API reference, "ValidatingWebhook").
fn reach(webhook: &Value) -> Reach {
    if text(webhook, "failurePolicy") == "Ignore" {
        return Reach::Nothing;
    }
    let is_limited = ["namespaceSelector", "objectSelector", "matchConditions"].iter().any(|field| {
        webhook.get(field).is_some_and(|selector| match selector {
            Value::Object(map) => map.values().any(|part| !is_empty(part)),
            other => !is_empty(other),
        })
    });
    let mut rules = webhook.get("rules").and_then(Value::as_array).into_iter().flatten();
    if rules.any(takes_new_pods) && !is_limited { Reach::EveryPod } else { Reach::Some }
}

/// Whether a rule is asked when a pod is made (API reference, "RuleWithOperations"): pods are of the core group, `*` is all
/// resources and `*/*` their subresources too.
fn takes_new_pods(rule: &Value) -> bool {
    let has = |field: &str, wanted: &[&str]| {
        let values = rule.get(field).and_then(Value::as_array).into_iter().flatten();
        values.filter_map(Value::as_str).any(|value| wanted.contains(&value))
    };
    has("apiGroups", &["", "*"])
        && has("apiVersions", &["v1", "*"])
        && has("operations", &["CREATE", "*"])
        && has("resources", &["pods", "*", "*/*"])
        && text(rule, "scope") != "Cluster"
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn webhook_fails_closed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for configuration in WEBHOOKS.iter().flat_map(|kind| change.after.of_kind(kind)) {
        let before = change.object_before(configuration);
        for webhook in webhooks(configuration) {
            let name = text(webhook, "name");
            let earlier =
                before.and_then(|before| webhooks(before).find(|earlier| text(earlier, "name") == name));
            let (was, is) = (earlier.map_or(Reach::Nothing, reach), reach(webhook));
            if is <= was {
                continue;
            }
            let (risk, what) = match is {
                Reach::EveryPod => (Disaster.possible(), "no pod starts in any namespace, its own included"),
                _ => (Harm.possible(), "the API server refuses what it is asked about"),
            };
            let message =
                format!("If the webhook {} does not answer, {what} (failurePolicy Fail).", shown(name));
            let item = Segment::Item(vec![("name".to_owned(), name.to_owned())]);
            let path = Path::root().key("webhooks").join(item).key("failurePolicy");
            let value = |webhook: &Value| webhook.get("failurePolicy").cloned();
            let hit = Hit::new(risk, configuration, path, message);
            hits.push(hit.before(earlier.and_then(value)).after(value(webhook)));
        }
    }
    hits
}

const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

/// The levels of the Pod Security Standards, in order.
fn enforced(namespace: &Object) -> (usize, Option<&str>) {
    let level = namespace.text(&["metadata", "labels", ENFORCE]);
    let place = ["privileged", "baseline", "restricted"].iter().position(|name| level == Some(*name));
    (place.unwrap_or(0), level)
}

/// Where an object says that it refuses, and how it says so.
fn refusal(object: &Object) -> Option<(Path, Value)> {
    let spec = Path::root().key("spec");
    let at = |field: &str| object.at(&["spec", field]);
    match (object.key.group.as_str(), object.key.kind.as_str()) {
        ("kyverno.io", "ClusterPolicy" | "Policy") => at("validationFailureAction")
            .filter(|action| action.as_str().is_some_and(|action| action.eq_ignore_ascii_case("enforce")))
            .map(|action| (spec.key("validationFailureAction"), action.clone())),
        ("constraints.gatekeeper.sh", _) => {
            let action = at("enforcementAction").cloned().unwrap_or_else(|| Value::from("deny"));
            (action == "deny").then(|| (spec.key("enforcementAction"), action))
        }
        (_, "ValidatingAdmissionPolicyBinding") => at("validationActions")
            .filter(|actions| actions.as_array().is_some_and(|all| all.iter().any(|action| action == "Deny")))
            .map(|actions| (spec.key("validationActions"), actions.clone())),
        _ => None,
    }
}

fn policy_starts_to_deny(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for after in change.after.objects() {
        let before = change.object_before(after);
        if let Some((path, value)) = refusal(after)
            && before.is_none_or(|before| refusal(before).is_none())
        {
            let message =
                "It refuses from now on what breaks it, also pods that run today and are made anew.";
            let was = before
                .and_then(|before| path.get(before.key.schema(), &before.value))
                .map(|was| was.into_owned());
            hits.push(
                Hit::new(Harm.possible(), after, path, message.to_owned()).before(was).after(Some(value)),
            );
        }
    }
    hits.extend(enforcement(change, |was, is| is > was).into_iter().map(|(namespace, was, is)| {
        let message = format!(
            "The namespace enforces {} from now on: pods below that level are refused when they are made.",
            shown(is.unwrap_or("privileged"))
        );
        Hit::new(Harm.possible(), namespace, label(), message).before(was).after(is)
    }));
    hits
}

fn pod_security_level_lowered(change: &Change<'_>) -> Vec<Hit> {
    let lowered = enforcement(change, |was, is| is < was).into_iter().map(|(namespace, was, is)| {
        let message = format!(
            "The namespace enforces {} from now on: pods may ask for more than before.",
            shown(is.unwrap_or("nothing"))
        );
        Hit::new(Safeguard.certain(), namespace, label(), message).before(was).after(is)
    });
    lowered.collect()
}

fn label() -> Path {
    Path::root().key("metadata").key("labels").key(ENFORCE)
}

type Enforcement<'a> = (&'a Object, Option<&'a str>, Option<&'a str>);

/// The namespaces that stay and whose level moves this way.
fn enforcement<'a>(change: &Change<'a>, moves: impl Fn(usize, usize) -> bool) -> Vec<Enforcement<'a>> {
    let kept = change.kept("Namespace").map(|(before, after)| (after, enforced(before), enforced(after)));
    kept.filter(|(_, was, is)| moves(was.0, is.0))
        .map(|(namespace, was, is)| (namespace, was.1, is.1))
        .collect()
}
