//! The edit: what becomes of each file of the target.

mod apply;
mod check;
mod file;
mod pieces;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kube_model::{ManifestFile, Object, ObjectKey, Origin, Place, State, yaml::Limits};
use manifest_edit::{Splice, Template, add_object, edit_object, new_file, remove_object};
use serde_json::Value;

use crate::pairing::Pair;
use check::Check;

pub use apply::{EditError, apply_edit};
pub(crate) use file::Written;
pub use file::{ByteSplice, FileEdit};
pub use pieces::Piece;

/// What an object of the target is to become.
pub(crate) struct Becoming<'p, 'a> {
    pub(crate) pair: &'p Pair<'a>,
    /// Its value; none if it goes.
    pub(crate) value: Option<Arc<Value>>,
}

/// The edits, and the target as it is after them.
pub(crate) struct Edited<'a> {
    pub(crate) written: Vec<Written<'a>>,
    /// The edited files, read again; none of a target that is rendered.
    pub(crate) files: Vec<ManifestFile>,
    pub(crate) after: Vec<Object>,
}

/// Why what was planned cannot be written.
pub(crate) struct Refused {
    /// The objects that it is about.
    pub(crate) objects: BTreeSet<ObjectKey>,
    /// The places that it is about; all of those objects if there are none.
    pub(crate) places: BTreeSet<Place>,
    pub(crate) why: String,
    /// Places whose edit would change what somebody else writes, and who.
    pub(crate) owned: BTreeMap<Place, String>,
    /// Places that cannot but go with others, and that would get the source's value.
    pub(crate) coupled: Vec<Coupled>,
}

/// A place that is rendered from the same input as another one.
pub(crate) struct Coupled {
    pub(crate) place: Place,
    /// The place that is carried.
    pub(crate) with: Place,
}

impl Refused {
    /// What is decided about these objects cannot be written.
    pub(crate) fn objects(objects: BTreeSet<ObjectKey>, why: String) -> Self {
        Self { objects, places: BTreeSet::new(), why, owned: BTreeMap::new(), coupled: Vec::new() }
    }
}

/// Writes what is to become of the target's objects into its files, and reads them again: the edit stands only if
/// that gives exactly what was planned.
pub(crate) fn write<'a>(
    source: &State,
    target: &'a State,
    pairs: &[Pair<'_>],
    becoming: &[Becoming<'_, '_>],
    limits: &Limits,
) -> Result<Edited<'a>, Refused> {
    let mut writer = Writer { source, target, pairs, texts: BTreeMap::new(), splices: BTreeMap::new() };
    for change in becoming {
        let refuse = |why| Refused::objects(BTreeSet::from([change.pair.key.clone()]), why);
        if change.pair.target.is_some_and(|object| Some(&object.value) == change.value.as_ref()) {
            return Err(refuse("what is carried over would change nothing".to_owned()));
        }
        writer.change(change, becoming).map_err(refuse)?;
    }
    writer.add_new(becoming)?;
    let places = becoming.iter().map(|change| (&change.pair.key, writer.file_of(change))).collect();
    let check = Check { target, becoming, places };
    let written = writer.finish(target);
    let (files, after) = check.read_again(&written, limits)?;
    check.check(&after)?;
    Ok(Edited { written, files, after })
}

struct Writer<'w, 'a> {
    source: &'w State,
    target: &'w State,
    pairs: &'w [Pair<'a>],
    /// Files that are new (some text) or go (none).
    texts: BTreeMap<String, Option<String>>,
    splices: BTreeMap<String, Vec<Splice>>,
}

impl Writer<'_, '_> {
    /// An object that the target has: changed, or removed.
    fn change(&mut self, change: &Becoming<'_, '_>, all: &[Becoming<'_, '_>]) -> Result<(), String> {
        let Some(object) = change.pair.target else { return Ok(()) };
        let file = self.target.file(&object.origin.file).ok_or("its file is gone")?;
        let splices = match &change.value {
            Some(value) => {
                let written = change.pair.written;
                let template =
                    written.and_then(|object| Template::of(self.source.file(&object.origin.file)?, object));
                edit_object(file, object, value, template).map_err(|error| error.to_string())?
            }
            None => {
                let going = going_of(&file.path, all);
                if going.len() == objects_of(&self.target.objects, &file.path).count()
                    && !self.receives(&file.path, all)
                {
                    self.texts.insert(file.path.to_string(), None);
                    return Ok(());
                }
                remove_object(file, &object.origin, &going).map_err(|error| error.to_string())?
            }
        };
        self.splices.entry(file.path.to_string()).or_default().extend(splices);
        Ok(())
    }

    /// Whether new objects come into this file.
    fn receives(&self, path: &str, all: &[Becoming<'_, '_>]) -> bool {
        new_objects(all).any(|new| self.destination(&new.written.origin) == path)
    }

    /// The file of the target in which an object is edited.
    fn file_of(&self, change: &Becoming<'_, '_>) -> Option<String> {
        match (change.pair.target, change.pair.written) {
            (Some(object), _) => Some(object.origin.file.to_string()),
            (None, Some(written)) => Some(self.destination(&written.origin)),
            (None, None) => None,
        }
    }

