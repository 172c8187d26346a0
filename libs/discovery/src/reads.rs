//! Which files an environment is rendered from, as far as that can be told without rendering.

use std::collections::{BTreeSet, HashMap};

use crate::field::{Field, Kind, documents};
use crate::helm::{Chart, Helm, SetForm, Values};
use crate::overrides::Patch;
use crate::recipe::{Depth, Plain, Recipe};
use crate::repository::{Index, below};

/// What an environment is rendered from. It may hold more than is read, never less, except what lies elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reads {
    /// Directories that are read with all below them.
    pub trees: BTreeSet<String>,
    /// Directories whose own files are read.
    pub directories: BTreeSet<String>,
    /// Files.
    pub files: BTreeSet<String>,
}

impl Reads {
    /// Whether a change of this file may change what is rendered.
    #[must_use]
    pub fn touches(&self, path: &str) -> bool {
        let mut above = file_tree::parent(path);
        if self.files.contains(path) || self.directories.contains(above) {
            return true;
        }
        loop {
            if self.trees.contains(above) {
                return true;
            }
            if above.is_empty() {
                return false;
            }
            above = file_tree::parent(above);
        }
    }
}

/// Reads recipes one after the other; what several of them share is read once.
pub(crate) struct Reader<'a, 't> {
    index: &'a Index<'t>,
    layers: HashMap<String, Layer>,
}

/// What the kustomization of one directory names.
#[derive(Clone, Default)]
struct Layer {
    trees: Vec<String>,
    files: Vec<String>,
    directories: Vec<String>,
}

impl<'a, 't> Reader<'a, 't> {
    pub(crate) fn new(index: &'a Index<'t>) -> Self {
        Self { index, layers: HashMap::new() }
    }

    pub(crate) fn of(&mut self, recipe: &Recipe) -> Reads {
        let mut reads = Reads::default();
        recipe.parts().iter().for_each(|part| self.of_part(part, &mut reads));
        reads
    }

    fn of_part(&mut self, recipe: &Recipe, reads: &mut Reads) {
        match recipe {
            Recipe::Plain(plain) if self.index.is_file(&plain.path) => {
                reads.files.insert(plain.path.clone());
            }
            Recipe::Plain(Plain { path, depth: Depth::Direct, .. }) => {
                reads.directories.insert(path.clone());
            }
            Recipe::Plain(plain) => drop(reads.trees.insert(plain.path.clone())),
            // It finds all files of the repository, and does not say which it reads.
            Recipe::Command(_) => drop(reads.trees.insert(String::new())),
            Recipe::Kustomize(kustomize) => {
                let generated = kustomize.generated.iter().flatten();
                generated.for_each(|path| self.follow(&kustomize.directory, path, reads));
                self.layers(&kustomize.directory, reads);
                let over = kustomize.overrides.patches.iter().filter_map(|patch| match &patch.patch {
                    Patch::File(path) => Some(&path.value),
                    Patch::Inline(_) => None,
                });
                let components = kustomize.overrides.components.iter().map(|component| &component.value);
                over.chain(components).for_each(|path| self.follow(&kustomize.directory, path, reads));
            }
            Recipe::Helm(helm) => chart(self.index, helm, reads),
            Recipe::Together(_) | Recipe::Elsewhere(_) => {}
        }
    }

    /// A kustomization with everything that it names. A cycle ends where it began.
    fn layers(&mut self, directory: &str, reads: &mut Reads) {
        let mut left = vec![directory.to_owned()];
        while let Some(directory) = left.pop() {
            if reads.directories.insert(directory.clone()) {
                let index = self.index;
                let layer =
                    self.layers.entry(directory).or_insert_with_key(|directory| layer(index, directory));
                reads.trees.extend(layer.trees.iter().cloned());
                reads.files.extend(layer.files.iter().cloned());
                left.extend(layer.directories.iter().cloned());
            }
        }
    }

    fn follow(&mut self, directory: &str, path: &str, reads: &mut Reads) {
        match file_tree::join(directory, path) {
            Ok(path) if self.index.is_file(&path) => drop(reads.files.insert(path)),
            Ok(path) if self.index.is_directory(&path) => self.layers(&path, reads),
            _ => {}
        }
    }
}

/// Fields of a kustomization that other programs render: those find what lies below its directory.
const OUTSIDE: [&str; 5] =
    ["generators", "helmChartInflationGenerator", "helmCharts", "transformers", "validators"];

fn layer(index: &Index<'_>, directory: &str) -> Layer {
    let mut layer = Layer::default();
    let Some(file) = index.kustomization(directory) else { return layer };
    let read = documents(&file, index.files.file(&file).unwrap_or_default()).unwrap_or_default();
    if read.iter().any(|document| OUTSIDE.iter().any(|field| document.get(field).is_some())) {
        let homes = read.iter().filter_map(|document| document.text_of("helmGlobals.chartHome"));
        layer.trees.extend(homes.filter_map(|home| file_tree::join(directory, &home).ok()));
        layer.trees.push(directory.to_owned());
    }
    let mut named = Vec::new();
    read.iter().for_each(|document| texts(document, &mut named));
    for text in named {
        let path = text.split_once('=').map_or(text.as_str(), |(_, path)| path);
        match file_tree::join(directory, path) {
            Ok(path) if index.is_file(&path) => layer.files.push(path),
            // A text such as `.` is no base.
            Ok(path) if !path.is_empty() && path != directory && index.is_directory(&path) => {
                layer.directories.push(path);
            }
            _ => {}
        }
    }
    layer
}

/// Every text that might be a path. What is none names no file.
fn texts(field: &Field, into: &mut Vec<String>) {
    match &field.kind {
        Kind::Scalar(serde_json::Value::String(text)) if text.len() < 1024 && !text.contains('\n') => {
            into.push(text.clone());
        }
        Kind::Scalar(_) => {}
        Kind::List(items) => items.iter().for_each(|item| texts(item, into)),
        Kind::Map(entries) => entries.iter().for_each(|(_, value)| texts(value, into)),
    }
}

/// A chart, the local charts that it depends on, and its values.
fn chart(index: &Index<'_>, helm: &Helm, reads: &mut Reads) {
    let mut left = Vec::new();
    match &helm.chart {
        Chart::Directory(path) => left.push(path.clone()),
        Chart::Archive(path) => drop(reads.files.insert(path.clone())),
        Chart::Remote(_) => {}
    }
    while let Some(directory) = left.pop() {
        if !reads.trees.insert(directory.clone()) {
            continue;
        }
        let file = below(&directory, "Chart.yaml");
        let read = documents(&file, index.files.file(&file).unwrap_or_default()).unwrap_or_default();
        let dependencies = read.iter().flat_map(|chart| chart.list("dependencies"));
        let local = dependencies.filter_map(|dependency| dependency.text_of("repository"));
        let paths = local.filter_map(|url| file_tree::join(&directory, url.strip_prefix("file://")?).ok());
        left.extend(paths.filter(|path| index.is_chart(path)));
    }
    reads.files.extend(helm.values.iter().filter_map(|value| match value {
        Values::File(path) => Some(path.clone()),
        Values::Inline(values) => Some(values.from.file.to_string()),
        Values::Unknown(_) => None,
    }));
    let files = helm.set.iter().filter(|set| set.form == SetForm::File);
    reads.files.extend(files.map(|set| set.value.value.clone()));
}
