//! Changes that do not arrive, or that arrive in the wrong order.

use std::collections::BTreeSet;

use kube_model::{Object, Path, Segment, shown};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::model::{Change, Workload, named, references};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "rollout-held-back",
        group: Group::Rollout,
        title: "Pods no longer take up what their workload says",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment",
        remedy: "Take the pause out again, or plan who restarts the pods and when.",
        fires: "`paused: true` is added; `updateStrategy` becomes `OnDelete`",
        near_miss: "the workload was paused before",
        equivalents: &[],
        check: Check::States(rollout_held_back),
    },
    Rule {
        id: "needed-before-it-is-applied",
        group: Group::Rollout,
        title: "A pod needs an object that is applied after it",
        levels: [Level::High, Level::High],
        source: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/",
        remedy: "Give what is needed an earlier wave or hook phase than those who need it.",
        fires: "a new ConfigMap in sync wave 5 that a Deployment in wave 0 mounts",
        near_miss: "the ConfigMap is in wave -1; it is there already",
        equivalents: &[],
        check: Check::States(needed_before_it_is_applied),
    },
    Rule {
        id: "definition-with-its-object",
        group: Group::Rollout,
        title: "A new custom resource is applied with its definition, or before it",
        levels: [Level::Low, Level::High],
        source: "https://helm.sh/docs/chart_best_practices/custom_resource_definitions/",
        remedy: "Apply the definition first: an earlier wave, or a change of its own.",
        fires: "a CustomResourceDefinition in wave 1 and an object of it in wave 0, both new",
        near_miss: "the definition was there before",
        equivalents: &[],
        check: Check::States(definition_with_its_object),
    },
    Rule {
        id: "namespace-undeclared",
        group: Group::Rollout,
        title: "Objects go to a namespace that nothing declares",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
        remedy: "Make sure that the namespace exists, or add it to the change.",
        fires: "a Deployment moves to the namespace `shop-new`, which is new",
        near_miss: "the change has the Namespace too; everything is new",
        equivalents: &[],
        check: Check::States(namespace_undeclared),
    },
];

fn rollout_held_back(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let (Some((path, why)), None) = (held_back(after), held_back(before)) else { continue };
        let value = |workload: &Workload<'_>| {
            path.get(workload.object.key.schema(), &workload.object.value).map(std::borrow::Cow::into_owned)
        };
        let message = format!("{why}: what the change says of its pods does not run until somebody acts.");
        let hit = Hit::new(Safeguard.certain(), after.object, path.clone(), message);
        hits.push(hit.before(value(before)).after(value(after)));
    }
    hits
}

fn held_back(workload: &Workload<'_>) -> Option<(Path, String)> {
    let spec = Path::root().key("spec");
    let object = workload.object;
    match object.key.kind.as_str() {
        "Deployment" | "Rollout" => (object.at(&["spec", "paused"]) == Some(&Value::Bool(true)))
            .then(|| (spec.key("paused"), "It is paused".to_owned())),
        "StatefulSet" | "DaemonSet" => {
            let strategy = spec.key("updateStrategy");
            if object.text(&["spec", "updateStrategy", "type"]) == Some("OnDelete") {
                let why = "Its pods are updated only when somebody deletes them (OnDelete)";
                return Some((strategy.key("type"), why.to_owned()));
            }
            let keys = ["spec", "updateStrategy", "rollingUpdate", "partition"];
            let partition = object.at(&keys).and_then(Value::as_i64)?;
            let pods = workload.replicas().and_then(Value::as_i64).unwrap_or(1);
            (partition >= pods && partition > 0).then(|| {
                let why = format!("Its partition is {partition}, and it has {pods} pods");
                (strategy.key("rollingUpdate").key("partition"), why)
            })
        }
        _ => None,
    }
}

/// When an object is applied: its phase (before the sync, in it, after it), and its wave in that (Argo CD
/// documentation, "Sync Phases and Waves"; Helm documentation, "Chart Hooks").
fn order(object: &Object) -> (i64, i64) {
    let annotation = |key: &str| object.text(&["metadata", "annotations", key]).unwrap_or_default();
    let hooks = format!("{},{}", annotation("argocd.argoproj.io/hook"), annotation("helm.sh/hook"));
    let phase = hooks.split(',').find_map(|hook| match hook.trim() {
        "PreSync" | "pre-install" | "pre-upgrade" => Some(-1),
        "PostSync" | "post-install" | "post-upgrade" | "SyncFail" => Some(1),
        _ => None,
    });
    let wave = [annotation("argocd.argoproj.io/sync-wave"), annotation("helm.sh/hook-weight")];
    (phase.unwrap_or(0), wave.iter().find_map(|wave| wave.trim().parse().ok()).unwrap_or(0))
}

/// An object that is there already is only brought up to date later.
fn needed_before_it_is_applied(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for workload in &change.after.workloads {
        for reference in references(workload).into_iter().filter(|reference| !reference.optional) {
            let Some(needed) = change.after.named(reference.kind, reference.name, workload.object) else {
                continue;
            };
            let is_new = change.object_before(needed).is_none();
            if !is_new || order(needed) <= order(workload.object) {
                continue;
            }
            let message = format!(
                "It needs {}, which is new and is applied only after it: its pods wait for it, and the sync for them.",
                named(needed)
            );
            hits.push(
                Hit::new(Harm.likely(), workload.object, reference.path, message).after(Some(reference.name)),
            );
        }
    }
    hits
}

fn definition_with_its_object(change: &Change<'_>) -> Vec<Hit> {
    let definitions = change.after.of_kind("CustomResourceDefinition");
    let mut hits = Vec::new();
    for definition in definitions.filter(|definition| change.object_before(definition).is_none()) {
        let text = |keys: &[&str]| definition.text(keys).unwrap_or_default();
        let (group, kind) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
        let first = change.after.custom(group, kind).min_by_key(|object| order(object));
        let Some(object) = first.filter(|object| order(definition) >= order(object)) else { continue };
        let (risk, how) = match order(definition) > order(object) {
            true => (Harm.certain(), "before the definition"),
            false => (Safeguard.possible(), "together with the definition"),
        };
        let message = format!(
            "It is the first {} here and is applied {how}: an API server that does not know the kind yet refuses it.",
            shown(kind)
        );
        hits.push(Hit::new(risk, object, Path::root(), message).after(Some(definition.key.name.as_str())));
    }
    hits
}

/// Every cluster has these.
const THERE: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// Where nothing was before, everything is new, and so are its namespaces.
fn namespace_undeclared(change: &Change<'_>) -> Vec<Hit> {
    let known: BTreeSet<&str> =
        change.before.objects().filter_map(|object| object.key.namespace.as_deref()).collect();
    let declared: BTreeSet<&str> =
        change.after.of_kind("Namespace").map(|object| object.key.name.as_str()).collect();
    let mut told = BTreeSet::new();
    let mut hits = Vec::new();
    for object in change.after.objects().filter(|_| !known.is_empty()) {
        let Some(namespace) = object.key.namespace.as_deref() else { continue };
        let is_there =
            known.contains(namespace) || declared.contains(namespace) || THERE.contains(&namespace);
        if is_there || !told.insert(namespace) {
            continue;
        }
        let message = format!(
            "It goes to the namespace {}, where nothing was before and which no file declares: it must exist, or \
             whoever applies the change must make it.",
            shown(namespace)
        );
        let path = Path::root().key("metadata").join(Segment::Key("namespace".to_owned()));
        hits.push(Hit::new(Harm.possible(), object, path, message).after(Some(namespace)));
    }
    hits
}
