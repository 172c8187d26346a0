//! The edit: what becomes of each file of the target.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use kube_model::{Object, ObjectKey, Origin, State, yaml::Limits};
use manifest_edit::{Splice, Template, add_object, apply, edit_object, new_file, remove_object};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::pairing::Pair;

/// What becomes of one file of the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEdit {
    /// Its path, relative to the target.
    pub path: String,
    /// SHA-256 of the file before, in hexadecimal; none for a new file.
    pub hash_before: Option<String>,
    /// SHA-256 of the file after; none for a removed file.
    pub hash_after: Option<String>,
    /// The bytes that go and what comes in their place, in order. A new or removed file is one splice.
    pub splices: Vec<ByteSplice>,
    /// The text before.
    #[serde(skip)]
    pub before: Option<String>,
    /// The text after.
    #[serde(skip)]
    pub after: Option<String>,
}

/// The replacement of a range of bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ByteSplice {
    /// Where the bytes start that go.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// What comes in their place.
    pub text: String,
}

/// What an object of the target is to become.
pub(crate) struct Becoming<'p, 'a> {
    pub(crate) pair: &'p Pair<'a>,
    /// Its value; none if it goes.
    pub(crate) value: Option<Value>,
}

/// The edits, and the target as it is after them.
pub(crate) struct Edited {
    pub(crate) edits: Vec<FileEdit>,
    pub(crate) after: Vec<Object>,
}

/// Why what was planned cannot be written: the objects that it is about, and why.
pub(crate) struct Refused {
    pub(crate) objects: BTreeSet<ObjectKey>,
    pub(crate) why: String,
}

/// Writes what is to become of the target's objects into its files, and reads them again: the edit stands only if
/// that gives exactly what was planned.
pub(crate) fn write(
    source: &State,
    target: &State,
    pairs: &[Pair<'_>],
    becoming: &[Becoming<'_, '_>],
    limits: &Limits,
) -> Result<Edited, Refused> {
    let mut writer = Writer { source, target, pairs, texts: BTreeMap::new(), splices: BTreeMap::new() };
    for change in becoming {
        writer
            .change(change, becoming)
            .map_err(|why| Refused { objects: BTreeSet::from([change.pair.key.clone()]), why })?;
    }
    writer.add_new(becoming)?;
    let edits = writer.finish();
    let after = read_again(target, &edits, limits).map_err(|why| all_refused(becoming, why))?;
    check(target, &after, becoming)?;
    Ok(Edited { edits, after })
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
                if going.len() == objects_of(self.target, &file.path).count()
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
        new_objects(all).any(|(written, _)| self.destination(&written.origin) == path)
    }

    /// The file that a new object comes into: of the same name; where both sides are one file, that one.
    fn destination(&self, origin: &Origin) -> String {
        match (self.source.files.as_slice(), self.target.files.as_slice()) {
            ([_], [only]) => only.path.to_string(),
            _ => origin.file.to_string(),
        }
    }

    fn add_new(&mut self, all: &[Becoming<'_, '_>]) -> Result<(), Refused> {
        let mut by_file: BTreeMap<&str, Vec<(&Object, &Value)>> = BTreeMap::new();
        for (written, value) in new_objects(all) {
            by_file.entry(&written.origin.file).or_default().push((written, value));
        }
        for (path, mut objects) in by_file {
            objects.sort_by(|(a, _), (b, _)| {
                (a.origin.document, &a.origin.items).cmp(&(b.origin.document, &b.origin.items))
            });
            let keys = objects.iter().map(|(object, _)| object.key.clone()).collect();
            self.add_to_file(path, &objects).map_err(|why| Refused { objects: keys, why })?;
        }
        Ok(())
    }

    fn add_to_file(&mut self, path: &str, objects: &[(&Object, &Value)]) -> Result<(), String> {
        let source = self.source.file(path).ok_or("its file is gone")?;
        let first = objects.first().ok_or("no object to add")?;
        let destination = self.destination(&first.0.origin);
        let Some(file) = self.target.file(&destination) else {
            let whole = objects.len() == objects_of(self.source, path).count();
            let text =
                new_file(source, objects, whole, self.line_ending()).map_err(|error| error.to_string())?;
            self.texts.insert(destination, Some(text));
            return Ok(());
        };
        for (object, value) in objects {
            let after = self.sibling_before(object, &destination);
            let splices =
                add_object(file, after, source, object, value).map_err(|error| error.to_string())?;
            self.splices.entry(destination.clone()).or_default().extend(splices);
        }
        Ok(())
    }

    /// The nearest object that precedes this one in the source's file and that the target has in the file that
    /// it comes into.
    fn sibling_before(&self, object: &Object, destination: &str) -> Option<&Origin> {
        let position = |origin: &Origin| (origin.document, origin.items.clone());
        let both = self.pairs.iter().filter_map(|pair| Some((pair.written?, pair.target?)));
        let preceding = both.filter(|(written, target)| {
            written.origin.file == object.origin.file
                && position(&written.origin) < position(&object.origin)
                && &*target.origin.file == destination
        });
        preceding.max_by_key(|(written, _)| position(&written.origin)).map(|(_, target)| &target.origin)
    }

    /// The line ending that most files of the target use.
    fn line_ending(&self) -> &'static str {
        let crlf = self.target.files.iter().filter(|file| file.text.contains("\r\n")).count();
        if crlf * 2 > self.target.files.len() { "\r\n" } else { "\n" }
    }

    fn finish(self) -> Vec<FileEdit> {
        let mut edits: Vec<FileEdit> = Vec::new();
        for (path, after) in self.texts {
            let before = self.target.file(&path).map(|file| file.text.clone());
            let end = before.as_ref().map_or(0, String::len);
            let splice = ByteSplice { start: 0, end, text: after.clone().unwrap_or_default() };
            edits.push(file_edit(path, before, after, vec![splice]));
        }
        for (path, mut splices) in self.splices {
            let Some(file) = self.target.file(&path).filter(|_| !edits.iter().any(|edit| edit.path == path))
            else {
                continue;
            };
            let after = apply(&file.text, &splices);
            if after == file.text {
                continue;
            }
            splices.sort_by_key(|splice| (splice.range.start, splice.range.end));
            let bytes = splices
                .into_iter()
                .map(|splice| ByteSplice {
                    start: splice.range.start,
                    end: splice.range.end,
                    text: splice.text,
                })
                .collect();
            edits.push(file_edit(path, Some(file.text.clone()), Some(after), bytes));
        }
        edits.sort_by(|a, b| a.path.cmp(&b.path));
        edits
    }
}

