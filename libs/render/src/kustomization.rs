//! Kustomizations.

use std::sync::Arc;

use discovery::Kustomize;
use file_tree::{FileTree, join};
use kube_model::{Object, Origin, yaml};
use kustomize::kustomization::FILE_NAMES;
use serde_json::{Value, json};

use crate::Rendered;
use crate::error::RenderError;
use crate::names::Names;
use crate::overrides;

pub(crate) fn render(tree: &FileTree, recipe: &Kustomize) -> Result<Rendered, RenderError> {
    let overlaid = overlaid(tree, recipe);
    let tree = overlaid.as_ref().unwrap_or(tree);
    let build = kustomize::build(tree, &recipe.directory, &kustomize::Limits::default())?;
    let names = Names::of(&build.resources);
    let mut rendered = Rendered { read: build.read, ..Rendered::default() };
    for resource in &build.resources {
        let value = resource.value();
        let (key, written) = names.as_written(resource, value.clone());
        let field = resource.origin(key.schema(), &kube_model::Path::root());
        let (file, line) =
            field.map_or_else(|| (recipe.directory.clone(), 1), |field| (field.file, field.line));
        let origin = Origin { file: file.into(), document: 0, items: Vec::new(), line };
        let api_version = value["apiVersion"].as_str().unwrap_or_default().to_owned();
        let object = Object { key: resource.key(), api_version, value: Arc::new(value), origin };
        rendered.as_written.push(Object { key, value: Arc::new(written), ..object.clone() });
        rendered.objects.push(object);
    }
    Ok(rendered)
}

/// The files with what is laid over the kustomization; none where nothing is.
fn overlaid(tree: &FileTree, recipe: &Kustomize) -> Option<FileTree> {
    if recipe.overrides.is_empty() && recipe.generated.is_none() {
        return None;
    }
    let paths = FILE_NAMES.iter().filter_map(|name| join(&recipe.directory, name).ok());
    let path = paths.clone().find(|path| tree.file(path).is_some()).or_else(|| paths.clone().next())?;
    let kustomization = match (&recipe.generated, tree.file(&path)) {
        (Some(resources), None) => json!({"resources": resources}),
        (_, bytes) => value_of(bytes?)?,
    };
    let mut tree = tree.clone();
    tree.put(path, yaml::write(&overrides::over(kustomization, &recipe.overrides)).into_bytes());
    Some(tree)
}

fn value_of(bytes: &[u8]) -> Option<Value> {
    let limits = yaml::Limits::default();
    let documents = yaml::parse(yaml::text_of(bytes, &limits).ok()?, &limits).ok()?;
    let document = documents.first()?;
    yaml::to_value(document, &document.root, &limits).ok()
}