    /// The file that a new object comes into: of the same name; where both sides are one file, that one.
    fn destination(&self, origin: &Origin) -> String {
        match (self.source.files.as_slice(), self.target.files.as_slice()) {
            ([_], [only]) => only.path.to_string(),
            _ => origin.file.to_string(),
        }
    }

    fn add_new(&mut self, all: &[Becoming<'_, '_>]) -> Result<(), Refused> {
        let mut by_file: BTreeMap<&str, Vec<New<'_>>> = BTreeMap::new();
        for new in new_objects(all) {
            by_file.entry(&new.written.origin.file).or_default().push(new);
        }
        for (path, mut new) in by_file {
            new.sort_by(|New { written: a, .. }, New { written: b, .. }| {
                (a.origin.document, &a.origin.items).cmp(&(b.origin.document, &b.origin.items))
            });
            let objects: Vec<_> = new.iter().map(|new| (new.written, new.value)).collect();
            self.add_to_file(path, &objects, all)
                .map_err(|why| Refused::objects(new.iter().map(|new| new.key.clone()).collect(), why))?;
        }
        Ok(())
    }

    fn add_to_file(
        &mut self,
        path: &str,
        objects: &[(&Object, &Value)],
        all: &[Becoming<'_, '_>],
    ) -> Result<(), String> {
        let source = self.source.file(path).ok_or("its file is gone")?;
        let first = objects.first().ok_or("no object to add")?;
        let destination = self.destination(&first.0.origin);
        let Some(file) = self.target.file(&destination) else {
            let whole = objects.len() == objects_of(&self.source.objects, path).count();
            let text =
                new_file(source, objects, whole, self.line_ending()).map_err(|error| error.to_string())?;
            self.texts.insert(destination, Some(text));
            return Ok(());
        };
        for (object, value) in objects {
            let after = self.sibling_before(object, &destination, all);
            let splices =
                add_object(file, after, source, object, value).map_err(|error| error.to_string())?;
            self.splices.entry(destination.clone()).or_default().extend(splices);
        }
        Ok(())
    }

    /// The nearest object that precedes this one in the source's file and that the target has, and keeps, in the
    /// file that it comes into.
    fn sibling_before(
        &self,
        object: &Object,
        destination: &str,
        all: &[Becoming<'_, '_>],
    ) -> Option<&Origin> {
        let going = going_of(destination, all);
        let position = |origin: &Origin| (origin.document, origin.items.clone());
        let both = self.pairs.iter().filter_map(|pair| Some((pair.written?, pair.target?)));
        let preceding = both.filter(|(written, target)| {
            written.origin.file == object.origin.file
                && position(&written.origin) < position(&object.origin)
                && &*target.origin.file == destination
                && !going.contains(&&target.origin)
        });
        preceding.max_by_key(|(written, _)| position(&written.origin)).map(|(_, target)| &target.origin)
    }

    /// The line ending that most files of the target use.
    fn line_ending(&self) -> &'static str {
        let crlf = self.target.files.iter().filter(|file| file.text.contains("\r\n")).count();
        if crlf * 2 > self.target.files.len() { "\r\n" } else { "\n" }
    }

    fn finish<'t>(self, target: &'t State) -> Vec<Written<'t>> {
        let mut edits: Vec<Written<'t>> = Vec::new();
        for (path, splices) in &self.splices {
            let file = target.file(path).filter(|_| !self.texts.contains_key(path));
            edits.extend(file.and_then(|file| Written::edited(file, splices)));
        }
        for (path, after) in self.texts {
            match (target.file(&path), after) {
                (Some(file), after) => edits.push(Written::whole(file, after)),
                (None, Some(text)) => edits.push(Written::new(path, text)),
                (None, None) => {}
            }
        }
        edits.sort_by(|a, b| a.path.cmp(&b.path));
        edits
    }
}

pub(crate) fn objects_of<'a>(objects: &'a [Object], path: &str) -> impl Iterator<Item = &'a Object> {
    let path = path.to_owned();
    objects.iter().filter(move |object| *object.origin.file == *path)
}

fn going_of<'a>(path: &str, all: &'a [Becoming<'_, '_>]) -> Vec<&'a Origin> {
    all.iter()
        .filter(|change| change.value.is_none())
        .filter_map(|change| change.pair.target.map(|object| &object.origin))
        .filter(|origin| &*origin.file == path)
        .collect()
}

/// An object that the target has not.
#[derive(Clone, Copy)]
struct New<'a> {
    /// Its identity in the target.
    key: &'a ObjectKey,
    /// The source's object.
    written: &'a Object,
    value: &'a Value,
}

fn new_objects<'a>(all: &'a [Becoming<'_, '_>]) -> impl Iterator<Item = New<'a>> {
    all.iter().filter(|change| change.pair.target.is_none()).filter_map(|change| {
        Some(New { key: &change.pair.key, written: change.pair.written?, value: change.value.as_ref()? })
    })
}