fn file_edit(
    path: String,
    before: Option<String>,
    after: Option<String>,
    splices: Vec<ByteSplice>,
) -> FileEdit {
    let hash = |text: &Option<String>| text.as_ref().map(|text| sha256(text));
    FileEdit { path, hash_before: hash(&before), hash_after: hash(&after), splices, before, after }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn objects_of<'a>(state: &'a State, path: &str) -> impl Iterator<Item = &'a Object> {
    let path = path.to_owned();
    state.objects.iter().filter(move |object| *object.origin.file == *path)
}

fn going_of<'a>(path: &str, all: &'a [Becoming<'_, '_>]) -> Vec<&'a Origin> {
    all.iter()
        .filter(|change| change.value.is_none())
        .filter_map(|change| change.pair.target.map(|object| &object.origin))
        .filter(|origin| &*origin.file == path)
        .collect()
}

fn new_objects<'a>(all: &'a [Becoming<'_, '_>]) -> impl Iterator<Item = (&'a Object, &'a Value)> {
    all.iter()
        .filter(|change| change.pair.target.is_none())
        .filter_map(|change| Some((change.pair.written?, change.value.as_ref()?)))
}

/// The objects of the target with the edited files, which are read again; a file that is not edited means what it
/// meant.
fn read_again(target: &State, edits: &[FileEdit], limits: &Limits) -> Result<Vec<Object>, String> {
    let edited: BTreeSet<&str> = edits.iter().map(|edit| edit.path.as_str()).collect();
    let files = edits.iter().filter_map(|edit| Some((edit.path.as_str(), edit.after.as_ref()?)));
    let read = State::read(files, limits).map_err(|error| error.to_string())?;
    let untouched = target.objects.iter().filter(|object| !edited.contains(&*object.origin.file));
    let mut objects: Vec<Object> = untouched.cloned().chain(read.objects).collect();
    objects.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(objects)
}

fn all_refused(becoming: &[Becoming<'_, '_>], why: String) -> Refused {
    Refused { objects: becoming.iter().map(|change| change.pair.key.clone()).collect(), why }
}

/// The target after the edit is what was planned, object by object, and nothing else has moved.
fn check(target: &State, after: &[Object], becoming: &[Becoming<'_, '_>]) -> Result<(), Refused> {
    let planned: BTreeMap<&ObjectKey, Option<&Value>> =
        becoming.iter().map(|change| (&change.pair.key, change.value.as_ref())).collect();
    let untouched = target.objects.iter().filter(|object| !planned.contains_key(&object.key));
    let expected: BTreeMap<&ObjectKey, &Value> = untouched
        .map(|object| (&object.key, &object.value))
        .chain(planned.iter().filter_map(|(key, value)| Some((*key, (*value)?))))
        .collect();
    let found: BTreeMap<&ObjectKey, &Value> =
        after.iter().map(|object| (&object.key, &object.value)).collect();
    let wrong: BTreeSet<ObjectKey> = expected
        .keys()
        .chain(found.keys())
        .filter(|key| expected.get(*key) != found.get(*key))
        .map(|key| (*key).clone())
        .collect();
    if wrong.is_empty() && after.len() == expected.len() {
        return Ok(());
    }
    let touched: BTreeSet<ObjectKey> =
        wrong.iter().filter(|key| planned.contains_key(key)).cloned().collect();
    let objects =
        if touched.is_empty() { planned.keys().map(|key| (*key).clone()).collect() } else { touched };
    Err(Refused { objects, why: "reading the edited files again does not give what was planned".to_owned() })
}
