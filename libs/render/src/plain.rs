//! Manifests that are read as they stand.

use discovery::Plain;
use file_tree::{FileTree, Found};
use kube_model::State;
use kube_model::yaml::Limits;

use crate::Rendered;
use crate::error::RenderError;

pub(crate) fn render(tree: &FileTree, plain: &Plain, limits: &Limits) -> Result<Rendered, RenderError> {
    let files: Vec<(&str, &[u8])> = match tree.find(&plain.path) {
        Found::File(bytes) => vec![(&plain.path, bytes)],
        _ => tree.below(&plain.path).filter(|(path, _)| is_read(plain, path)).collect(),
    };
    let read = files.iter().map(|(path, _)| (*path).to_owned()).collect();
    let state = State::read(files, limits)?;
    let as_written = state.objects.clone();
    Ok(Rendered { as_written, objects: state.objects, read, ..Rendered::default() })
}

fn is_read(plain: &Plain, path: &str) -> bool {
    let below = path.strip_prefix(&*plain.path).unwrap_or(path).trim_start_matches('/');
    let name = below.rsplit('/').next().unwrap_or(below);
    let is_manifest = [".yaml", ".yml", ".json"].iter().any(|extension| name.ends_with(extension));
    let hidden = below.split('/').any(|part| part.starts_with('.'));
    is_manifest && !hidden && plain.reads(below)
}
