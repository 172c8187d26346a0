//! Disks that stay when what asked for them goes.

use kube_model::Object;

use crate::cursor::Cursor;
use crate::demand::Demand;
use crate::error::CostError;
use crate::ratio::Ratio;
use crate::spread::Spread;
use crate::surroundings::Surroundings;

/// Adds to what an object holds after the change the disks that stay of what it held before.
///
/// The claims of a StatefulSet stay when it is deleted or scaled down, unless `persistentVolumeClaimRetentionPolicy` says `Delete`
/// (kubernetes.io, "StatefulSets", "PersistentVolumeClaim retention"); those that stand in the state after as objects are counted
/// there. The disk of a claim stays if its StorageClass has `reclaimPolicy: Retain`.
pub(crate) fn keep(
    before: (&Object, &Demand),
    after: Option<&Object>,
    demand: &mut Demand,
    around: &Surroundings<'_>,
) -> Result<(), CostError> {
    let (object, held) = before;
    if held.volumes_of_pod.is_empty() {
        return Ok(());
    }
    let (pods, note) = match (object.key.kind.as_str(), after) {
        ("StatefulSet", after) => {
            let (acting, when) = match after {
                Some(after) => (after, "whenScaled"),
                None => (object, "whenDeleted"),
            };
            let policy = acting.text(&["spec", "persistentVolumeClaimRetentionPolicy", when]);
            if policy == Some("Delete") {
                return Ok(());
            }
            let left = left_over(object, held, demand, around)?;
            let note = format!(
                "the volumes of {left} pods stay (persistentVolumeClaimRetentionPolicy, {when}: {}) and cost \
                 until their claims are deleted",
                policy.unwrap_or("Retain, where it is absent")
            );
            (left, note)
        }
        (_, None) => (1, "its disk stays (reclaimPolicy Retain) and costs until it is deleted".to_owned()),
        _ => return Ok(()),
    };
    if pods == 0 {
        return Ok(());
    }
    let root = Cursor::root(object);
    for (item, quantity) in &held.volumes_of_pod {
        let count = Ratio::whole(pods);
        demand.hold(&root, item.clone(), Spread::exact(*quantity), (count, Spread::exact(count)))?;
        if let Some(why) = held.held.get(item).and_then(|held| held.assumed.clone()) {
            demand.assume(item, &why);
        }
    }
    demand.notes.push(note);
    Ok(())
}

/// How many pods' claims are there before and not after, and are not counted as objects of their own.
fn left_over(
    object: &Object,
    before: &Demand,
    after: &Demand,
    around: &Surroundings<'_>,
) -> Result<u32, CostError> {
    let overflow = || CostError::overflow(&object.key);
    let count = |demand: &Demand| u32::try_from(demand.pods.ceiling()).map_err(|_| overflow());
    let (was, is) = (count(before)?, count(after)?);
    let root = Cursor::root(object);
    let first = root.at(&["spec", "ordinals"]).map(|ordinals| ordinals.count("start")).transpose()?.flatten();
    let template = object.at(&["spec", "volumeClaimTemplates"]).and_then(|list| list.get(0));
    let name = template.and_then(|one| one.pointer("/metadata/name")).and_then(|name| name.as_str());
    let namespace = object.key.namespace.as_deref();
    if !around.has_claims() {
        return Ok(was.saturating_sub(is));
    }
    let is_counted = |ordinal: &u32| {
        let ordinal = u64::from(first.unwrap_or(0)) + u64::from(*ordinal);
        let claim = format!("{}-{}-{ordinal}", name.unwrap_or_default(), object.key.name);
        around.has_claim(namespace, &claim)
    };
    let left = (is..was).filter(|ordinal| !is_counted(ordinal)).count();
    u32::try_from(left).map_err(|_| overflow())
}
