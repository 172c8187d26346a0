//! A Kustomization of Flux as an environment.

use crate::argo::application::unreadable;
use crate::argo::clusters_directory;
use crate::candidate::{Candidate, Clues};
use crate::delivery::Delivery;
use crate::environment::Evidence;
use crate::field::Field;
use crate::flux::Sources;
use crate::flux::sources::Place;
use crate::note::{Note, Problem};
use crate::object::Object;
use crate::overrides::{ImageOverride, LabelScope, Overrides};
use crate::place::Sourced;
use crate::recipe::{Depth, Elsewhere, Kustomize, Plain, Recipe};
use crate::repository::{Index, below, is_yaml};

pub(crate) const GROUP: &str = "kustomize.toolkit.fluxcd.io";

pub(crate) fn read(object: &Object, sources: &Sources<'_, '_>) -> Result<Candidate, Note> {
    let spec = object.root.get("spec").ok_or_else(|| unreadable(&object.root, "spec is missing"))?;
    let reference = spec.get("sourceRef").ok_or_else(|| unreadable(spec, "sourceRef is missing"))?;
    let namespace = object.namespace.as_deref();
    let mut partial = Vec::new();
    let recipe = recipe(spec, reference, namespace, sources, &mut partial)?;
    let why = format!("Flux Kustomization {}", object.full_name());
    let clues = Clues {
        object: object.name.clone(),
        path: crate::argo::named_by(&recipe),
        file: object.at().file.to_string(),
        ..Clues::default()
    };
    let mut candidate = Candidate::new(recipe, Evidence { at: object.at().clone(), why }, clues);
    let environment = &mut candidate.environment;
    environment.namespace = spec.text_of("targetNamespace");
    environment.cluster = clusters_directory(&object.at().file);
    environment.revision = sources.revision(reference, namespace);
    environment.variables = variables(spec, namespace, sources, &mut partial);
    environment.delivery = Delivery::of_flux(object, "Flux Kustomization");
    environment.partial = partial;
    Ok(candidate)
}

fn recipe(
    spec: &Field,
    reference: &Field,
    namespace: Option<&str>,
    sources: &Sources<'_, '_>,
    partial: &mut Vec<Note>,
) -> Result<Recipe, Note> {
    let index = sources.index;
    let root = Field::text_at(".", spec.at.clone());
    let path = spec.get("path").unwrap_or(&root);
    // Flux reads `/deploy` and `./deploy` alike: from the root of the source.
    let written = Field::text_at(path.text().unwrap_or_default().trim_start_matches('/'), path.at.clone());
    let directory = crate::argo::path_in(index, "", &written)?;
    let place = match sources.place(reference, namespace) {
        Place::Here if !index.is_directory(&directory) && !index.is_known() => {
            Place::Elsewhere(reference.text_of("name").unwrap_or_default())
        }
        place => place,
    };
    if let Place::Elsewhere(repository) = place {
        let message = format!("{directory} of {repository} is not in this repository");
        partial.push(Note { problem: Problem::Elsewhere, at: path.at.clone(), message });
        return Ok(Recipe::Elsewhere(Elsewhere { repository, path: directory, revision: None }));
    }
    if !index.is_directory(&directory) {
        let message = format!("there is no directory {directory:?}");
        return Err(Note { problem: Problem::Missing, at: path.at.clone(), message });
    }
    let overrides = overrides(spec);
    Ok(match (index.kustomization(&directory).is_some(), overrides.is_empty()) {
        (true, _) => Recipe::Kustomize(Kustomize { directory, generated: None, overrides }),
        (false, true) if !holds_kustomizations(index, &directory) => {
            Recipe::Plain(Plain { path: directory, depth: Depth::Recursive, include: None, exclude: None })
        }
        (false, _) => {
            let generated = Some(generated(index, &directory));
            Recipe::Kustomize(Kustomize { directory, generated, overrides })
        }
    })
}

