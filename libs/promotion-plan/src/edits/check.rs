//! Whether the edited files, read again, are what was planned.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kube_model::{ManifestFile, Object, ObjectKey, Origin, State, yaml::Limits};
use serde_json::Value;

use super::{Becoming, Refused, Written};

/// What was planned, and in which file of the target each object is edited.
pub(super) struct Check<'c, 'p, 'a> {
    pub(super) target: &'c State,
    pub(super) becoming: &'c [Becoming<'p, 'a>],
    pub(super) places: Vec<(&'c ObjectKey, Option<String>)>,
}

/// The values of each identity. What the server names (`generateName`) may be there several times.
type Values<'v> = BTreeMap<&'v ObjectKey, Vec<&'v Arc<Value>>>;

impl Check<'_, '_, '_> {
    /// The objects of the target with the edited files, which are read again; a file that is not edited means
    /// what it meant. A file that no longer reads refuses what is edited in it, and nothing else.
    pub(super) fn read_again(
        &self,
        edits: &[Written<'_>],
        limits: &Limits,
    ) -> Result<(Vec<ManifestFile>, Vec<Object>), Refused> {
        let edited: BTreeSet<&str> = edits.iter().map(|edit| edit.path.as_str()).collect();
        let untouched = self.target.objects.iter().filter(|object| !edited.contains(&*object.origin.file));
        let mut objects: Vec<Object> = untouched.cloned().collect();
        let mut files = Vec::new();
        for (path, text) in edits.iter().filter_map(|edit| Some((&*edit.path, edit.after.as_ref()?))) {
            let read = match self.target.file(path) {
                Some(file) => file.read_again(text, limits),
                None => ManifestFile::read(path, text.as_bytes(), limits)
                    .and_then(|file| file.objects(limits).map(|objects| (file, objects))),
            };
            let (file, read) =
                read.map_err(|error| self.refused(&BTreeSet::from([path]), error.to_string()))?;
            objects.extend(read.into_iter().map(|object| self.shared(object)));
            files.push(file);
        }
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        Ok((files, objects))
    }

    /// An object that means what it meant before is the same one.
    fn shared(&self, mut object: Object) -> Object {
        if let Some(before) = self.target.object(&object.key).filter(|before| before.value == object.value) {
            object.value = before.value.clone();
        }
        object
    }

    /// The target after the edit is what was planned, object by object, and nothing else has moved.
    pub(super) fn check(&self, after: &[Object]) -> Result<(), Refused> {
        let expected = self.expected();
        let found = values(after.iter().map(|object| (&object.key, &object.value)));
        let wrong: BTreeSet<&ObjectKey> = expected
            .keys()
            .chain(found.keys())
            .copied()
            .filter(|key| expected.get(key) != found.get(key))
            .collect();
        if wrong.is_empty() {
            return Ok(());
        }
        let why = "reading the edited files again does not give what was planned".to_owned();
        let planned = self.becoming.iter().map(|change| &change.pair.key);
        let objects: BTreeSet<ObjectKey> = planned.filter(|key| wrong.contains(key)).cloned().collect();
        if !objects.is_empty() {
            return Err(Refused::objects(objects, why));
        }
        let moved = self.target.objects.iter().chain(after).filter(|object| wrong.contains(&object.key));
        Err(self.refused(&moved.map(|object| &*object.origin.file).collect(), why))
    }

    fn expected(&self) -> Values<'_> {
        let changing: BTreeSet<(&str, usize, &[usize])> = self
            .becoming
            .iter()
            .filter_map(|change| change.pair.target.map(|object| position(&object.origin)))
            .collect();
        let untouched =
            self.target.objects.iter().filter(|object| !changing.contains(&position(&object.origin)));
        let planned =
            self.becoming.iter().filter_map(|change| Some((&change.pair.key, change.value.as_ref()?)));
        values(untouched.map(|object| (&object.key, &object.value)).chain(planned))
    }

    /// What is edited in these files is refused.
    fn refused(&self, files: &BTreeSet<&str>, why: String) -> Refused {
        let inside = |file: &Option<String>| file.as_deref().is_some_and(|file| files.contains(file));
        let objects = self.places.iter().filter(|(_, file)| inside(file)).map(|(key, _)| (*key).clone());
        Refused::objects(objects.collect(), why)
    }
}

fn position(origin: &Origin) -> (&str, usize, &[usize]) {
    (&origin.file, origin.document, &origin.items)
}

fn values<'v>(objects: impl Iterator<Item = (&'v ObjectKey, &'v Arc<Value>)>) -> Values<'v> {
    let mut values = Values::new();
    for (key, value) in objects {
        values.entry(key).or_default().push(value);
    }
    for several in values.values_mut().filter(|values| values.len() > 1) {
        several.sort_by_cached_key(ToString::to_string);
    }
    values
}
