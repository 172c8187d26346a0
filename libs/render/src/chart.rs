//! Charts: what `helm template` is given for an environment.

use std::sync::Arc;

use discovery::{Helm, SetForm, SetValue, Values};
use file_tree::FileTree;
use helm::{Chart, Crds, Layer, Release, SchemaCheck, Set};
use kube_model::yaml::Limits;
use kube_model::{Object, scope};

use crate::Rendered;
use crate::error::RenderError;
use crate::programs::{Programs, read};

pub(crate) fn render(
    tree: &FileTree,
    helm: &Helm,
    programs: &dyn Programs,
    limits: &Limits,
) -> Result<Rendered, RenderError> {
    let (release, files) = release(tree, helm)?;
    let location = release.chart.location.clone();
    let mut rendered = read(tree, programs.helm(&release)?, &location, limits)?;
    rendered.read = files;
    if let Some(namespace) = &helm.namespace {
        rendered.objects.iter_mut().for_each(|object| in_namespace(object, namespace));
    }
    rendered.as_written.clone_from(&rendered.objects);
    Ok(rendered)
}

/// The values that a chart is rendered with, each with what sets it.
///
/// # Errors
/// When a file of the chart or of its values cannot be read, or is not in the repository.
pub fn chart_values(tree: &FileTree, helm: &Helm) -> Result<helm::Values, RenderError> {
    let (release, _) = release(tree, helm)?;
    Ok(helm::Values::of(&Release { schema: SchemaCheck::Skipped, ..release })?)
}

/// What `helm template` is given, and the files that it comes from.
fn release(tree: &FileTree, helm: &Helm) -> Result<(Release, Vec<String>), RenderError> {
    let Some(path) = helm.chart.path() else {
        return Err(RenderError::Elsewhere(match &helm.chart {
            discovery::Chart::Remote(remote) => format!("{}/{}", remote.repository, remote.name),
            discovery::Chart::Directory(path) | discovery::Chart::Archive(path) => path.clone(),
        }));
    };
    let chart = Arc::new(Chart::read(tree, path)?);
    let mut read: Vec<String> = match tree.file(path) {
        Some(_) => vec![path.to_owned()],
        None => tree
            .below(path)
            .map(|(file, _)| file.to_owned())
            .filter(|file| !is_values_of_another(&chart, path, file))
            .collect(),
    };
    let file = |path: &str| -> Result<Arc<[u8]>, RenderError> {
        tree.file(path).map(Arc::from).ok_or_else(|| RenderError::Missing(path.to_owned()))
    };
    let mut values = Vec::new();
    for layer in &helm.values {
        match layer {
            Values::File(path) => {
                values.push(Layer::File { path: path.clone(), bytes: file(path)? });
                read.push(path.clone());
            }
            Values::Inline(inline) => values.push(Layer::Inline(inline.value.clone())),
            Values::Unknown(why) => return Err(RenderError::Unknown(why.clone())),
        }
    }
    let mut set = Vec::new();
    for SetValue { name, value, form } in &helm.set {
        let text = format!("{name}={}", value.value);
        set.push(match form {
            SetForm::Typed => Set::Typed(text),
            SetForm::Text => Set::Text(text),
            SetForm::Json => Set::Json(text),
            SetForm::File => {
                read.push(value.value.clone());
                Set::File { name: name.clone(), bytes: file(&value.value)? }
            }
        });
    }
    let release = Release {
        values,
        set,
        namespace: helm.namespace.clone(),
        kube_version: helm.kube_version.clone(),
        api_versions: helm.api_versions.clone(),
        crds: if helm.skip.crds { Crds::Skipped } else { Crds::Included },
        schema: if helm.skip.schema { SchemaCheck::Skipped } else { SchemaCheck::On },
        ..Release::of(chart, &helm.release)
    };
    Ok((release, read))
}

/// Whether a file of a chart is values that this release does not take: those of other environments often lie beside the
/// chart's own. A template may read any file through `.Files`.
fn is_values_of_another(chart: &Chart, directory: &str, file: &str) -> bool {
    let below = file.strip_prefix(directory).unwrap_or(file).trim_start_matches('/');
    let (stem, is_yaml) = match below.rsplit_once('.') {
        Some((stem, extension)) => (stem, matches!(extension, "yaml" | "yml")),
        None => (below, false),
    };
    let parts: Vec<&str> = stem.split('/').collect();
    let is_values = match parts.as_slice() {
        [name] => name.starts_with("values") && *name != "values",
        ["values" | "env" | "envs" | "environments", _] => true,
        _ => false,
    };
    let reads_files =
        || chart.templates().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains(".Files"));
    is_yaml && is_values && !reads_files()
}

/// What a release does not say is installed into the release's namespace.
fn in_namespace(object: &mut Object, namespace: &str) {
    let is_open = object.key.namespace.is_none();
    if is_open && !scope::belongs_to_cluster(&object.key.group, &object.key.kind) {
        object.key.namespace = Some(namespace.to_owned());
    }
}
