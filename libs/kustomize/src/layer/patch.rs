//! Patches, read and told apart.

use crate::build::{Layer, Run};
use crate::error::{KustomizeError, Problem};
use crate::json_patch::{self, Operation};
use crate::kustomization::{Located, Patch};
use crate::node::Node;
use crate::origin::By;
use crate::resource::Resource;

/// A patch of either form.
pub(super) enum Loaded {
    Merge(Vec<Resource>),
    Json(Vec<Operation>),
}

/// Reads an entry of `patches`: what is a list is a JSON patch, objects are strategic merge patches.
pub(super) fn load<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    patch: &Patch,
    by: By,
) -> Result<Loaded, KustomizeError> {
    let documents = documents(run, layer, patch, by)?;
    let is_json = documents.first().is_none_or(|first| !first.is_mapping());
    if !is_json {
        return objects(run, documents).map(Loaded::Merge);
    }
    let refuse = |why: String| layer.refuse(Problem::Patch(why), patch.at.line);
    let operations = match documents.first() {
        Some(first) => json_patch::operations(first).map_err(refuse)?,
        None => Vec::new(),
    };
    if patch.target.is_none() {
        return Err(refuse("a JSON patch needs a `target`".to_owned()));
    }
    Ok(Loaded::Json(operations))
}

fn documents<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    patch: &Patch,
    by: By,
) -> Result<Vec<Node>, KustomizeError> {
    let refuse = |why: &str| layer.refuse(Problem::Patch(why.to_owned()), patch.at.line);
    match (&patch.path, &patch.patch) {
        (Some(_), Some(_)) => Err(refuse("an entry has `path` or `patch`, not both")),
        (None, None) => Err(refuse("an entry needs `path` or `patch`")),
        (Some(path), None) => layer.documents(run, path, by),
        (None, Some(text)) => layer.inline(run, text, by).map_err(|error| {
            let line = error.line;
            layer.refuse(Problem::Yaml(error), line)
        }),
    }
}

/// Reads an entry of `patchesJson6902`.
pub(super) fn load_json<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    patch: &Patch,
    by: By,
) -> Result<Vec<Operation>, KustomizeError> {
    let refuse = |why: &str| layer.refuse(Problem::Patch(why.to_owned()), patch.at.line);
    if patch.target.as_ref().is_none_or(|target| target.name.is_empty()) {
        return Err(refuse("a JSON patch needs a `target` with a name"));
    }
    let documents = documents(run, layer, patch, by)?;
    let operations = documents.first().map(json_patch::operations).transpose().map_err(|why| refuse(&why))?;
    match operations.filter(|operations| !operations.is_empty()) {
        Some(operations) => Ok(operations),
        None => Err(refuse("the patch is empty")),
    }
}

/// Reads an entry of `patchesStrategicMerge`: a patch, or the path of a file of patches.
pub(super) fn load_older<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    entry: &Located<String>,
    by: &By,
) -> Result<Vec<Resource>, KustomizeError> {
    if let Ok(documents) = layer.inline(run, entry, by.clone())
        && let Ok(patches) = run.objects(documents)
    {
        return Ok(patches);
    }
    let documents = layer.documents(run, entry, by.clone())?;
    objects(run, documents)
}

/// The objects of a patch, which need a kind and a name too.
fn objects(run: &mut Run<'_>, documents: Vec<Node>) -> Result<Vec<Resource>, KustomizeError> {
    run.objects(documents).map_err(|error| match error.problem {
        Problem::Resource(why) => KustomizeError { problem: Problem::Patch(why), ..error },
        problem => KustomizeError { problem, ..error },
    })
}
