//! The notes by which Helm, Argo CD and Flux keep what is in no manifest any more.

use kube_model::Object;

const HELM: [&str; 3] = ["metadata", "annotations", "helm.sh/resource-policy"];
const ARGO: [&str; 3] = ["metadata", "annotations", "argocd.argoproj.io/sync-options"];
const FLUX: [[&str; 3]; 2] = [
    ["metadata", "annotations", "kustomize.toolkit.fluxcd.io/prune"],
    ["metadata", "labels", "kustomize.toolkit.fluxcd.io/prune"],
];

/// Where an object says that it is kept when its manifest goes. Argo CD's `Delete=false` is no such note: it is about the
/// end of the whole application (Argo CD documentation, "Sync Options", "No Prune Resources" and "No Resource Deletion").
pub(crate) fn keeping_note(object: &Object) -> Option<[&'static str; 3]> {
    let keeps = |options: &str| options.split(',').any(|one| one.trim() == "Prune=false");
    if object.text(&HELM) == Some("keep") {
        return Some(HELM);
    }
    if object.text(&ARGO).is_some_and(keeps) {
        return Some(ARGO);
    }
    FLUX.into_iter().find(|at| object.text(at) == Some("disabled"))
}