fn holds_kustomizations(index: &Index<'_>, directory: &str) -> bool {
    index
        .below(directory)
        .any(|below| index.kustomization(below).is_some() || holds_kustomizations(index, below))
}

/// The resources of the kustomization that Flux writes where there is none ("Generate kustomization.yaml"): every
/// manifest, and every directory that is a kustomization by itself, as a whole.
fn generated(index: &Index<'_>, directory: &str) -> Vec<String> {
    let mut resources = Vec::new();
    collect(index, directory, directory, &mut resources);
    resources.sort();
    resources
}

fn collect(index: &Index<'_>, root: &str, directory: &str, resources: &mut Vec<String>) {
    let files = index.names(directory).iter().filter(|name| is_yaml(name));
    resources.extend(files.map(|name| file_tree::relative(root, &below(directory, name))));
    for inner in index.below(directory) {
        match index.kustomization(inner) {
            Some(_) => resources.push(file_tree::relative(root, inner)),
            None => collect(index, root, inner, resources),
        }
    }
}

/// What a Kustomization lays over the directory's own.
pub(crate) fn overrides(spec: &Field) -> Overrides {
    let mut overrides = Overrides {
        namespace: spec.sourced("targetNamespace"),
        name_prefix: spec.sourced("namePrefix"),
        name_suffix: spec.sourced("nameSuffix"),
        labels: spec.pairs("commonMetadata.labels"),
        label_scope: LabelScope::Objects,
        annotations: spec.pairs("commonMetadata.annotations"),
        components: spec.list("components").iter().filter_map(Field::sourced_text).collect(),
        ignore_missing_components: spec.is_set("ignoreMissingComponents"),
        ..shared(spec)
    };
    // Versions before v1 wrote patches in two more lists.
    for patch in spec.list("patchesStrategicMerge") {
        overrides.patches.push(older(patch, patch, None));
    }
    for patch in spec.list("patchesJson6902") {
        if let Some(operations) = patch.get("patch") {
            overrides.patches.push(older(patch, operations, patch.get("target").map(Field::value)));
        }
    }
    overrides
}

fn older(at: &Field, patch: &Field, target: Option<serde_json::Value>) -> crate::overrides::PatchOverride {
    // A patch that is written as a mapping or a list is the same text in JSON.
    let text = patch.text().unwrap_or_else(|| patch.value().to_string());
    let patch = crate::overrides::Patch::Inline(Sourced::new(text, at.at.clone()));
    crate::overrides::PatchOverride { patch, target, options: None }
}

/// The fields that Kustomizations and post-renderers share.
pub(crate) fn shared(spec: &Field) -> Overrides {
    let image = |entry: &Field| {
        Some(ImageOverride {
            name: entry.text_of("name")?,
            new_name: entry.sourced("newName"),
            new_tag: entry.sourced("newTag"),
            digest: entry.sourced("digest"),
            is_one_text: false,
        })
    };
    Overrides {
        images: spec.list("images").iter().filter_map(image).collect(),
        patches: crate::argo::patches(spec.list("patches")),
        ..Overrides::default()
    }
}

/// The variables of `postBuild`: those of `substituteFrom` in order, and over them those of `substitute`.
fn variables(
    spec: &Field,
    namespace: Option<&str>,
    sources: &Sources<'_, '_>,
    partial: &mut Vec<Note>,
) -> Option<Vec<(String, Sourced<String>)>> {
    let build = spec.get("postBuild")?;
    let mut all = std::collections::BTreeMap::new();
    for reference in build.list("substituteFrom") {
        match sources.data(reference, namespace) {
            Ok(data) => {
                let pairs = data.map_or(&[][..], Field::entries);
                all.extend(
                    pairs.iter().filter_map(|(key, value)| Some((key.clone(), value.sourced_text()?))),
                );
            }
            Err(note) => partial.push(note),
        }
    }
    all.extend(build.pairs("substitute"));
    Some(all.into_iter().collect())
}
