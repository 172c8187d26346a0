//! Where a PersistentVolume keeps its data.

use kube_model::{Object, Path};
use serde_json::{Map, Value};

use super::refused;
use crate::model::Change;
use crate::rule::Hit;
use crate::rules::hooks::kept;

pub(super) const VOLUME: &str =
    "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#persistent-volumes";

/// What a volume's `spec` has beside its source (API reference, "PersistentVolumeSpec").
const NO_SOURCE: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

/// The source of a volume stays as it is; only a CSI volume that had no secret to grow with may be given one
/// (`ValidatePersistentVolumeUpdate` of the API server).
pub(super) fn source_changed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in kept(change, "PersistentVolume") {
        let (was, is) = (spec(before), spec(after));
        let fields = || was.into_iter().chain(is).flat_map(Map::keys);
        let mut sources: Vec<&str> =
            fields().map(String::as_str).filter(|field| !NO_SOURCE.contains(field)).collect();
        sources.sort_unstable();
        sources.dedup();
        let value = |spec: Option<&'_ Map<String, Value>>, field: &str| {
            spec.and_then(|spec| spec.get(field).cloned())
        };
        for field in sources {
            let (was, is) = (value(was, field), value(is, field));
            if was != is && was != without_new_secret(was.as_ref(), is.clone()) {
                let path = Path::root().key("spec").key(field);
                hits.push(refused((before, after), path, (was.as_ref(), is.as_ref()), VOLUME));
            }
        }
    }
    hits
}

fn spec(volume: &Object) -> Option<&Map<String, Value>> {
    volume.at(&["spec"])?.as_object()
}

fn without_new_secret(was: Option<&Value>, mut is: Option<Value>) -> Option<Value> {
    let field = "controllerExpandSecretRef";
    if was.is_some_and(|was| was.get(field).is_none())
        && let Some(source) = is.as_mut().and_then(Value::as_object_mut)
    {
        source.remove(field);
    }
    is
}
