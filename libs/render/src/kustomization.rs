//! Kustomizations.

use std::sync::Arc;

use discovery::Kustomize;
use file_tree::{FileTree, join};
use kube_model::{Object, Origin, yaml};
use kustomize::kustomization::FILE_NAMES;
use kustomize::{Build, KustomizeError, Problem};
use serde_json::{Value, json};

use crate::error::RenderError;
use crate::names::Names;
use crate::programs::{self, Outside, Printed, Programs};
use crate::{Rendered, overrides};

pub(crate) fn render(
    tree: &FileTree,
    recipe: &Kustomize,
    programs: &dyn Programs,
    limits: &yaml::Limits,
) -> Result<Rendered, RenderError> {
    let overlaid = overlaid(tree, recipe);
    let tree = overlaid.as_ref().unwrap_or(tree);
    match kustomize::build(tree, &recipe.directory, &kustomize::Limits::default()) {
        Ok(build) => Ok(of_build(recipe, build)),
        Err(error) => {
            let outside = match error.problem {
                Problem::OutsideTool(_) => Outside::Program,
                Problem::Remote(_) => Outside::Network,
                _ => return Err(error.into()),
            };
            match programs.kustomize(tree, &recipe.directory, outside) {
                Some(printed) => handed_over(tree, printed?, recipe, &error, limits),
                None => Err(error.into()),
            }
        }
    }
}

/// What the command printed. It does not say which names and fields come from where: the objects are written as they are
/// rendered.
fn handed_over(
    tree: &FileTree,
    mut printed: Printed,
    recipe: &Kustomize,
    outside: &KustomizeError,
    limits: &yaml::Limits,
) -> Result<Rendered, RenderError> {
    let (directory, file) = (&recipe.directory, &outside.file);
    let what = match &outside.problem {
        Problem::OutsideTool(what) | Problem::Remote(what) => what,
        _ => file,
    };
    let note =
        format!("{directory} is rendered by the kustomize command, since {what} in {file} is not built in");
    printed.notes.push(note);
    programs::read(tree, printed, &recipe.directory, limits)
}

fn of_build(recipe: &Kustomize, build: Build) -> Rendered {
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
    rendered
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
