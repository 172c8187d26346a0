//! What the cluster has otherwise than the target's files, and who will keep it so.

use kube_model::{Object, ObjectKey, shown, shown_value};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::model::{Change, Container};
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{Drifted, Facts, Level};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "drift-is-written-over",
        group: Group::Drift,
        title: "The promotion writes a field that live has otherwise than the target's files",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#how-to-update-objects",
        remedy: "Find out who changed it in the cluster: take it into the target's files first, or let it be written over on purpose.",
        fires: "live runs `2.4.9`, the files say `2.4.1`, the promotion writes `2.5.0`",
        near_miss: "live is as the files say",
        equivalents: &[],
        check: Check::Facts(Missing::Live, drift_is_written_over),
    },
    Rule {
        id: "another-writer",
        group: Group::Drift,
        title: "The promotion writes a field that a controller writes too",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts",
        remedy: "Leave the field out of the files, or stop the controller from writing it: each will undo the other.",
        fires: "an operator has set `spec.replicas` to 7, the files say 3, the promotion writes 4",
        near_miss: "a person has set it with kubectl edit; the deployer, who writes what the files say",
        equivalents: &[],
        check: Check::Facts(Missing::Live, another_writer),
    },
    Rule {
        id: "autoscaler-overwrites-requests",
        group: Group::Drift,
        title: "Requests are changed that a VerticalPodAutoscaler sets by itself",
        levels: [Level::Medium, Level::Medium],
        source: "https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/quickstart.md",
        remedy: "Set `minAllowed` or `maxAllowed` in the autoscaler, or leave the container out of it; pods do not start with the requests of the files.",
        fires: "a memory request changes, and an autoscaler with `updateMode: Auto` looks after the Deployment",
        near_miss: "its `updateMode` is `Off`",
        equivalents: &[],
        check: Check::States(autoscaler_overwrites_requests),
    },
];

fn drift_is_written_over(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let hits = facts.drifted.iter().filter(|drifted| controller(drifted).is_none()).map(|drifted| {
        let Drifted { place, live, target, planned, .. } = drifted;
        let by = drifted.written_by.as_ref().map(|by| format!(", set by {}", shown(by)));
        let message = match place.path.is_root() {
            true => "Live is otherwise than the target's files, and the promotion removes it.".to_owned(),
            false => format!(
                "Live has {}{}, the target's files have {}; the promotion writes {}.",
                or_nothing(live),
                by.unwrap_or_default(),
                or_nothing(target),
                or_nothing(planned)
            ),
        };
        hit(change, drifted, message)
    });
    Ok(hits.flatten().collect())
}

fn another_writer(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let hits = facts.drifted.iter().filter_map(|drifted| {
        let message = format!(
            "{} has set it to {}, and will again; the promotion writes {}.",
            shown(controller(drifted)?),
            or_nothing(&drifted.live),
            or_nothing(&drifted.planned)
        );
        hit(change, drifted, message)
    });
    Ok(hits.collect())
}

/// Who sets a field by itself, and not because a person asked for it once. Field managers are named by their programs:
/// `kubectl-edit`, `Mozilla` and their like are people.
fn controller(drifted: &Drifted) -> Option<&str> {
    const PROGRAMS: [&str; 6] = ["controller", "operator", "autoscaler", "updater", "keda", "rollouts"];
    // They write what the files say, and will write what is merged.
    const DEPLOYERS: [&str; 4] =
        ["argocd-controller", "argocd-application-controller", "kustomize-controller", "helm-controller"];
    let by = drifted.written_by.as_deref()?;
    let lower = by.to_ascii_lowercase();
    let is_other = lower.starts_with("kubectl") || DEPLOYERS.contains(&lower.as_str());
    let is_program = !is_other && PROGRAMS.iter().any(|part| lower.contains(part));
    is_program.then_some(by)
}

fn hit(change: &Change<'_>, drifted: &Drifted, message: String) -> Option<Hit> {
    let object = |key: &ObjectKey| change.after.object(key).or_else(|| change.before.object(key));
    let Drifted { place, live, planned, .. } = drifted;
    let hit = Hit::new(Harm.possible(), object(&place.object)?, place.path.clone(), message);
    Some(hit.values(live.as_ref(), planned.as_ref()))
}

fn or_nothing(value: &Option<Value>) -> String {
    value.as_ref().map_or("nothing".to_owned(), shown_value)
}

fn autoscaler_overwrites_requests(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers() {
        let Some((autoscaler, mode)) = vertical_autoscaler(change, workload.object, after) else { continue };
        for resource in ["cpu", "memory"] {
            let keys = ["resources", "requests", resource];
            let (was, is) = (before.at(&keys), after.at(&keys));
            if was == is || is.is_none() || !sets(autoscaler, after, resource) {
                continue;
            }
            let message = format!(
                "VerticalPodAutoscaler {} sets the requests of {} when pods start ({mode}): {} is not what they get.",
                shown(&autoscaler.key.name),
                after.named(),
                is.map(shown_value).unwrap_or_default()
            );
            let hit = Hit::new(Safeguard.likely(), workload.object, after.path_of(&keys), message);
            hits.push(hit.values(was, is));
        }
    }
    hits
}

/// The autoscaler that sets the requests of a container, and its mode.
fn vertical_autoscaler<'a>(
    change: &Change<'a>,
    workload: &Object,
    container: &Container<'_>,
) -> Option<(&'a Object, &'a str)> {
    change.after.custom("autoscaling.k8s.io", "VerticalPodAutoscaler").find_map(|autoscaler| {
        let target = |field: &str| autoscaler.text(&["spec", "targetRef", field]);
        let is_its = autoscaler.key.namespace == workload.key.namespace
            && target("kind") == Some(&workload.key.kind)
            && target("name") == Some(&workload.key.name);
        let mode = autoscaler.text(&["spec", "updatePolicy", "updateMode"]).unwrap_or("Auto");
        let is_off =
            policy(autoscaler, container).and_then(|policy| policy.get("mode")?.as_str()) == Some("Off");
        (is_its && mode != "Off" && !is_off).then_some((autoscaler, mode))
    })
}

/// What the autoscaler says of a container: by its name, or of all.
fn policy<'a>(autoscaler: &'a Object, container: &Container<'_>) -> Option<&'a Value> {
    let path = ["spec", "resourcePolicy", "containerPolicies"];
    let policies = autoscaler.at(&path)?.as_array()?;
    let of = |name: &str| {
        policies.iter().find(|policy| policy.get("containerName").and_then(Value::as_str) == Some(name))
    };
    of(container.name).or_else(|| of("*"))
}

fn sets(autoscaler: &Object, container: &Container<'_>, resource: &str) -> bool {
    let controlled =
        policy(autoscaler, container).and_then(|policy| policy.get("controlledResources")?.as_array());
    controlled.is_none_or(|resources| resources.iter().any(|one| one == resource))
}
