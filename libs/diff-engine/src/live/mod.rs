//! A manifest against the object that is live: what applying it would make of it, and what that changes.
//!
//! [`predict`] works on objects as they are, since what was applied last may be known by a Secret's bytes alone;
//! [`compare_live`] works on masked ones, and is what is shown.

#[cfg(test)]
mod answers;
mod explain;
mod manager;
mod matching;
mod predict;
mod server_set;
#[cfg(test)]
mod tests;
mod version;

use std::collections::BTreeSet;

use kube_model::schema::Schemas;
use kube_model::{Object, ObjectKey, ObjectRef, Path};

use crate::apply::{as_written, untold};
use crate::compare::{Difference, compare};
use crate::diff::{Change, Diff, Suppressed};
use crate::identity::Context;
use crate::matched::{How, Match};
use crate::normal::normalise;
use crate::reason::Reason;
pub(crate) use manager::managers;
pub use manager::{Choice, Method, writer_of};
pub use predict::{Conflict, Prediction, predict};

/// What applying the desired objects changes in the live ones. The predictions are those of [`predict`] for the same states,
/// masked like them.
///
/// `namespace` is the one that [`predict`] was given.
///
/// Live objects that are not desired stay, and are on `suppressed` as a whole: applying deletes nothing.
#[must_use]
pub fn compare_live(
    namespace: Option<&str>,
    live: &[Object],
    desired: &[Object],
    predictions: &[Prediction],
) -> Diff {
    let mut diff = Diff::default();
    let schemas = Schemas::built_in().with_crds(live.iter().chain(desired));
    let context = Context { namespace, schemas: &schemas };
    let scaled = scaled_by_autoscalers(live.iter().chain(desired));
    let by_key = matching::by_key(live);
    let mut seen: BTreeSet<&ObjectKey> = BTreeSet::new();
    for (desired, prediction) in desired.iter().zip(predictions) {
        match prediction.live.as_ref().and_then(|key| by_key.get(key)) {
            Some(object) => {
                seen.insert(&object.key);
                modify(&mut diff, context, object, desired, &prediction.object, &scaled);
            }
            None => diff.add(&prediction.object),
        }
    }
    for object in live.iter().filter(|object| !seen.contains(&object.key)) {
        diff.suppressed.push(Suppressed::whole(object, not_applied(object)));
    }
    diff.sort();
    diff
}

fn modify(
    diff: &mut Diff,
    context: Context<'_>,
    live: &Object,
    desired: &Object,
    predicted: &Object,
    scaled: &[ObjectKey],
) {
    let schema = context.schemas.of(&live.key.group, &live.key.kind);
    let was = normalise(schema, &live.api_version, &live.value);
    let object = ObjectRef::of(live);
    let (mut real, mut suppressed) = (Vec::new(), Vec::new());
    for difference in compare(schema, &was, &predicted.value).differences {
        let replicas = difference.path == Path::root().key("spec").key("replicas");
        match explain::never_a_change(live, &difference.path) {
            _ if replicas && scaled.contains(&ObjectKey { namespace: None, ..live.key.clone() }) => {
                suppressed.push((difference, Reason::owned_by("horizontal-pod-autoscaler")));
            }
            Some(reason) => suppressed.push((difference, reason)),
            None => real.push(difference),
        }
    }
    let written = compare(schema, &live.value, &desired.value);
    let (written, the_same) = written.reasoned();
    suppressed.extend(the_same);
    let explaining = explain::Explaining::new(schema, live, &was, desired);
    let known: Vec<&Difference> = real.iter().chain(suppressed.iter().map(|(one, _)| one)).collect();
    let written = written.into_iter().flat_map(|one| untold(schema, one, &known, &Path::clone));
    for difference in written.collect::<Vec<_>>() {
        let of_version =
            || version::differs(schema, live, desired, &difference.path).then_some(Reason::OTHER_VERSION);
        match context.of_namespace(&live.key, &difference).or_else(of_version) {
            Some(reason) => suppressed.push((difference, reason)),
            None => explaining.part(difference, &mut suppressed),
        }
    }
    for change in real.iter_mut().filter(|change| !change.is_order) {
        as_written(schema, &mut change.after, &change.path, desired);
    }
    diff.modified(schema, &object, real, suppressed);
    if live.api_version != desired.api_version {
        diff.matched.push(Match::same(object, ObjectRef::of(desired), How::ApiVersion));
    }
}

/// What autoscalers scale, by group, kind and name. KEDA's ScaledObject means a Deployment where it does not say.
fn scaled_by_autoscalers<'o>(objects: impl Iterator<Item = &'o Object>) -> Vec<ObjectKey> {
    let target = |object: &Object| {
        let of_keda = object.key.kind == "ScaledObject";
        let text = |field: &str, default: &str| {
            let found = object.text(&["spec", "scaleTargetRef", field]);
            found.or(of_keda.then_some(default)).map(str::to_owned)
        };
        let group = text("apiVersion", "apps/v1").unwrap_or_default();
        let group = group.split_once('/').map_or("", |(group, _)| group).to_owned();
        Some(ObjectKey { group, kind: text("kind", "Deployment")?, namespace: None, name: text("name", "")? })
    };
    let scales =
        |object: &&Object| matches!(object.key.kind.as_str(), "HorizontalPodAutoscaler" | "ScaledObject");
    objects.filter(scales).filter_map(target).collect()
}

fn not_applied(object: &Object) -> Reason {
    let owner = object.at(&["metadata", "ownerReferences"]).and_then(|owners| owners.get(0));
    let text = |field: &str| owner.and_then(|owner| owner.get(field)?.as_str());
    match (text("kind"), text("name")) {
        (Some(kind), Some(name)) => Reason::owned_by(&format!("{kind}/{name}")),
        _ => Reason::NOT_APPLIED,
    }
}

impl Diff {
    fn add(&mut self, object: &Object) {
        self.summary.added.push(object.key.short());
        self.changes.push(Change::whole(object, crate::Op::Add));
    }

    fn sort(&mut self) {
        self.changes.sort_by_cached_key(|one| (one.object.key(), one.path.clone()));
        self.suppressed.sort_by_cached_key(|one| (one.object.key(), one.path.clone()));
    }
}
