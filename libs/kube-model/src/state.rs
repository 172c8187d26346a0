//! The objects of a set of files.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::object::{FieldProblem, Object, ObjectKey, Origin};
use crate::together::Placed;
use crate::yaml::{self, Document, Limits, Node, YamlError};

/// A file of manifests, as text and as trees.
#[derive(Debug, Clone)]
pub struct ManifestFile {
    /// Its path, relative to its source, with `/`.
    pub path: Arc<str>,
    /// Its text, without a byte-order mark.
    pub text: String,
    /// Whether the file starts with a byte-order mark: three bytes that no position in the text counts.
    pub bom: bool,
    pub(crate) documents: Documents,
}

/// The documents of a file.
#[derive(Debug, Clone)]
pub(crate) enum Documents {
    /// Read in one go.
    Whole(Vec<Document>),
    /// Read one by one.
    Apart(Vec<Placed>),
}

/// The objects of a set of files, sorted by kind, namespace and name.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The files, sorted by path.
    pub files: Vec<ManifestFile>,
    /// The objects.
    pub objects: Vec<Object>,
}

/// Why a set of files is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// A file that cannot be read.
    #[error("{file}:{}:{}: {error}", error.line, error.column)]
    Yaml {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: YamlError,
    },
    /// A document that is not an object.
    #[error("{file}:{line}: this is not a Kubernetes object: {missing} is missing")]
    NotAnObject {
        /// The file.
        file: String,
        /// Where the document starts.
        line: usize,
        /// The field that an object has to have.
        missing: &'static str,
    },
    /// An object whose identity is not made of texts.
    #[error("{file}:{line}: {field} is not a text; quote it (YAML reads y, no, on and 1 as something else)")]
    NotText {
        /// The file.
        file: String,
        /// Where the document starts.
        line: usize,
        /// The field.
        field: String,
    },
    /// Two objects of one identity.
    #[error("{file}:{line}: {object} is given twice (first in {first_file}, line {first_line})")]
    Duplicate {
        /// The file.
        file: String,
        /// Where the second one starts.
        line: usize,
        /// The object.
        object: String,
        /// The file of the first one.
        first_file: String,
        /// Where that starts.
        first_line: usize,
    },
}

impl StateError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Yaml { error, .. } => error.code(),
            Self::NotAnObject { missing: "metadata.name", .. } | Self::NotText { .. } => {
                "OBJECT_WITHOUT_NAME"
            }
            Self::NotAnObject { .. } => "OBJECT_WITHOUT_KIND",
            Self::Duplicate { .. } => "OBJECT_DUPLICATE",
        }
    }
}

impl ManifestFile {
    /// Reads one file.
    ///
    /// # Errors
    /// When it is too large, is not text, or does not parse.
    pub fn read(path: &str, bytes: &[u8], limits: &Limits) -> Result<Self, StateError> {
        let fail = |error| StateError::Yaml { file: path.to_owned(), error };
        let text = yaml::text_of(bytes, limits).map_err(fail)?;
        let documents = yaml::parse(text, limits).map_err(fail)?;
        let bom = text.len() < bytes.len();
        let documents = Documents::Whole(documents);
        Ok(Self { path: path.into(), text: text.to_owned(), bom, documents })
    }

    /// How many documents it has.
    #[must_use]
    pub fn document_count(&self) -> usize {
        match &self.documents {
            Documents::Whole(documents) => documents.len(),
            Documents::Apart(parts) => parts.len(),
        }
    }

    /// A document, counted from 0. Of most nobody asks for the tree, so some are only now read into one.
    #[must_use]
    pub fn document(&self, index: usize) -> Option<&Document> {
        match &self.documents {
            Documents::Whole(documents) => documents.get(index),
            Documents::Apart(parts) => parts.get(index)?.tree(&self.text),
        }
    }

