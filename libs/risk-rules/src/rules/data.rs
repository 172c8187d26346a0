//! Data that may be lost.

use std::collections::{BTreeSet, HashMap};

use kube_model::{Object, Path, Quantity, shown, shown_list, shown_value};

use crate::Impact::{Disaster, Harm};
use crate::Level;
use crate::model::{Change, View, Workload, keeping_note, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "claim-removed",
        group: Group::Data,
        title: "A PersistentVolumeClaim is removed",
        levels: [Level::Critical, Level::Critical],
        source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming",
        remedy: "Make a backup and check the volume's reclaim policy first, or keep the claim.",
        fires: "a claim is removed",
        near_miss: "it carries `helm.sh/resource-policy: keep`; not so with `Delete=false`, by which Argo CD does not prune less",
        equivalents: &[],
        check: Check::States(claim_removed),
    },
    Rule {
        id: "claim-shrunk",
        group: Group::Data,
        title: "A PersistentVolumeClaim asks for less storage than before",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims",
        remedy: "Keep the size: a smaller volume is a new claim and a copy of the data.",
        fires: "`storage: 50Gi` becomes `20Gi`",
        near_miss: "`storage: 50Gi` becomes `80Gi`",
        equivalents: &[],
        check: Check::States(claim_shrunk),
    },
    Rule {
        id: "statefulset-removed",
        group: Group::Data,
        title: "A StatefulSet is removed",
        levels: [Level::High, Level::Critical],
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
        remedy: "Make sure that nobody uses it, and that its data is kept or saved.",
        fires: "a StatefulSet is removed",
        near_miss: "it is renamed in place, or Argo CD is told not to prune it",
        equivalents: &[],
        check: Check::States(statefulset_removed),
    },
    Rule {
        id: "namespace-removed",
        group: Group::Data,
        title: "A Namespace is removed, and with it everything in it",
        levels: [Level::Critical, Level::Critical],
        source: "https://kubernetes.io/docs/tasks/administer-cluster/namespaces/#deleting-a-namespace",
        remedy: "Keep the Namespace, or remove what is in it by name first.",
        fires: "a Namespace is removed",
        near_miss: "it carries `Prune=false`",
        equivalents: &[],
        check: Check::States(namespace_removed),
    },
    Rule {
        id: "crd-removed",
        group: Group::Data,
        title: "A CustomResourceDefinition is removed, and with it every object of its kind",
        levels: [Level::Critical, Level::Critical],
        source: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#delete-a-customresourcedefinition",
        remedy: "Keep the definition until no object of its kind is left in the cluster.",
        fires: "a CustomResourceDefinition is removed",
        near_miss: "it carries `helm.sh/resource-policy: keep`",
        equivalents: &[],
        check: Check::States(crd_removed),
    },
];

/// The objects of a kind that the change removes for good: some are kept when their manifest goes.
fn removed<'a>(change: &Change<'a>, kind: &str) -> Vec<&'a Object> {
    change.removed(kind).filter(|object| keeping_note(object).is_none()).collect()
}

fn claim_removed(change: &Change<'_>) -> Vec<Hit> {
    let removed = removed(change, "PersistentVolumeClaim");
    let readers = if removed.is_empty() { HashMap::new() } else { readers(&change.after) };
    removed
        .into_iter()
        .map(|claim| {
            let readers = readers.get(claim.key.name.as_str()).into_iter().flatten();
            let readers = readers.filter(|workload| same_namespace(workload.object, claim));
            let readers: Vec<String> = readers.map(|workload| workload.named()).collect();
            let still = match readers.is_empty() {
                true => String::new(),
                false => format!(" {} still mounts it.", shown_list(&readers, 3)),
            };
            let message = format!(
                "The claim is removed: its volume and the data on it are deleted too, unless the reclaim policy is \
                 Retain.{still}"
            );
            Hit::new(Disaster.likely(), claim, Path::root(), message).values(Some(&claim.value), None)
        })
        .collect()
}

/// The workloads of a state by the claims that they name.
fn readers<'v, 'a>(view: &'v View<'a>) -> HashMap<&'a str, Vec<&'v Workload<'a>>> {
    let mut readers: HashMap<&str, Vec<&Workload<'a>>> = HashMap::new();
    for workload in &view.workloads {
        for name in workload.named_claims().map(|(_, claim)| claim).collect::<BTreeSet<_>>() {
            readers.entry(name).or_default().push(workload);
        }
    }
    readers
}

fn claim_shrunk(change: &Change<'_>) -> Vec<Hit> {
    let keys = ["spec", "resources", "requests", "storage"];
    change
        .kept("PersistentVolumeClaim")
        .filter_map(|(before, after)| {
            let (was, is) = (before.at(&keys)?, after.at(&keys)?);
            if Quantity::of(is).ok()? >= Quantity::of(was).ok()? {
                return None;
            }
            let message = format!(
                "The claim asks for {} instead of {}: the API server refuses to shrink a volume.",
                shown_value(is),
                shown_value(was)
            );
            let path = Path::keys(keys);
            Some(Hit::new(Harm.certain(), after, path, message).values(Some(was), Some(is)))
        })
        .collect()
}

fn statefulset_removed(change: &Change<'_>) -> Vec<Hit> {
    removed(change, "StatefulSet")
        .into_iter()
        .map(|set| {
            let deletes =
                set.text(&["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"]) == Some("Delete");
            let (risk, message) = match deletes {
                true => (
                    Disaster.certain(),
                    "The StatefulSet is removed, and its retention policy deletes its volumes with it.",
                ),
                false => (
                    Harm.certain(),
                    "The StatefulSet is removed: its pods stop at once. Its claims stay until somebody deletes them.",
                ),
            };
            Hit::new(risk, set, Path::root(), message.to_owned()).values(Some(&set.value), None)
        })
        .collect()
}

fn namespace_removed(change: &Change<'_>) -> Vec<Hit> {
    removed(change, "Namespace")
        .into_iter()
        .map(|namespace| {
            let message = "The Namespace is removed: everything in it is deleted, also what is in no file.";
            Hit::new(Disaster.certain(), namespace, Path::root(), message.to_owned())
                .values(Some(&namespace.value), None)
        })
        .collect()
}

/// Its evidence is its names: a definition is long, and the rest says nothing here.
fn crd_removed(change: &Change<'_>) -> Vec<Hit> {
    removed(change, "CustomResourceDefinition")
        .into_iter()
        .map(|definition| {
            let kind = definition.text(&["spec", "names", "kind"]).unwrap_or(&definition.key.name);
            let message = format!(
                "The definition is removed: every {} in the cluster is deleted with it, in all namespaces.",
                shown(kind)
            );
            let path = Path::root().key("spec").key("names");
            Hit::new(Disaster.certain(), definition, path, message)
                .values(definition.at(&["spec", "names"]), None)
        })
        .collect()
}
