//! The transformers of a kustomization, one after the other.

use std::sync::Arc;

use super::patch::{self, Loaded};
use crate::build::{Layer, Run};
use crate::config::Config;
use crate::error::{KustomizeError, Problem};
use crate::fieldspec::{FieldSpec, merge_specs};
use crate::id::Gvk;
use crate::kustomization::{Image, Label, Located, Pairs, PatchOptions};
use crate::layer::{Stack, Together};
use crate::metadata;
use crate::origin::{By, Origin};
use crate::resource::Resource;
use crate::shared;
use crate::transform::images::{Change, Pattern, change_images};
use crate::transform::labels::{Entry, set_entries};
use crate::transform::names::{End, affix};
use crate::transform::namespace::{Namespace, Subjects};
use crate::transform::patches::{apply_json, merge_by_id, merge_by_selector, merge_older};
use crate::transform::replicas::set_count;

/// Runs them all.
pub(super) fn run<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    stack: &mut Stack,
    together: &mut Together,
) -> Result<(), KustomizeError> {
    let config = Arc::clone(&together.config);
    let resources = &mut together.resources;
    patches(run, layer, resources)?;
    names(run, layer, &config, resources)?;
    labels(run, layer, &config, resources)?;
    json_patches(run, layer, resources)?;
    replicas_and_images(run, layer, &config, resources)?;
    super::replace::run(run, layer, resources)?;
    super::plugins::transformers(run, layer, stack, resources)?;
    super::plugins::validators(run, layer, stack, resources)
}

/// Runs one transformer: what it empties goes, what stands in several places changes in all.
pub(super) fn step(
    run: &mut Run<'_>,
    layer: &Layer<'_>,
    resources: &mut Vec<Resource>,
    (name, line): (&str, usize),
    transform: impl FnOnce(&mut Run<'_>, &mut Vec<Resource>) -> Result<(), Problem>,
) -> Result<(), KustomizeError> {
    let before: Vec<_> = resources
        .iter()
        .map(|resource| match resource.is_shared {
            true => shared::collect(&resource.node),
            false => Vec::new(),
        })
        .collect();
    transform(run, resources).map_err(|problem| layer.refuse(problem, line))?;
    for (resource, before) in resources.iter_mut().zip(&before) {
        shared::spread(&mut resource.node, before);
    }
    if run.tracks {
        let by = metadata::built_in(layer, name);
        resources.iter_mut().for_each(|resource| metadata::note_transformer(resource, &by));
    }
    resources.retain(|resource| !resource.node.is_empty());
    Ok(())
}

fn patches<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    resources: &mut Vec<Resource>,
) -> Result<(), KustomizeError> {
    let older = &layer.kustomization.patches_strategic_merge;
    let mut loaded = Vec::new();
    for (index, entry) in older.iter().enumerate() {
        loaded.extend(patch::load_older(run, layer, entry, &By::PatchStrategicMerge(index))?);
    }
    if let Some(first) = older.first() {
        if loaded.is_empty() {
            return Err(layer.refuse(Problem::Patch("the patches are empty".to_owned()), first.line));
        }
        step(run, layer, resources, ("PatchStrategicMergeTransformer", first.line), |run, resources| {
            run.schemas.prepare();
            merge_older(resources, &loaded, &run.schemas)
        })?;
    }
    let entries = layer.kustomization.patches.iter().enumerate();
    let loaded: Vec<_> = entries
        .map(|(index, entry)| Ok((entry, patch::load(run, layer, entry, By::Patch(index))?)))
        .collect::<Result<_, KustomizeError>>()?;
    for (entry, loaded) in loaded {
        step(run, layer, resources, ("PatchTransformer", entry.at.line), |run, resources| {
            run.schemas.prepare();
            apply_patch(run, resources, loaded, entry.target.as_ref(), entry.options)
        })?;
    }
    Ok(())
}

pub(super) fn apply_patch(
    run: &Run<'_>,
    resources: &mut [Resource],
    loaded: Loaded,
    target: Option<&crate::kustomization::Selector>,
    options: PatchOptions,
) -> Result<(), Problem> {
    match (loaded, target) {
        (Loaded::Json(operations), Some(target)) => apply_json(resources, &operations, target, true),
        (Loaded::Json(_), None) => Err(Problem::Patch("a JSON patch needs a `target`".to_owned())),
        (Loaded::Merge(patches), None) => merge_by_id(resources, &patches, options, &run.schemas),
        (Loaded::Merge(patches), Some(target)) => match patches.as_slice() {
            [patch] => merge_by_selector(resources, patch, target, options, &run.schemas),
            _ => Err(Problem::Patch("several patches in one entry, which has a `target`".to_owned())),
        },
    }
}

