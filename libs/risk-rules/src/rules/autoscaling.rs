//! Autoscalers that cannot measure.

use kube_model::{Object, Path, shown, shown_list};
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, Container, View, Workload};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "autoscaler-without-requests",
    group: Group::Capacity,
    title: "An autoscaler measures use against requests that containers do not have",
    levels: [Level::Medium, Level::Medium],
    source: "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work",
    remedy: "Give every container of the workload a request for what the autoscaler measures.",
    fires: "the CPU request goes, and an autoscaler measures CPU",
    near_miss: "a CPU limit is there, which stands in for the request",
    equivalents: &[],
    check: Check::States(autoscaler_without_requests),
}];

const AUTOSCALER: &str = "HorizontalPodAutoscaler";

fn autoscaler_without_requests(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for autoscaler in change.after.of_kind(AUTOSCALER) {
        let before = change.object_before(autoscaler);
        for (path, resource, container) in measured(autoscaler) {
            let lacking = lacking(&change.after, autoscaler, resource, container);
            let lacked = before.map(|before| self::lacking(&change.before, before, resource, container));
            if lacking.is_empty() || lacked.is_some_and(|lacked| !lacked.is_empty()) {
                continue;
            }
            let message = format!(
                "It scales by the use of {} as a share of the request, and {} has none: the autoscaler does not act, \
                 unless a LimitRange sets requests.",
                shown(resource),
                shown_list(&lacking, 3)
            );
            hits.push(Hit::new(Harm.possible(), autoscaler, path, message).after(Some(resource)));
        }
    }
    hits
}

/// The resources whose use an autoscaler measures as a share of the request, each with the only container
/// that counts, if there is one.
fn measured(autoscaler: &Object) -> Vec<(Path, &str, Option<&str>)> {
    let spec = Path::root().key("spec");
    let mut found = Vec::new();
    if autoscaler.at(&["spec", "targetCPUUtilizationPercentage"]).is_some() {
        found.push((spec.key("targetCPUUtilizationPercentage"), "cpu", None));
    }
    let metrics = autoscaler.at(&["spec", "metrics"]).and_then(Value::as_array);
    for metric in metrics.into_iter().flatten() {
        for field in ["resource", "containerResource"] {
            let Some(source) = metric.get(field) else { continue };
            let of_request = source.get("target").and_then(|target| target.get("type")?.as_str());
            let resource = source.get("name").and_then(Value::as_str);
            if let (Some("Utilization"), Some(resource)) = (of_request, resource) {
                let container = source.get("container").and_then(Value::as_str);
                found.push((spec.key("metrics"), resource, container));
            }
        }
    }
    found
}

/// The containers of the autoscaler's workload that have no request for the resource; a limit stands in for one.
fn lacking(view: &View<'_>, autoscaler: &Object, resource: &str, only: Option<&str>) -> Vec<String> {
    let target = |key: &str| autoscaler.text(&["spec", "scaleTargetRef", key]).unwrap_or_default();
    let Some(object) = view.named(target("kind"), target("name"), autoscaler) else { return Vec::new() };
    let containers =
        view.workload(&object.key).map_or(&[][..], |workload: &Workload<'_>| &workload.containers);
    let has = |container: &Container<'_>, of| container.at(&["resources", of, resource]).is_some();
    containers
        .iter()
        .filter(|container| !container.runs_first)
        .filter(|container| only.is_none_or(|name| name == container.name))
        .filter(|container| !has(container, "requests") && !has(container, "limits"))
        .map(Container::named)
        .collect()
}