    /// Its documents, in order.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        (0..self.document_count()).filter_map(|index| self.document(index))
    }

    /// The node of an object that was read from this file.
    #[must_use]
    pub fn node(&self, origin: &Origin) -> Option<(&Document, &Node)> {
        let document = self.document(origin.document)?;
        let mut node = document.resolve(&document.root);
        for item in &origin.items {
            node = document.resolve(document.resolve(node.get("items")?).items().get(*item)?);
        }
        Some((document, node))
    }

    /// The objects of the file, in order. Documents that are empty are passed over.
    ///
    /// # Errors
    /// When a document is no object, or holds what Kubernetes refuses.
    pub fn objects(&self, limits: &Limits) -> Result<Vec<Object>, StateError> {
        if let Documents::Apart(parts) = &self.documents {
            let parts = parts.iter().enumerate();
            return Ok(parts.flat_map(|(index, part)| part.objects(&self.path, index)).collect());
        }
        let mut objects = Vec::new();
        for (index, document) in self.documents().enumerate() {
            let value = yaml::to_value(document, &document.root, limits)
                .map_err(|error| StateError::Yaml { file: self.path.to_string(), error })?;
            if value.is_null() {
                continue;
            }
            let line = document.root.line;
            let origin = Origin { file: self.path.clone(), document: index, items: Vec::new(), line };
            collect(document, &document.root, value, origin, &mut objects)?;
        }
        Ok(objects)
    }
}

/// An object, or the items of a `List` (of whatever kind: `List`, `DeploymentList`).
pub(crate) fn collect(
    document: &Document,
    node: &Node,
    mut value: Value,
    origin: Origin,
    objects: &mut Vec<Object>,
) -> Result<(), StateError> {
    let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    match value.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) if is_list => {
            let nodes = document.resolve(node).get("items").map(|node| document.resolve(node).items());
            for (index, item) in items.into_iter().enumerate() {
                let item_node = nodes.and_then(|nodes| nodes.get(index)).unwrap_or(node);
                let mut indices = origin.items.clone();
                indices.push(index);
                let origin = Origin { items: indices, line: item_node.line, ..origin.clone() };
                collect(document, item_node, item, origin, objects)?;
            }
            return Ok(());
        }
        Some(items) => value["items"] = items,
        None => {}
    }
    let line = origin.line;
    let file = origin.file.to_string();
    let object = Object::identify(value, origin).map_err(|problem| match problem {
        FieldProblem::Missing(missing) => StateError::NotAnObject { file, line, missing },
        FieldProblem::NotText(keys) => StateError::NotText { file, line, field: keys.join(".") },
    })?;
    objects.push(object);
    Ok(())
}

impl State {
    /// Reads the objects of a set of files, given as paths and bytes.
    ///
    /// # Errors
    /// The first thing that is wrong with them, with its place.
    pub fn read<P: AsRef<str>, B: AsRef<[u8]>>(
        files: impl IntoIterator<Item = (P, B)>,
        limits: &Limits,
    ) -> Result<Self, StateError> {
        let files: Vec<ManifestFile> = files
            .into_iter()
            .map(|(path, bytes)| ManifestFile::read(path.as_ref(), bytes.as_ref(), limits))
            .collect::<Result<_, _>>()?;
        Self::of_files(files, limits)
    }

    /// The objects of files that were read; sorts both.
    pub(crate) fn of_files(mut files: Vec<ManifestFile>, limits: &Limits) -> Result<Self, StateError> {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut objects = Vec::new();
        for file in &files {
            objects.extend(file.objects(limits)?);
        }
        refuse_duplicates(&objects)?;
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(Self { files, objects })
    }

    /// The file of this path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&ManifestFile> {
        self.files.binary_search_by(|file| (*file.path).cmp(path)).ok().map(|index| &self.files[index])
    }

    /// The object of this identity.
    #[must_use]
    pub fn object(&self, key: &ObjectKey) -> Option<&Object> {
        self.objects.binary_search_by(|object| object.key.cmp(key)).ok().map(|index| &self.objects[index])
    }
}

