//! `source.kustomize` of an Application, which Argo CD sets with `kustomize edit`.

use kube_model::image::ImageRef;

use crate::field::Field;
use crate::note::{Note, Problem};
use crate::overrides::{ImageOverride, LabelScope, Overrides, Patch, PatchOverride, ReplicaOverride};

pub(crate) fn overrides(options: Option<&Field>, partial: &mut Vec<Note>) -> Overrides {
    let Some(options) = options else { return Overrides::default() };
    let label_scope = match (options.is_set("labelWithoutSelector"), options.is_set("labelIncludeTemplates"))
    {
        (false, _) => LabelScope::Selectors,
        (true, false) => LabelScope::Objects,
        (true, true) => LabelScope::Templates,
    };
    Overrides {
        images: options.list("images").iter().filter_map(image).collect(),
        replicas: replicas(options, partial),
        name_prefix: options.sourced("namePrefix"),
        name_suffix: options.sourced("nameSuffix"),
        namespace: options.sourced("namespace"),
        labels: options.pairs("commonLabels"),
        label_scope,
        annotations: options.pairs("commonAnnotations"),
        patches: patches(options.list("patches")),
        components: options.list("components").iter().filter_map(Field::sourced_text).collect(),
        ignore_missing_components: options.is_set("ignoreMissingComponents"),
    }
}

/// `[name=]repository[:tag][@digest]`, as `kustomize edit set image` reads it; `*` keeps the repository.
fn image(field: &Field) -> Option<ImageOverride> {
    let text = field.text()?;
    let (name, image) =
        text.split_once('=').map_or((None, text.as_str()), |(name, image)| (Some(name), image));
    let reference = ImageRef::parse(image);
    let new_name = name.filter(|name| reference.repository != "*" && reference.repository != *name);
    Some(ImageOverride {
        name: name.unwrap_or(reference.repository).to_owned(),
        new_name: new_name.map(|_| field.with(reference.repository.to_owned())),
        new_tag: reference.tag.map(|tag| field.with(tag.to_owned())),
        digest: reference.digest.map(|digest| field.with(digest.to_owned())),
        is_one_text: true,
    })
}

/// `count` may be a number or, as an API's int-or-string, a text.
fn replicas(options: &Field, partial: &mut Vec<Note>) -> Vec<ReplicaOverride> {
    let mut replicas = Vec::new();
    for entry in options.list("replicas") {
        let count = entry.get("count").and_then(|count| Some(count.with(count.text()?.parse().ok()?)));
        match (entry.text_of("name"), count) {
            (Some(name), Some(count)) => replicas.push(ReplicaOverride { name, count }),
            _ => partial.push(Note {
                problem: Problem::Unreadable,
                at: entry.at.clone(),
                message: "an entry of replicas has a name and a count".to_owned(),
            }),
        }
    }
    replicas
}

/// Entries of `patches`, in the form that Argo CD, Flux and Kustomize share.
pub(crate) fn patches(entries: &[Field]) -> Vec<PatchOverride> {
    let patch = |entry: &Field| {
        let inline = entry.sourced("patch").map(Patch::Inline);
        inline.or_else(|| entry.sourced("path").map(Patch::File))
    };
    let with_target = |entry: &Field| {
        Some(PatchOverride {
            patch: patch(entry)?,
            target: entry.get("target").map(Field::value),
            options: entry.get("options").map(Field::value),
        })
    };
    entries.iter().filter_map(with_target).collect()
}
