//! Places in overlays: the file that set a field.

use std::collections::HashMap;

use discovery::Recipe;
use file_tree::FileTree;
use kube_model::{ObjectKey, Path};
use kustomize::{FieldOrigin, Resource};
use risk_rules::Location;

use super::with_edits;

/// What an overlay is built from, with who set each field.
pub(super) struct Overlay {
    tree: FileTree,
    resources: HashMap<ObjectKey, Resource>,
}

impl Overlay {
    /// None for what is no overlay, or is not built here: what is laid over one is in no file of it.
    pub(super) fn of(
        tree: &FileTree,
        edited: &HashMap<String, Option<Vec<u8>>>,
        recipe: &Recipe,
    ) -> Option<Self> {
        let tree = with_edits(tree, edited);
        let mut resources = HashMap::new();
        for part in recipe.parts() {
            let Recipe::Kustomize(part) = part else { continue };
            if !part.overrides.is_empty() || part.generated.is_some() {
                continue;
            }
            let built = kustomize::build(&tree, &part.directory, &kustomize::Limits::default());
            let built = built.into_iter().flat_map(|build| build.resources);
            resources.extend(built.map(|resource| (resource.key(), resource)));
        }
        (!resources.is_empty()).then_some(Self { tree, resources })
    }

    /// What set the field, or where there is none what set the nearest that holds it.
    pub(super) fn at(&self, key: &ObjectKey, path: &Path) -> Option<Location> {
        let resource = self.resources.get(key)?;
        let mut path = path.clone();
        loop {
            if let Some(origin) = resource.origin(key.schema(), &path) {
                return Some(self.location(origin));
            }
            path = path.split_last()?.0;
        }
    }

    fn location(&self, origin: FieldOrigin) -> Location {
        let FieldOrigin { file, line, span, .. } = origin;
        let text = self.tree.file(&file).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let spanned = text.zip(span).and_then(|(text, span)| {
            let (before, own) = (text.get(..span.start)?, text.get(span)?.trim_end());
            let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
            Some((column, own.matches('\n').count()))
        });
        let (column, more) = spanned.unwrap_or((1, 0));
        Location { file, line, column, end_line: line + more, exists: true }
    }
}
