//! What keeps data when its manifest goes, and those whose end takes everything along.

use kube_model::{Object, Path};
use serde_json::Value;

use crate::Impact::{Disaster, Safeguard};
use crate::Level;
use crate::model::{Change, floor, keeping_note};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "volume-not-kept",
        group: Group::Data,
        title: "A volume is deleted with its claim, or a claim with its workload, and was not before",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming",
        remedy: "Keep Retain, or make sure that backups exist and have been read back.",
        fires: "`persistentVolumeReclaimPolicy: Retain` becomes `Delete`",
        near_miss: "`Delete` becomes `Retain`",
        equivalents: &[],
        check: Check::States(volume_not_kept),
    },
    Rule {
        id: "scale-down-deletes-claims",
        group: Group::Data,
        title: "A StatefulSet gets fewer pods, and deletes the claims of those that go",
        levels: [Level::Critical, Level::Critical],
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
        remedy: "Move the data off those pods first, or set whenScaled to Retain.",
        fires: "`replicas: 3` becomes `2` under `whenScaled: Delete`",
        near_miss: "the claims are retained, which is the default",
        equivalents: &[],
        check: Check::States(scale_down_deletes_claims),
    },
    Rule {
        id: "prune-protection-removed",
        group: Group::Data,
        title: "An object loses the note that it is kept when its manifest goes",
        levels: [Level::Medium, Level::Medium],
        source: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#no-prune-resources",
        remedy: "Keep the note on whatever holds data.",
        fires: "`helm.sh/resource-policy: keep` is removed from a claim",
        near_miss: "`Prune=false` takes its place; `Delete=false` is no such note",
        equivalents: &[],
        check: Check::States(protection_removed),
    },
    Rule {
        id: "deployer-removed",
        group: Group::Data,
        title: "The object that deploys an application is removed, and what it deployed goes with it",
        levels: [Level::Low, Level::Critical],
        source: "https://argo-cd.readthedocs.io/en/stable/user-guide/app_deletion/",
        remedy: "Take the finalizer or the pruning out first, and look at what it deploys.",
        fires: "an Application with Argo CD's resources finalizer is removed",
        near_miss: "an ApplicationSet that preserves resources; a Kustomization with `prune: false`",
        equivalents: &[],
        check: Check::States(deployer_removed),
    },
];

fn volume_not_kept(change: &Change<'_>) -> Vec<Hit> {
    // A volume that somebody made by hand is retained by default.
    let fields: [(&str, &[&str]); 3] = [
        ("PersistentVolume", &["spec", "persistentVolumeReclaimPolicy"]),
        ("StatefulSet", &["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"]),
        ("StatefulSet", &["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"]),
    ];
    let mut hits = Vec::new();
    for (kind, keys) in fields {
        for (before, after) in change.kept(kind) {
            let is_deleted = |object: &Object| object.text(keys) == Some("Delete");
            if is_deleted(before) || !is_deleted(after) {
                continue;
            }
            let message = match (kind, keys.last()) {
                ("PersistentVolume", _) => {
                    "The volume is deleted when its claim is; before, it was retained."
                }
                (_, Some(&"whenScaled")) => {
                    "The claims of pods that go are deleted when it is scaled down; before, they were retained."
                }
                _ => "The claims are deleted when it is; before, they were retained.",
            };
            let path = Path::keys(keys);
            hits.push(
                Hit::new(Safeguard.certain(), after, path, message.to_owned())
                    .values(before.at(keys), after.at(keys)),
            );
        }
    }
    hits
}

fn scale_down_deletes_claims(change: &Change<'_>) -> Vec<Hit> {
    let keys = ["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"];
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let deletes = after.object.key.kind == "StatefulSet" && after.object.text(&keys) == Some("Delete");
        let pods = (floor(&change.before, before), floor(&change.after, after));
        let (Some(was), Some(is)) = (pods.0.map(|floor| floor.pods), pods.1.map(|floor| floor.pods)) else {
            continue;
        };
        if !deletes || is >= was {
            continue;
        }
        let message = format!(
            "It goes from {was} to {is} pods, and the claims of those that go are deleted with their data."
        );
        let path = Path::root().key("spec").key("replicas");
        hits.push(
            Hit::new(Disaster.certain(), after.object, path, message).before(Some(was)).after(Some(is)),
        );
    }
    hits
}

fn protection_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for after in change.after.objects() {
        let Some(before) = change.object_before(after) else { continue };
        if let (Some(note), None) = (keeping_note(before), keeping_note(after)) {
            let message =
                "It was kept when its manifest goes, and is so no more: the next pruning may delete it.";
            let path = Path::keys(note);
            let hit = Hit::new(Safeguard.certain(), after, path, message.to_owned());
            hits.push(hit.values(before.at(&note), after.at(&note)));
        }
    }
    hits
}

const DEPLOYERS: [(&str, &str); 4] = [
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
];

fn deployer_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (group, kind) in DEPLOYERS {
        for deployer in change.before.custom(group, kind) {
            if change.object_after(deployer).is_some() {
                continue;
            }
            let (risk, message) = match cascades(deployer) {
                true => {
                    (Disaster.likely(), "It is removed, and everything that it deployed is deleted with it.")
                }
                false => (
                    Safeguard.possible(),
                    "It is removed: what it deployed stays, and nobody keeps it up to date.",
                ),
            };
            let hit = Hit::new(risk, deployer, Path::root(), message.to_owned());
            hits.push(hit.values(Some(&deployer.value), None));
        }
    }
    hits
}

fn cascades(deployer: &Object) -> bool {
    let is = |keys: &[&str], wanted: bool| deployer.at(keys) == Some(&Value::Bool(wanted));
    match deployer.key.kind.as_str() {
        "Application" => {
            let finalizers = deployer.at(&["metadata", "finalizers"]).and_then(Value::as_array);
            finalizers
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .any(|finalizer| finalizer.starts_with("resources-finalizer.argocd.argoproj.io"))
        }
        "ApplicationSet" => !is(&["spec", "syncPolicy", "preserveResourcesOnDeletion"], true),
        "Kustomization" => {
            let is_orphaning = deployer.text(&["spec", "deletionPolicy"]) == Some("Orphan");
            is(&["spec", "prune"], true) && !is_orphaning
        }
        _ => true,
    }
}
