//! What stands around a change: the fields of the same mapping that stay as they are.

use std::collections::{HashMap, HashSet};

use diff_engine::Change;
use kube_model::schema::Schemas;
use kube_model::{Object, ObjectRef, Path, Segment};
use serde_json::{Map, Value};

use super::{Page, value};
use crate::escape;
use crate::style::Tone;

/// The objects that fields are looked up in, as they are after the change.
pub(crate) struct Around<'o> {
    /// How many fields on either side.
    context: usize,
    schemas: Schemas,
    objects: HashMap<ObjectRef, &'o Object>,
}

/// The fields before a change, and those after it.
type Fields = (Vec<(Path, Value)>, Vec<(Path, Value)>);

impl<'o> Around<'o> {
    pub(crate) fn new(context: usize, objects: &'o [Object]) -> Self {
        let objects = if context == 0 { &[][..] } else { objects };
        Self {
            context,
            schemas: Schemas::built_in().with_crds(objects),
            objects: objects.iter().map(|object| (ObjectRef::of(object), object)).collect(),
        }
    }

    /// Writes the changes of one object, each between its neighbours. A field is shown once.
    pub(super) fn write(&self, page: &mut Page, changes: &[Change], each: impl Fn(&mut Page, &Change)) {
        let mut shown = HashSet::new();
        let mut quietly = |page: &mut Page, fields: Vec<(Path, Value)>| {
            for (path, field) in fields {
                if shown.insert(path.clone()) {
                    let line = format!("    {}: {}", escape::line(&path.to_string()), value::value(&field));
                    page.line(&page.style.paint(Tone::Quiet, &escape::cut(&line, page.style.width)));
                }
            }
        };
        for change in changes {
            let (before, after) = self.of(change, changes).unwrap_or_default();
            quietly(page, before);
            each(page, change);
            quietly(page, after);
        }
    }

    /// None where the change is not of a mapping's field.
    fn of(&self, change: &Change, changes: &[Change]) -> Option<Fields> {
        let object = self.objects.get(&change.object)?;
        let (parent, Segment::Key(key)) = change.path.split_last()? else { return None };
        let schema = self.schemas.of(&object.key.group, &object.key.kind);
        let mapping = parent.get(schema, &object.value)?;
        let is_unchanged = |key: &str| {
            let path = parent.key(key);
            !changes.iter().any(|change| path.contains(&change.path))
        };
        let (before, after) = neighbours(mapping.as_object()?, key, self.context, is_unchanged);
        let with_paths = |fields: Vec<(&str, &Value)>| {
            fields.into_iter().map(|(key, value)| (parent.key(key), value.clone())).collect()
        };
        Some((with_paths(before), with_paths(after)))
    }
}

/// Fields by their names.
type Named<'m> = Vec<(&'m str, &'m Value)>;

/// As many fields before and after a key, in the order of their names, up to the next one that changes.
fn neighbours<'m>(
    mapping: &'m Map<String, Value>,
    key: &str,
    context: usize,
    is_unchanged: impl Fn(&str) -> bool,
) -> (Named<'m>, Named<'m>) {
    let mut fields: Vec<(&str, &Value)> = mapping.iter().map(|(key, value)| (key.as_str(), value)).collect();
    fields.sort_by_key(|(name, _)| *name);
    let (before, from) = fields.split_at(fields.partition_point(|(name, _)| *name < key));
    let near = |(name, _): &&(&str, &Value)| is_unchanged(name);
    let mut before: Vec<_> = before.iter().rev().take_while(near).take(context).copied().collect();
    before.reverse();
    let after = from.iter().skip_while(|(name, _)| *name == key).take_while(near).take(context);
    (before, after.copied().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(key: &str, context: usize, changed: &[&str]) -> (Vec<String>, Vec<String>) {
        let mapping = json!({"a": 1, "b": 2, "d": 4, "e": 5, "f": 6});
        let mapping = mapping.as_object().unwrap();
        let (before, after) = neighbours(mapping, key, context, |name| !changed.contains(&name));
        let names =
            |fields: Vec<(&str, &Value)>| fields.into_iter().map(|(name, _)| name.to_owned()).collect();
        (names(before), names(after))
    }

    #[test]
    fn the_nearest_fields_are_around_a_change_up_to_the_next_one() {
        let texts = |one: &[&str], other: &[&str]| {
            let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            (texts(one), texts(other))
        };
        assert_eq!(names("d", 1, &["d"]), texts(&["b"], &["e"]));
        assert_eq!(names("d", 9, &["d", "f"]), texts(&["a", "b"], &["e"]));
        // One that is gone stands where it stood.
        assert_eq!(names("c", 1, &["c"]), texts(&["b"], &["d"]));
        assert_eq!(names("b", 2, &["a", "b"]), texts(&[], &["d", "e"]));
    }
}