fn names(
    run: &mut Run<'_>,
    layer: &Layer<'_>,
    config: &Config,
    resources: &mut Vec<Resource>,
) -> Result<(), KustomizeError> {
    let kustomization = &layer.kustomization;
    if let Some(namespace) = &kustomization.namespace {
        let origin = layer.origin(By::Namespace, namespace);
        let transformer = Namespace {
            name: &namespace.value,
            specs: &config.namespace,
            subjects: Subjects::Default,
            unset_only: false,
            origin: &origin,
        };
        step(run, layer, resources, ("NamespaceTransformer", namespace.line), |_, resources| {
            transformer.transform(resources)
        })?;
    }
    for (end, text, by, specs, name) in [
        (End::Prefix, &kustomization.name_prefix, By::NamePrefix, &config.name_prefix, "PrefixTransformer"),
        (End::Suffix, &kustomization.name_suffix, By::NameSuffix, &config.name_suffix, "SuffixTransformer"),
    ] {
        let Some(text) = text else { continue };
        let origin = layer.origin(by, text);
        step(run, layer, resources, (name, text.line), |_, resources| {
            affix(resources, end, &text.value, specs, &origin)
        })?;
    }
    Ok(())
}

fn entries(layer: &Layer<'_>, by: &By, pairs: &Pairs) -> Vec<Entry> {
    pairs
        .iter()
        .map(|(key, value)| (key.clone(), value.value.clone(), layer.origin(by.clone(), value)))
        .collect()
}

fn labels(
    run: &mut Run<'_>,
    layer: &Layer<'_>,
    config: &Config,
    resources: &mut Vec<Resource>,
) -> Result<(), KustomizeError> {
    let kustomization = &layer.kustomization;
    for (index, label) in kustomization.labels.iter().enumerate() {
        let specs = label_specs(label, config).map_err(|problem| layer.refuse(problem, label.at.line))?;
        let entries = entries(layer, &By::Labels(index), &label.pairs);
        step(run, layer, resources, ("LabelTransformer", label.at.line), |run, resources| {
            set_entries(resources, &entries, &specs, &mut run.shared)
        })?;
    }
    // Runs wherever there are labels of either form, which `buildMetadata` shows.
    if !kustomization.labels.is_empty() || !kustomization.common_labels.is_empty() {
        let line = kustomization.common_labels.first().map_or(1, |(_, value)| value.line);
        let entries = entries(layer, &By::CommonLabels, &kustomization.common_labels);
        step(run, layer, resources, ("LabelTransformer", line), |run, resources| {
            set_entries(resources, &entries, &config.common_labels, &mut run.shared)
        })?;
    }
    if let Some((_, first)) = kustomization.common_annotations.first() {
        let entries = entries(layer, &By::CommonAnnotations, &kustomization.common_annotations);
        step(run, layer, resources, ("AnnotationsTransformer", first.line), |run, resources| {
            set_entries(resources, &entries, &config.common_annotations, &mut run.shared)
        })?;
    }
    Ok(())
}

/// Where the labels of an entry go.
fn label_specs(label: &Label, config: &Config) -> Result<Vec<FieldSpec>, Problem> {
    let mut specs = label.fields.clone();
    merge_specs(&mut specs, &config.labels)?;
    if label.include_selectors {
        merge_specs(&mut specs, &config.common_labels)?;
        return Ok(specs);
    }
    if label.include_templates {
        merge_specs(&mut specs, &config.template_labels)?;
    }
    merge_specs(&mut specs, &[FieldSpec::new(Gvk::default(), "metadata/labels", true)])?;
    Ok(specs)
}

fn json_patches<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    resources: &mut Vec<Resource>,
) -> Result<(), KustomizeError> {
    for (index, entry) in layer.kustomization.patches_json6902.iter().enumerate() {
        let operations = patch::load_json(run, layer, entry, By::PatchJson6902(index))?;
        step(
            run,
            layer,
            resources,
            ("PatchJson6902Transformer", entry.at.line),
            |_, resources| match &entry.target {
                Some(target) => apply_json(resources, &operations, target, false),
                None => Ok(()),
            },
        )?;
    }
    Ok(())
}

fn replicas_and_images(
    run: &mut Run<'_>,
    layer: &Layer<'_>,
    config: &Config,
    resources: &mut Vec<Resource>,
) -> Result<(), KustomizeError> {
    for (index, entry) in layer.kustomization.replicas.iter().enumerate() {
        let origin = layer.origin(By::Replicas(index), &entry.count);
        step(run, layer, resources, ("ReplicaCountTransformer", entry.at.line), |_, resources| {
            set_count(resources, &entry.name.value, entry.count.value, &config.replicas, &origin)
        })?;
    }
    for (index, image) in layer.kustomization.images.iter().enumerate() {
        let origin = layer.origin(By::Image(index), changed_by(image));
        step(run, layer, resources, ("ImageTagTransformer", image.at.line), |_, resources| {
            change_images(resources, &change(image, &origin)?, &config.images)
        })?;
    }
    Ok(())
}

/// The part of an entry that says most about the image.
fn changed_by(image: &Image) -> &Located<String> {
    [&image.digest, &image.new_tag, &image.new_name, &image.tag_suffix]
        .into_iter()
        .find_map(Option::as_ref)
        .unwrap_or(&image.name)
}

pub(super) fn change<'a>(image: &'a Image, origin: &'a Origin) -> Result<Change<'a>, Problem> {
    fn text(part: &Option<Located<String>>) -> &str {
        part.as_ref().map_or("", |part| &part.value)
    }
    Ok(Change {
        name: Pattern::new(&image.name.value)?,
        new_name: text(&image.new_name),
        new_tag: text(&image.new_tag),
        digest: text(&image.digest),
        tag_suffix: text(&image.tag_suffix),
        origin,
    })
}
