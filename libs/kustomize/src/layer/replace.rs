//! The replacements of a kustomization, inline and by path.

use crate::build::{Layer, Run};
use crate::error::{KustomizeError, Problem};
use crate::kustomization::{Decode, Replacement, Replacements, Unknown};
use crate::layer::transformers::step;
use crate::origin::{By, Origin};
use crate::resource::Resource;
use crate::transform::replacements::replace;

/// Makes the replacements, one after the other.
pub(super) fn run<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    resources: &mut Vec<Resource>,
) -> Result<(), KustomizeError> {
    let Some(first) = layer.kustomization.replacements.first() else { return Ok(()) };
    let mut loaded = Vec::new();
    for (index, entry) in layer.kustomization.replacements.iter().enumerate() {
        loaded.extend(load(run, layer, entry, &By::Replacement(index))?);
    }
    step(run, layer, resources, ("ReplacementTransformer", first.at.line), |_, resources| {
        loaded.iter().try_for_each(|(replacement, origin)| replace(resources, replacement, origin))
    })
}

/// The replacements of an entry, each with its origin.
pub(super) fn load<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    entry: &Replacements,
    by: &By,
) -> Result<Vec<(Replacement, Origin)>, KustomizeError> {
    let Some(path) = &entry.path else {
        return Ok(vec![(entry.inline.clone(), layer.origin(by.clone(), &entry.at))]);
    };
    if entry.inline.source.is_some()
        || entry.inline.targets.as_ref().is_some_and(|targets| !targets.is_empty())
    {
        let why = "a replacement stands in the entry or in the file of `path`, not both";
        return Err(layer.refuse(Problem::Replacement(why.to_owned()), entry.at.line));
    }
    let documents = layer.documents(run, path, by.clone())?;
    let mut loaded = Vec::new();
    for node in documents.iter().take(1) {
        let items = if node.is_sequence() { node.items() } else { std::slice::from_ref(node) };
        for item in items {
            let read = Replacement::decode(item, Unknown::Ignored)
                .map_err(|fault| Problem::Replacement(fault.why).at(&item.origin.source.file, fault.line))?;
            loaded.push((read, item.origin.clone()));
        }
    }
    Ok(loaded)
}
