//! Sources as the objects that they are applied as, and where each field of those comes from.

pub(crate) mod annotated;
mod kustomize;
mod plain;

use discovery::Recipe;
use kube_model::Object;
use kube_model::yaml::Limits;
use serde::Serialize;
use source::{Located, Programs, Workspace};

use crate::failure::Failure;

/// An object, and its fields' origins.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) object: Object,
    pub(crate) fields: Vec<Field>,
}

/// Where a scalar or an empty collection of an object comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Field {
    /// Where it stands in the object, as a JSON pointer (RFC 6901).
    pub(crate) pointer: String,
    /// The file, as messages name it.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The directory of the layer that set it, as messages name it.
    pub(crate) layer: String,
    /// The field of that layer's kustomization that set it; none for what an object's own file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
}

/// The objects of a source, in the order in which they are printed.
pub(crate) fn render(
    workspace: &Workspace,
    argument: &str,
    limits: &source::Limits,
    programs: &Programs,
) -> Result<Vec<Rendered>, Failure> {
    let bytes = usize::try_from(limits.file_bytes).unwrap_or(usize::MAX);
    let yaml = Limits { bytes, ..Limits::default() };
    match workspace.locate(argument)? {
        Some(located) if kustomize::is_overlay(&located) && !has_overrides(&located) => {
            let whole = |native: Failure| handed_over(&located, programs, &yaml, native);
            kustomize::render(&located).or_else(whole)
        }
        Some(located)
            if !matches!(located.found.recipe, Recipe::Plain(_)) || located.found.variables.is_some() =>
        {
            by_programs(&located, programs, &yaml)
        }
        _ => plain::render(workspace.resolve(argument, &mut std::io::stdin())?, &yaml),
    }
}

/// What is not built in goes to the kustomize command, where there is one.
fn handed_over(
    located: &Located,
    programs: &Programs,
    limits: &Limits,
    native: Failure,
) -> Result<Vec<Rendered>, Failure> {
    if !matches!(native.code(), "KUSTOMIZE_OUTSIDE" | "KUSTOMIZE_REMOTE_BASE") {
        return Err(native);
    }
    by_programs(located, programs, limits)
        .map_err(|failure| if failure.code() == native.code() { native } else { failure })
}

/// Whether an object of Argo CD or Flux lays something over the overlay.
fn has_overrides(located: &Located) -> bool {
    located.found.variables.is_some()
        || matches!(&located.found.recipe, Recipe::Kustomize(recipe) if !recipe.overrides.is_empty() || recipe.generated.is_some())
}

/// What programs render, or what is laid over. They do not say which file set which field.
fn by_programs(located: &Located, programs: &Programs, limits: &Limits) -> Result<Vec<Rendered>, Failure> {
    let rendered = ::render::render_environment(located.files.tree(), &located.found, programs, limits)
        .map_err(|error| Failure::new(error.code(), error.to_string()))?;
    let objects = rendered.objects.into_iter();
    Ok(objects.map(|object| Rendered { object, fields: Vec::new() }).collect())
}
