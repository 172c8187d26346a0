//! What a kustomization loads besides its resources: configurations, definitions, generators.

use std::ops::Range;
use std::sync::Arc;

use crate::build::{Layer, Run};
use crate::config::Config;
use crate::crds;
use crate::error::{KustomizeError, Problem};
use crate::generate::{Sources, generate, merged_options};
use crate::kustomization::Located;
use crate::layer::{Stack, Together};
use crate::metadata;
use crate::origin::{By, GeneratorKind, Origin};
use crate::resources::absorb;

/// kustomize's own field specs, with those of `configurations`.
pub(super) fn config(run: &mut Run<'_>, layer: &Layer<'_>) -> Result<Arc<Config>, KustomizeError> {
    let defaults = Config::defaults();
    if layer.kustomization.configurations.is_empty() {
        return Ok(defaults);
    }
    let mut config = Config::clone(&defaults);
    for path in &layer.kustomization.configurations {
        let file =
            run.file(&layer.directory, &path.value).map_err(|problem| layer.refuse(problem, path.line))?;
        let text = crate::kustomization::Text::of(file.bytes, &file.path, &run.limits.yaml)?;
        for node in text.documents(&layer.source(&file.path, By::Resource), &run.limits.yaml)?.iter().take(1)
        {
            let own = crds::configuration(node)
                .map_err(|fault| Problem::Field(fault.why).at(&file.path, fault.line))?;
            config.merge(&own).map_err(|problem| problem.in_file(&file.path))?;
        }
    }
    Ok(Arc::new(config))
}

/// The field specs of `crds`.
pub(super) fn crds(run: &mut Run<'_>, layer: &Layer<'_>) -> Result<Option<Arc<Config>>, KustomizeError> {
    if layer.kustomization.crds.is_empty() {
        return Ok(None);
    }
    let mut config = Config::default();
    for path in &layer.kustomization.crds {
        let file =
            run.file(&layer.directory, &path.value).map_err(|problem| layer.refuse(problem, path.line))?;
        let document = run.value(&file)?;
        let own = crds::definitions(&document).map_err(|problem| problem.in_file(&file.path))?;
        config.merge(&own).map_err(|problem| problem.in_file(&file.path))?;
    }
    Ok(Some(Arc::new(config)))
}

/// The objects of the generators.
pub(super) fn generators<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    stack: &mut Stack,
    together: &mut Together,
) -> Result<(), KustomizeError> {
    let kustomization = &layer.kustomization;
    let config_maps = kustomization.config_map_generator.iter().map(|args| (GeneratorKind::ConfigMap, args));
    let secrets = kustomization.secret_generator.iter().map(|args| (GeneratorKind::Secret, args));
    for (index, (kind, args)) in config_maps.enumerate().chain(secrets.enumerate()) {
        let options = merged_options(args.options.as_ref(), kustomization.generator_options.as_ref());
        let mut sources = Reading { run, layer };
        let mut new = generate(&mut sources, kind, index, args, options.as_ref())?;
        if run.tracks {
            let name = match kind {
                GeneratorKind::ConfigMap => "ConfigMapGenerator",
                GeneratorKind::Secret => "SecretGenerator",
            };
            metadata::note_generator(&mut new, &metadata::built_in(layer, name));
        }
        absorb(&mut together.resources, new).map_err(|problem| layer.refuse(problem, args.at.line))?;
    }
    super::plugins::generators(run, layer, stack, together)
}

/// A generator's view of the tree.
pub(super) struct Reading<'r, 'f> {
    pub(super) run: &'r mut Run<'f>,
    pub(super) layer: &'r Layer<'f>,
}

impl Sources for Reading<'_, '_> {
    fn file(&mut self, path: &Located<String>) -> Result<(String, Vec<u8>), KustomizeError> {
        let file = self.run.file(&self.layer.directory, &path.value);
        let file = file.map_err(|problem| self.layer.refuse(problem, path.line))?;
        Ok((file.path, file.bytes.to_vec()))
    }

    fn here(&self, by: By, line: usize, span: &Range<usize>) -> Origin {
        self.layer.here(by, line, span)
    }

    fn there(&self, by: By, file: &str, line: usize) -> Origin {
        Origin::new(&self.layer.source(file, by), line, None)
    }

    fn limited(&self, line: usize, problem: Problem) -> KustomizeError {
        self.layer.refuse(problem, line)
    }

    fn refuse(&self, line: usize, why: String) -> KustomizeError {
        self.layer.refuse(Problem::Generator(why), line)
    }
}
