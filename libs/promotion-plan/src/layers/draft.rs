//! The target's files while they are edited.

use std::collections::BTreeMap;
use std::rc::Rc;

use file_tree::FileTree;
use kube_model::schema::{Schema, Schemas};
use kube_model::yaml::Limits;
use manifest_edit::{Template, apply, edit_document};
use serde_json::Value;

use super::Documents;

/// A value that a document is to become, and where what it adds is written already.
#[derive(Debug, Clone)]
struct Becoming {
    value: Value,
    template: Option<(Rc<Documents>, usize)>,
}

/// The files of the target's repository with the edits that were made so far. A clone is a try.
#[derive(Clone)]
pub(crate) struct Draft<'a> {
    original: &'a FileTree,
    limits: &'a Limits,
    /// The files now.
    pub(crate) tree: FileTree,
    documents: BTreeMap<String, BTreeMap<usize, Becoming>>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(original: &'a FileTree, limits: &'a Limits) -> Self {
        Self { original, limits, tree: original.clone(), documents: BTreeMap::new() }
    }

    /// The limits under which files are read.
    pub(crate) fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// What the documents of a file mean now.
    pub(crate) fn documents(&self, path: &str) -> Option<Documents> {
        Documents::read(&self.tree, path, self.limits)
    }

    /// Lets a document of a file become another value, by the fewest bytes. What it adds is written as the template
    /// has it. None if that cannot be written.
    pub(crate) fn with_document(
        mut self,
        path: &str,
        index: usize,
        value: Value,
        template: Option<(Rc<Documents>, usize)>,
    ) -> Option<Self> {
        // A file that came with this draft is no original that could be spliced.
        let original = match self.original.file(path) {
            Some(_) => Documents::read(self.original, path, self.limits)?,
            None => self.documents(path)?,
        };
        let edits = self.documents.entry(path.to_owned()).or_default();
        let template = template.or_else(|| edits.get(&index).and_then(|edit| edit.template.clone()));
        edits.insert(index, Becoming { value, template });
        let mut splices = Vec::new();
        for (index, Becoming { value, template }) in edits.iter() {
            let old = original.values.get(*index)?;
            let template = template
                .as_ref()
                .and_then(|(from, at)| Template::of_document(&from.file, *at, from.values.get(*at)?));
            splices
                .extend(edit_document(&original.file, *index, schema_of(old), (old, value), template).ok()?);
        }
        let text = apply(&original.file.text, &splices);
        let mark = if original.file.bom { "\u{feff}" } else { "" };
        self.tree.put(path, format!("{mark}{text}").into_bytes());
        if self.original.file(path).is_none() {
            self.documents.remove(path);
        }
        Some(self)
    }

    /// Puts a file in, or another text in its place.
    pub(crate) fn with_file(mut self, path: &str, bytes: Vec<u8>) -> Self {
        self.documents.remove(path);
        self.tree.put(path, bytes);
        self
    }

    /// Takes every edit of a file back.
    pub(crate) fn taken_back(mut self, path: &str) -> Self {
        self.documents.remove(path);
        match self.original.file(path) {
            Some(bytes) => self.tree.put(path, bytes.to_vec()),
            None => self.tree.remove(path),
        }
        self
    }

    /// Takes a file out.
    pub(crate) fn without_file(mut self, path: &str) -> Self {
        self.documents.remove(path);
        self.tree.remove(path);
        self
    }
}

/// The schema that the keys of lists come from: that of the kind, for what is an object or a patch of one.
pub(super) fn schema_of(value: &Value) -> Schema<'_> {
    fn text<'v>(value: &'v Value, key: &str) -> &'v str {
        value.get(key).and_then(Value::as_str).unwrap_or_default()
    }
    let group = text(value, "apiVersion").split_once('/').map_or("", |(group, _)| group);
    Schemas::built_in().of(group, text(value, "kind"))
}
