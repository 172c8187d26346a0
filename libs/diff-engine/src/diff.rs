//! The difference between two states: the changes, their summary, and what was left out.

use kube_model::schema::{Schema, Schemas};
use kube_model::{Object, ObjectRef, Path};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::alike::{self, Alike};
use crate::apply::{Changes, changes};
use crate::compare::{Difference, compare};
use crate::follow;
use crate::identity::{self, Context};
use crate::inside::{self, Inside};
use crate::items;
use crate::matched::{How, Match};
use crate::reason::Reason;

/// What differs between two states.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// Which objects.
    #[serde(rename = "diff_summary")]
    pub summary: DiffSummary,
    /// Every change, sorted by kind, namespace, name, path.
    pub changes: Vec<Change>,
    /// What is written differently and is no change, with the reason.
    pub suppressed: Vec<Suppressed>,
    /// Objects before and after that are called differently and belong together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matched: Vec<Match>,
}

/// The objects that differ, as `kind/name`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffSummary {
    /// Only in the state after.
    pub added: Vec<String>,
    /// Only in the state before.
    pub removed: Vec<String>,
    /// In both, and different.
    pub modified: Vec<String>,
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Something new.
    Add,
    /// Something gone.
    Remove,
    /// Another value.
    Replace,
    /// Another order, which means something: the values are the names of the items that both lists have.
    Reorder,
}

/// One change. An added or removed object is one change with an empty path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The object.
    pub object: ObjectRef,
    /// What happens to it.
    pub op: Op,
    /// Where in it.
    pub path: Path,
    /// The value before; null if there was none.
    pub before: Option<Value>,
    /// The value after; null if there is none.
    pub after: Option<Value>,
    /// What differs inside, where the values are texts that hold more than a word, or lists whose items have no key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<Inside>,
    /// The object, as `kind/name`, whose new name is all that changes here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
}

/// Something that is written differently and is no change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suppressed {
    /// The object.
    pub object: ObjectRef,
    /// Where in it.
    pub path: Path,
    /// The value before.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
    /// Why it is no change.
    pub reason: Reason,
}

/// What differs between two states, whose manifests name the namespace where it counts.
#[must_use]
pub fn diff(before: &[Object], after: &[Object]) -> Diff {
    diff_in(None, before, after)
}

/// What differs between two states. What names no namespace is in `namespace`, unless it belongs to none. Objects are
/// matched as [`crate::Match`] and the kinds' definitions among them say.
#[must_use]
pub fn diff_in(namespace: Option<&str>, before: &[Object], after: &[Object]) -> Diff {
    let schemas = Schemas::built_in().with_crds(before.iter().chain(after));
    let context = Context { namespace, schemas: &schemas };
    let pairs = identity::pairs(before, after, context);
    let mut diff = Diff::default();
    for pair in &pairs {
        match (pair.before, pair.after) {
            (Some(before), Some(after)) => diff.modify(context, before, after),
            (None, Some(after)) => {
                diff.summary.added.push(after.key.short());
                diff.changes.push(Change::whole(after, Op::Add));
            }
            (Some(before), None) => {
                diff.summary.removed.push(before.key.short());
                diff.changes.push(Change::whole(before, Op::Remove));
            }
            (None, None) => {}
        }
    }
    for alike in alike::find(&pairs) {
        diff.matched.push(renamed(context, alike));
    }
    follow::renames(&mut diff);
    diff
}

impl Diff {
    fn modify(&mut self, context: Context<'_>, before: &Object, after: &Object) {
        if before.value == after.value {
            return;
        }
        let object = ObjectRef::of(after);
        let schema = context.schema(&after.key);
        let Changes { mut real, mut suppressed } = changes(schema, before, after);
        real.retain(|one| match context.of_namespace(&after.key, one) {
            Some(reason) => {
                suppressed.push((one.clone(), reason));
                false
            }
            None => true,
        });
        self.modified(schema, &object, real, suppressed);
        let how = match (before.key.name == after.key.name, before.api_version == after.api_version) {
            (true, true) => return,
            (true, false) => How::ApiVersion,
            (false, _) => How::HashSuffix,
        };
        self.matched.push(Match::same(ObjectRef::of(before), object, how));
    }
}

impl Diff {
    /// An object that both states have.
    pub(crate) fn modified(
        &mut self,
        schema: Schema<'_>,
        object: &ObjectRef,
        real: Vec<Difference>,
        mut suppressed: Vec<(Difference, Reason)>,
    ) {
        if !real.is_empty() {
            self.summary.modified.push(object.key().short());
        }
        suppressed.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
        self.suppressed.extend(suppressed.into_iter().map(|(difference, reason)| Suppressed {
            object: object.clone(),
            path: difference.path,
            before: difference.before,
            after: difference.after,
            reason,
        }));
        self.changes.extend(real.into_iter().map(|difference| Change::of(schema, object, difference)));
    }
}

fn renamed(context: Context<'_>, alike: Alike<'_>) -> Match {
    let Alike { before, after, .. } = alike;
    let how = match before.key.name == after.key.name {
        true => How::Moved,
        false => How::Renamed,
    };
    let (old, object) = (ObjectRef::of(before), ObjectRef::of(after));
    let schema = context.schema(&after.key);
    let differences = compare(schema, &before.value, &after.value).differences;
    let differences = differences.into_iter().map(|one| Change::of(schema, &object, one)).collect();
    Match {
        before: old,
        consequence: how.consequence(&object.kind),
        after: object,
        how,
        likeness: Some(alike.percent()),
        differences,
    }
}

impl Change {
    fn of(schema: Schema<'_>, object: &ObjectRef, difference: Difference) -> Self {
        let op = match (&difference.before, &difference.after) {
            _ if difference.is_order => Op::Reorder,
            (None, _) => Op::Add,
            (_, None) => Op::Remove,
            _ => Op::Replace,
        };
        let Difference { path, before, after, .. } = difference;
        let inside = match (&before, &after) {
            (Some(Value::String(before)), Some(Value::String(after))) => inside::inside(before, after),
            (Some(before), Some(after)) => items::inside(schema, &path, before, after),
            _ => None,
        };
        Self { object: object.clone(), op, path, before, after, inside, follows: None }
    }

    pub(crate) fn whole(object: &Object, op: Op) -> Self {
        let value = Some(Value::clone(&object.value));
        let (before, after) = match op {
            Op::Remove => (value, None),
            _ => (None, value),
        };
        let object = ObjectRef::of(object);
        Self { object, op, path: Path::root(), before, after, inside: None, follows: None }
    }
}

#[cfg(test)]
mod tests;
