//! What changes in objects, object by object.

use kube_model::{ObjectRef, shown_list};

use super::{MOST, OBJECTS};
use crate::words::{Names, Reasons};

/// The most changes of one object that are told.
const CHANGES: usize = 4;

/// `in ConfigMap web, A goes from 1 to 2 and B is removed`. Objects in which the same changes are told together; none where
/// there are no changes.
pub(super) fn write<'a>(
    changes: impl Iterator<Item = (&'a ObjectRef, String)>,
    names: Names,
) -> Option<String> {
    let of_objects = Reasons::of_all(changes.map(|(object, text)| (text, object)));
    let told = of_objects
        .groups()
        .map(|(object, texts)| (names.object(object), (shown_list(texts, CHANGES), texts.len())));
    let groups = Reasons::of_all(told);
    let mut parts: Vec<String> = groups
        .listed(OBJECTS)
        .take(MOST)
        .map(|((texts, _), objects)| format!("in {objects}, {texts}"))
        .collect();
    let untold: usize = groups.groups().skip(MOST).map(|((_, number), objects)| number * objects.len()).sum();
    if untold > 0 {
        parts.push(format!("and {untold} more"));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}
