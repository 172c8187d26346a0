//! Reading many places of one object.

use std::borrow::Cow;
use std::collections::HashMap;

use kube_model::{Object, Path, Segment, lists};
use serde_json::Value;

type Items<'a> = HashMap<Segment, Cow<'a, Value>>;

/// Reads places of one object. [`Path::get`] looks through a list each time; here each list is looked through once.
pub(crate) struct Reading<'a> {
    object: &'a Object,
    /// The items of the lists that were asked for; none where names do not tell them apart.
    lists: HashMap<Path, Option<Items<'a>>>,
}

impl<'a> Reading<'a> {
    pub(crate) fn of(object: &'a Object) -> Self {
        Self { object, lists: HashMap::new() }
    }

    /// The value at a path.
    pub(crate) fn value(&mut self, path: &Path) -> Option<Value> {
        let object = self.object;
        let mut current: &Value = &object.value;
        for (depth, segment) in path.segments().iter().enumerate() {
            if let Segment::Key(key) = segment {
                current = current.get(key)?;
                continue;
            }
            let list: Path = path.segments()[..depth].iter().cloned().collect();
            let items = self.lists.entry(list).or_insert_with_key(|list| items(object, list, current));
            let Some(items) = items else { return self.slowly(path) };
            match items.get(segment)? {
                Cow::Borrowed(item) => current = item,
                Cow::Owned(_) => return self.slowly(path),
            }
        }
        Some(current.clone())
    }

    fn slowly(&self, path: &Path) -> Option<Value> {
        path.get(self.object.key.schema(), &self.object.value).map(Cow::into_owned)
    }
}

fn items<'a>(object: &'a Object, list: &Path, values: &'a Value) -> Option<Items<'a>> {
    let (items, _) = lists::items_of_both(object.key.schema(), list.segments(), values.as_array()?, &[])?;
    Some(items.into_iter().collect())
}
