//! Which files of a source are manifests; the same for directories and for Git.

use crate::error::SourceError;

/// Whether a file of this name is read.
pub(crate) fn is_manifest(name: &str) -> bool {
    !is_hidden(name)
        && name != application::FILE_NAME
        && [".yaml", ".yml", ".json"].iter().any(|extension| name.ends_with(extension))
}

/// Whether a file of this name is read, and an error if it says that its directory has to be rendered.
pub(crate) fn wanted_manifest(name: &str, directory: &dyn Fn() -> String) -> Result<bool, SourceError> {
    refuse_rendered(name, directory)?;
    Ok(is_manifest(name))
}

/// Whether a file or directory is passed over: `.git`, `.github`, `.pre-commit-config.yaml`.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Refuses the directory that a file of this name says has to be rendered.
pub(crate) fn refuse_rendered(name: &str, directory: impl FnOnce() -> String) -> Result<(), SourceError> {
    let what = match name {
        "kustomization.yaml" | "kustomization.yml" | "Kustomization" => "a Kustomize overlay",
        "Chart.yaml" => "a Helm chart",
        _ => return Ok(()),
    };
    Err(SourceError::Render { directory: directory(), what })
}
