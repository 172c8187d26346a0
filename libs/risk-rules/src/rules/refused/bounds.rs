//! Bounds that exclude each other.

use kube_model::Object;
use serde_json::Value;

use super::{Refused, spec};
use crate::model::Amount;

/// What of an autoscaler's or a Deployment's bounds is refused.
pub(super) fn refused(object: &Object) -> Vec<Refused> {
    match (object.key.group.as_str(), object.key.kind.as_str()) {
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler(
            object,
            ["minReplicas", "maxReplicas"],
            "the API server refuses it",
            "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/",
        ),
        ("keda.sh", "ScaledObject") => autoscaler(
            object,
            ["minReplicaCount", "maxReplicaCount"],
            "KEDA refuses it",
            "https://keda.sh/docs/latest/reference/scaledobject-spec/",
        ),
        ("apps", "Deployment") => strategy(object).into_iter().chain(deadline(object)).collect(),
        _ => Vec::new(),
    }
}

fn number(object: &Object, field: &str) -> Option<i64> {
    object.at(&["spec", field]).and_then(Value::as_i64)
}

/// Where one of them is left out its default is within the other.
fn autoscaler(
    object: &Object,
    [lower, upper]: [&str; 2],
    follows: &str,
    source: &'static str,
) -> Vec<Refused> {
    let (Some(least), Some(most)) = (number(object, lower), number(object, upper)) else { return Vec::new() };
    if least <= most {
        return Vec::new();
    }
    let message = format!("{lower} {least} is above {upper} {most}: {follows}.");
    vec![Refused { path: spec(lower), value: Some(Value::from(least)), message, source }]
}

/// `ValidateRollingUpdateDeployment` of the API server; left out, each is 25%.
fn strategy(object: &Object) -> Option<Refused> {
    let at = |field: &str| object.at(&["spec", "strategy", "rollingUpdate", field]);
    let is_zero =
        |field: &str| matches!(at(field).and_then(Amount::of), Some(Amount::Count(0) | Amount::Percent(0)));
    (is_zero("maxSurge") && is_zero("maxUnavailable")).then(|| Refused {
        path: spec("strategy").key("rollingUpdate").key("maxUnavailable"),
        value: at("maxUnavailable").cloned(),
        message:
            "maxSurge and maxUnavailable are both 0: no rollout could begin, and the API server refuses it."
                .to_owned(),
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable",
    })
}

/// A deadline of 600 seconds is the default, and no time to be ready.
fn deadline(object: &Object) -> Option<Refused> {
    let deadline = number(object, "progressDeadlineSeconds").unwrap_or(600);
    let ready = number(object, "minReadySeconds").unwrap_or(0);
    let field = if object.at(&["spec", "progressDeadlineSeconds"]).is_some() {
        "progressDeadlineSeconds"
    } else {
        "minReadySeconds"
    };
    (deadline <= ready).then(|| Refused {
        path: spec(field),
        value: object.at(&["spec", field]).cloned(),
        message: format!(
            "progressDeadlineSeconds {deadline} is not above minReadySeconds {ready}: the API server refuses it."
        ),
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds",
    })
}
