//! The target before and after the edit, as its objects are, secrets masked.
//!
//! Most objects are the same in both states. They are written once, with the state before; the state after says which
//! of them it has, and where each stands now.

use std::collections::HashMap;
use std::sync::Arc;

use kube_model::{Object, ObjectKey, Origin, Redactor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical;
use crate::document::DocumentError;

/// The target before and after the edit.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Before: sorted by kind, namespace and name, and where the server makes names by where they stand.
    pub before: Vec<Object>,
    /// After, in the same order.
    pub after: Vec<Object>,
}

const NAME: &str = "rendered target";

/// The state after.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct After<O> {
    objects: Vec<Now<O>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Now<O> {
    /// The object at this position of the state before, which stands here now.
    Same { position: usize, origin: Place },
    /// Another one.
    Other(O),
}

#[derive(Serialize)]
pub(crate) struct Written<'o> {
    api_version: &'o str,
    object: &'o ObjectKey,
    origin: Place,
    value: &'o Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Read {
    api_version: String,
    object: ObjectKey,
    origin: Place,
    value: Value,
}

/// Objects by themselves.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed<O> {
    objects: Vec<O>,
}

impl<'o> Listed<Written<'o>> {
    pub(crate) fn of(objects: &'o [Object]) -> Self {
        Self { objects: objects.iter().map(written).collect() }
    }
}

impl Listed<Read> {
    pub(crate) fn read(self) -> Vec<Object> {
        let mut files = Files::default();
        self.objects.into_iter().map(|object| object.read(&mut files)).collect()
    }
}

/// Where an object stands.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    file: String,
    document: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<usize>,
    line: usize,
}

impl Rendered {
    /// Both states with their secrets masked; what they share is masked once.
    pub(crate) fn masked(before: &[Object], after: &[Object], redactor: &Redactor) -> Self {
        let (before, after) = redactor.redact_both(before, after);
        Self { before, after }
    }

    /// Both states as the bytes of two blobs: before, and after. The second can only be read with the first.
    ///
    /// # Errors
    /// When they cannot be written as JSON.
    pub fn write(&self) -> Result<(Vec<u8>, Vec<u8>), DocumentError> {
        let mut same = Same::of(&self.before);
        let after = self.after.iter().map(|object| match same.position(object, &self.before) {
            Some(position) => Now::Same { position, origin: Place::of(&object.origin) },
            None => Now::Other(written(object)),
        });
        let after = After { objects: after.collect() };
        let before = Listed::of(&self.before);
        let fail = |error: serde_json::Error| DocumentError::new(NAME, &error);
        Ok((canonical::to_vec(&before).map_err(fail)?, canonical::to_vec(&after).map_err(fail)?))
    }

    /// Reads both states.
    ///
    /// # Errors
    /// When these are no two such documents.
    pub fn read(before: &[u8], after: &[u8]) -> Result<Self, DocumentError> {
        let fail = |error: serde_json::Error| DocumentError::new(NAME, &error);
        let before: Listed<Read> = serde_json::from_slice(before).map_err(fail)?;
        let after: After<Read> = serde_json::from_slice(after).map_err(fail)?;
        let mut files = Files::default();
        let before: Vec<Object> = before.objects.into_iter().map(|object| object.read(&mut files)).collect();
        let after = after.objects.into_iter().map(|object| match object {
            Now::Other(object) => Some(object.read(&mut files)),
            Now::Same { position, origin } => {
                let origin = origin.read(&mut files);
                before.get(position).map(|object| Object { origin, ..object.clone() })
            }
        });
        let lost = || DocumentError::lost(NAME, "an object that is not in the state before");
        Ok(Self { after: after.collect::<Option<_>>().ok_or_else(lost)?, before })
    }
}

/// The objects of the state before, by identity; of several with one the first that is not spoken for.
struct Same<'o>(HashMap<&'o ObjectKey, Vec<usize>>);

impl<'o> Same<'o> {
    fn of(before: &'o [Object]) -> Self {
        let mut positions: HashMap<&ObjectKey, Vec<usize>> = HashMap::with_capacity(before.len());
        for (position, object) in before.iter().enumerate() {
            positions.entry(&object.key).or_default().push(position);
        }
        Self(positions)
    }

    fn position(&mut self, object: &Object, before: &[Object]) -> Option<usize> {
        let positions = self.0.get_mut(&object.key)?;
        let equal = |position: &usize| {
            let other = &before[*position];
            other.value == object.value && other.api_version == object.api_version
        };
        let found = positions.iter().position(equal)?;
        Some(positions.remove(found))
    }
}

fn written(object: &Object) -> Written<'_> {
    Written {
        api_version: &object.api_version,
        object: &object.key,
        origin: Place::of(&object.origin),
        value: &object.value,
    }
}

impl Read {
    fn read(self, files: &mut Files) -> Object {
        let Self { api_version, object, origin, value } = self;
        Object { key: object, api_version, value: Arc::new(value), origin: origin.read(files) }
    }
}

impl Place {
    fn of(origin: &Origin) -> Self {
        let Origin { file, document, items, line } = origin;
        Self { file: file.to_string(), document: *document, items: items.clone(), line: *line }
    }

    fn read(self, files: &mut Files) -> Origin {
        let Self { file, document, items, line } = self;
        Origin { file: files.name(file), document, items, line }
    }
}

/// The names of files, each kept once.
#[derive(Default)]
struct Files(HashMap<String, Arc<str>>);

impl Files {
    fn name(&mut self, name: String) -> Arc<str> {
        if let Some(known) = self.0.get(&name) {
            return known.clone();
        }
        let shared: Arc<str> = name.as_str().into();
        self.0.insert(name, shared.clone());
        shared
    }
}
