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
    let Some((pods, note)) = stays(before, after, demand, around)? else { return Ok(()) };
    let root = Cursor::root(object);
    let count = Ratio::whole(pods);
    for (item, quantity) in &held.volumes_of_pod {
        demand.hold(&root, item.clone(), Spread::exact(*quantity), (count, Spread::exact(count)))?;
        if let Some(why) = held.held.get(item).and_then(|held| held.assumed.clone()) {
            demand.assume(item, &why);
        }
    }
    demand.notes.push(note);
    Ok(())
}

/// The volumes of how many pods stay, and what to say of it.
fn stays(
    (object, held): (&Object, &Demand),
    after: Option<&Object>,
    demand: &Demand,
    around: &Surroundings<'_>,
) -> Result<Option<(u32, String)>, CostError> {
    if object.key.kind != "StatefulSet" {
        let note = "its disk stays (reclaimPolicy Retain) and costs until it is deleted".to_owned();
        return Ok(after.is_none().then_some((1, note)));
    }
    let (acting, when) = match after {
        Some(after) => (after, "whenScaled"),
        None => (object, "whenDeleted"),
    };
    let policy = acting.text(&["spec", "persistentVolumeClaimRetentionPolicy", when]);
    let left = match policy {
        Some("Delete") => 0,
        _ => left_over(object, held, demand, around)?,
    };
    let pods = if left == 1 { "pod stay" } else { "pods stay" };
    let note = format!(
        "the volumes of {left} {pods} (persistentVolumeClaimRetentionPolicy, {when}: {}) and cost until their \
         claims are deleted",
        policy.unwrap_or("Retain, where it is absent")
    );
    Ok((left > 0).then_some((left, note)))
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
    let first = u64::from(first.unwrap_or(0));
    let prefix = format!("{}-{}", name.unwrap_or_default(), object.key.name);
    let left = was.saturating_sub(is);
    let ordinals = first + u64::from(is)..first + u64::from(was);
    let counted = around.claims_of(object.key.namespace.as_deref(), &prefix, ordinals);
    Ok(left.saturating_sub(u32::try_from(counted).map_err(|_| overflow())?))
}
