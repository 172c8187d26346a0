//! A YAML file that is no manifest, as its documents' values.

use file_tree::FileTree;
use kube_model::ManifestFile;
use kube_model::yaml::{self, Limits};
use serde_json::Value;

/// A file and what its documents mean.
#[derive(Debug)]
pub(crate) struct Documents {
    pub(crate) file: ManifestFile,
    pub(crate) values: Vec<Value>,
}

impl Documents {
    /// The documents of a file of the tree; none if it is not there, or no YAML.
    pub(crate) fn read(tree: &FileTree, path: &str, limits: &Limits) -> Option<Self> {
        let file = ManifestFile::read(path, tree.file(path)?, limits).ok()?;
        Self::of(file, limits)
    }

    /// The documents of a text that stands in another file.
    pub(crate) fn of_text(text: &str, limits: &Limits) -> Option<Self> {
        Self::of(ManifestFile::read("inline", text.as_bytes(), limits).ok()?, limits)
    }

    fn of(file: ManifestFile, limits: &Limits) -> Option<Self> {
        let values = file.documents().map(|document| yaml::to_value(document, &document.root, limits));
        let values = values.collect::<Result<_, _>>().ok()?;
        Some(Self { file, values })
    }
}
