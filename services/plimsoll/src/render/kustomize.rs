//! Kustomize overlays.

use std::sync::Arc;

use kube_model::{Object, Origin};
use kustomize::kustomization::FILE_NAMES;
use kustomize::{By, FieldOrigin, GeneratorKind, KustomizeError, Problem, Resource};
use source::{Located, RepositoryFiles};

use super::{Field, Rendered};
use crate::failure::Failure;

pub(super) fn is_overlay(located: &Located) -> bool {
    let tree = located.files.tree();
    FILE_NAMES.iter().any(|name| tree.file(&below(&located.path, name)).is_some())
}

fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

pub(super) fn render(located: &Located) -> Result<Vec<Rendered>, Failure> {
    let files = &located.files;
    let build = kustomize::build(files.tree(), &located.path, &kustomize::Limits::default())
        .map_err(|error| failure(&error, files))?;
    Ok(build.resources.iter().map(|resource| rendered(resource, files)).collect())
}

/// A file that is there and was not read is said to be that.
fn failure(error: &KustomizeError, files: &RepositoryFiles) -> Failure {
    if let Problem::Missing(path) = &error.problem
        && let Some(refusal) = files.refusal(path)
    {
        return refusal.into();
    }
    let shown = KustomizeError { file: files.show(&error.file), ..error.clone() };
    Failure::new(error.code(), shown.to_string())
}

fn rendered(resource: &Resource, files: &RepositoryFiles) -> Rendered {
    let value = resource.value();
    let mut fields = Vec::new();
    resource.origins(&mut |pointer, origin| fields.push(field(pointer, origin, files)));
    let first = fields.first();
    let origin = Origin {
        file: first.map_or("", |field| &field.file).into(),
        document: 0,
        items: Vec::new(),
        line: first.map_or(1, |field| field.line),
    };
    let api_version = value["apiVersion"].as_str().unwrap_or_default().to_owned();
    let object = Object { key: resource.key(), api_version, value: Arc::new(value), origin };
    Rendered { object, fields }
}

fn field(pointer: &str, origin: &FieldOrigin, files: &RepositoryFiles) -> Field {
    let layer = files.show(&origin.layer);
    Field {
        pointer: pointer.to_owned(),
        file: files.show(&origin.file),
        line: origin.line,
        layer: if layer.is_empty() { ".".to_owned() } else { layer },
        by: by(&origin.by),
    }
}

/// The field of a kustomization, as it is written there.
fn by(by: &By) -> Option<String> {
    let generator = |kind: &GeneratorKind| match kind {
        GeneratorKind::ConfigMap => "configMapGenerator",
        GeneratorKind::Secret => "secretGenerator",
    };
    let of =
        |kind, at: &usize, field: &str, index: &usize| format!("{}[{at}].{field}[{index}]", generator(kind));
    Some(match by {
        By::Resource => return None,
        By::Patch(index) => format!("patches[{index}]"),
        By::PatchStrategicMerge(index) => format!("patchesStrategicMerge[{index}]"),
        By::PatchJson6902(index) => format!("patchesJson6902[{index}]"),
        By::Image(index) => format!("images[{index}]"),
        By::Replicas(index) => format!("replicas[{index}]"),
        By::Namespace => "namespace".to_owned(),
        By::NamePrefix => "namePrefix".to_owned(),
        By::NameSuffix => "nameSuffix".to_owned(),
        By::Labels(index) => format!("labels[{index}]"),
        By::CommonLabels => "commonLabels".to_owned(),
        By::CommonAnnotations => "commonAnnotations".to_owned(),
        By::Generator(kind, index) => format!("{}[{index}]", generator(kind)),
        By::Literal { kind, generator, index } => of(kind, generator, "literals", index),
        By::File { kind, generator, index } => of(kind, generator, "files", index),
        By::Env { kind, generator, index } => of(kind, generator, "envs", index),
        By::GeneratorOptions => "generatorOptions".to_owned(),
        By::Hash => "hash".to_owned(),
        By::NameReference => "name reference".to_owned(),
        By::Replacement(index) => format!("replacements[{index}]"),
        By::Var => "vars".to_owned(),
        By::Transformer(kind) => kind.clone(),
        By::BuildMetadata => "buildMetadata".to_owned(),
    })
}