fn refuse_duplicates(objects: &[Object]) -> Result<(), StateError> {
    let mut seen: HashMap<&ObjectKey, &Origin> = HashMap::with_capacity(objects.len());
    for object in objects {
        // What the server names is another object each time.
        if object.key.name.ends_with('*') {
            continue;
        }
        if let Some(first) = seen.insert(&object.key, &object.origin) {
            return Err(StateError::Duplicate {
                file: object.origin.file.to_string(),
                line: object.origin.line,
                object: object.key.to_string(),
                first_file: first.file.to_string(),
                first_line: first.line,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<State, StateError> {
        State::read([("a.yaml", text)], &Limits::default())
    }

    fn code(text: &str) -> &'static str {
        read(text).unwrap_err().code()
    }

    #[test]
    fn documents_and_lists_are_objects_in_order_of_their_identity() {
        let text = "---\n# nothing\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\n---\n{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Service, metadata: {name: a, namespace: ns}}, {apiVersion: v1, kind: ConfigMapList, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}]}]}";
        let state = read(text).unwrap();
        let keys: Vec<String> = state.objects.iter().map(|object| object.key.to_string()).collect();
        assert_eq!(keys, ["ConfigMap/c", "Service/b", "Service/ns/a"]);
        for object in &state.objects {
            let (document, node) = state.files[0].node(&object.origin).unwrap();
            let value = yaml::to_value(document, node, &Limits::default()).unwrap();
            assert_eq!(value, *object.value, "the node of {}", object.key);
        }
    }

    #[test]
    fn what_is_no_object_says_what_is_missing_and_where() {
        assert_eq!(code("apiVersion: v1\nmetadata: {name: a}"), "OBJECT_WITHOUT_KIND");
        assert_eq!(code("kind: Service\nmetadata: {name: a}"), "OBJECT_WITHOUT_KIND");
        assert_eq!(code("apiVersion: v1\nkind: Service"), "OBJECT_WITHOUT_NAME");
        assert_eq!(code("just a text"), "OBJECT_WITHOUT_KIND");
        let error = read("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n\nkind: X\n").unwrap_err();
        assert_eq!(error.to_string(), "a.yaml:6: this is not a Kubernetes object: apiVersion is missing");
    }

    #[test]
    fn a_name_that_yaml_reads_as_a_boolean_is_said_to_be_one() {
        let error = read("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: n}\n").unwrap_err();
        assert_eq!(error.code(), "OBJECT_WITHOUT_NAME");
        assert!(error.to_string().contains("metadata.namespace is not a text; quote it"), "{error}");
    }

    #[test]
    fn two_objects_of_one_identity_are_refused_whatever_their_version() {
        let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n---\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\n";
        let error = read(text).unwrap_err();
        assert_eq!(error.code(), "OBJECT_DUPLICATE");
        assert!(error.to_string().contains("a.yaml:5") && error.to_string().contains("line 1"), "{error}");
        let generated = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-}\n";
        assert!(read(&format!("{generated}---\n{generated}")).is_ok());
    }

    #[test]
    fn errors_name_file_line_and_column() {
        let error = read("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: 1\n  a: 2\n")
            .unwrap_err();
        assert!(error.to_string().starts_with("a.yaml:6:3: the key \"a\" is given twice"), "{error}");
        assert_eq!(code("a: [1\nb: 2"), "MANIFEST_SYNTAX");
        assert_eq!(
            State::read([("a", b"a\0b".as_slice())], &Limits::default()).unwrap_err().code(),
            "MANIFEST_BINARY"
        );
        assert_eq!(
            State::read([("a", b"a: \xff".as_slice())], &Limits::default()).unwrap_err().code(),
            "MANIFEST_BINARY"
        );
        let small = Limits { bytes: 10, ..Limits::default() };
        assert_eq!(State::read([("a", "a: 12345678")], &small).unwrap_err().code(), "MANIFEST_TOO_LARGE");
    }
}
