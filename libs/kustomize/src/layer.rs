//! A kustomization, from its resources to its transformers, in kustomize's order.

mod builtin;
mod load;
mod patch;
mod plugins;
mod replace;
mod transformers;

use std::sync::Arc;

use crate::build::{Layer, Run};
use crate::config::{Config, merged};
use crate::error::{KustomizeError, Problem};
use crate::kustomization::Located;
use crate::location::{is_remote, is_within, join, without_credentials};
use crate::metadata;
use crate::origin::By;
use crate::resource::Resource;
use crate::resources::distinct;
use crate::vars::{self, Var};

/// What has come together so far.
#[derive(Default)]
pub(crate) struct Together {
    pub(crate) resources: Vec<Resource>,
    pub(crate) config: Arc<Config>,
    pub(crate) vars: Vec<Var>,
}

impl Together {
    pub(crate) fn merge_config(&mut self, incoming: &Arc<Config>) -> Result<(), Problem> {
        self.config = merged(&self.config, incoming)?;
        Ok(())
    }

    /// Adds objects; whether all are distinct is seen once they are there.
    pub(crate) fn append(&mut self, run: &Run<'_>, new: Vec<Resource>) -> Result<(), KustomizeError> {
        self.resources.extend(new);
        let limit = run.limits.objects;
        match self.resources.len() > limit {
            true => Err(Problem::Limit { what: "objects", limit }.in_file("")),
            false => Ok(()),
        }
    }

    /// Refuses two objects of one id.
    pub(crate) fn distinct(&self) -> Result<(), KustomizeError> {
        distinct(&self.resources).map_err(|(problem, origin)| problem.at(&origin.source.file, origin.line()))
    }
}

/// The directories that are being built, outermost first.
pub(crate) type Stack = Vec<String>;

/// Opens the kustomization of a directory.
pub(crate) fn open<'f>(
    run: &mut Run<'f>,
    directory: &str,
    path: String,
) -> Result<Layer<'f>, KustomizeError> {
    let (kustomization, file) = run.kustomization(directory)?;
    let layer = Layer { directory: directory.into(), kustomization, file, path };
    let document = match &layer.kustomization.openapi_path {
        Some(path) => {
            let file =
                run.file(directory, &path.value).map_err(|problem| layer.refuse(problem, path.line))?;
            Some(run.value(&file)?)
        }
        None => None,
    };
    let version = layer.kustomization.openapi_version.as_ref();
    run.schemas
        .take(version.map(|version| version.value.as_str()), document.as_ref())
        .map_err(|problem| layer.refuse(problem, version.map_or(1, |version| version.line)))?;
    Ok(layer)
}

/// Builds a layer onto what is there: nothing for a base, what came before for a component.
pub(crate) fn build<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    stack: &mut Stack,
    mut together: Together,
) -> Result<Together, KustomizeError> {
    if let Some(helm) = &layer.kustomization.helm {
        return Err(layer.refuse(Problem::OutsideTool(helm.value.to_owned()), helm.line));
    }
    for resource in &layer.kustomization.resources {
        together = add_resource(run, layer, stack, together, resource, By::Resource)?;
    }
    together.distinct()?;
    let config = load::config(run, layer)?;
    together.merge_config(&config).map_err(|problem| layer.refuse(problem, 1))?;
    if let Some(definitions) = load::crds(run, layer)? {
        together.merge_config(&definitions).map_err(|problem| layer.refuse(problem, 1))?;
    }
    load::generators(run, layer, stack, &mut together)?;
    for component in &layer.kustomization.components {
        together = add_directory(run, layer, stack, together, component, true)?;
    }
    transformers::run(run, layer, stack, &mut together)?;
    let new = layer
        .kustomization
        .vars
        .iter()
        .map(|variable| Var { variable: variable.clone(), origin: layer.origin(By::Var, &variable.at) });
    let line = layer.kustomization.vars.first().map_or(1, |variable| variable.at.line);
    vars::declare(&mut together.vars, new.collect(), &mut together.resources)
        .map_err(|problem| layer.refuse(problem, line))?;
    Ok(together)
}

/// Adds a file of objects, or a base.
pub(crate) fn add_resource<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    stack: &mut Stack,
    mut together: Together,
    entry: &Located<String>,
    by: By,
) -> Result<Together, KustomizeError> {
    let is_directory = !is_remote(&entry.value)
        && join(&layer.directory, &entry.value)
            .is_ok_and(|path| run.files.read(&path).is_none() && run.files.is_directory(&path));
    if is_directory {
        return add_directory(run, layer, stack, together, entry, false);
    }
    let documents = layer.documents(run, entry, by)?;
    let mut new = run.objects(documents)?;
    if run.tracks {
        new.iter_mut()
            .for_each(|resource| metadata::note_file(resource, &metadata::below(&layer.path, &entry.value)));
    }
    together.append(run, new)?;
    Ok(together)
}

fn add_directory<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    stack: &mut Stack,
    together: Together,
    entry: &Located<String>,
    is_component: bool,
) -> Result<Together, KustomizeError> {
    let refuse = |problem: Problem| layer.refuse(problem, entry.line);
    let directory = directory(run, layer, stack, &entry.value).map_err(refuse)?;
    let inner = open(run, &directory, metadata::below(&layer.path, &entry.value))?;
    if inner.kustomization.is_component != is_component {
        let why = match is_component {
            true => "`components` takes a kustomization of `kind: Component`",
            false => "a kustomization of `kind: Component` goes under `components`",
        };
        return Err(refuse(Problem::Field(why.to_owned())));
    }
    stack.push(directory);
    let (beneath, mut outer) =
        if is_component { (together, Together::default()) } else { (Together::default(), together) };
    let built = build(run, &inner, stack, beneath)?;
    stack.pop();
    outer.append(run, built.resources)?;
    if is_component {
        outer.distinct()?;
    }
    outer.merge_config(&built.config).map_err(refuse)?;
    vars::merge(&mut outer.vars, built.vars).map_err(refuse)?;
    Ok(outer)
}

/// The directory that an entry names, if it may be built now.
fn directory(run: &Run<'_>, layer: &Layer<'_>, stack: &Stack, name: &str) -> Result<String, Problem> {
    if is_remote(name) {
        return Err(Problem::Remote(without_credentials(name)));
    }
    let directory = join(&layer.directory, name)?;
    if run.files.is_link(&directory) {
        return Err(Problem::Link(directory));
    }
    if name.is_empty() || !run.files.is_directory(&directory) {
        return Err(Problem::Missing(name.to_owned()));
    }
    if stack.iter().any(|open| is_within(open, &directory)) {
        return Err(Problem::Cycle(name.to_owned()));
    }
    match stack.len() >= run.limits.depth {
        true => Err(Problem::Limit { what: "bases in one another", limit: run.limits.depth }),
        false => Ok(directory),
    }
}
