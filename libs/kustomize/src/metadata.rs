//! `buildMetadata`: annotations that say where objects come from and what changed them.

use crate::build::Layer;
use crate::origin::{By, Origin, Source};
use crate::resource::Resource;

pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// The annotations in which kustomize keeps its notes, and which it removes in the end.
const NOTES: [&str; 18] = [
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
];

/// A path below another, `..` of the second taken off the first.
pub(crate) fn below(path: &str, name: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// How an annotation names a transformer or generator of a kustomization.
pub(crate) fn built_in(layer: &Layer<'_>, kind: &str) -> String {
    let name = crate::location::base_name(&layer.file.path);
    let file = quoted(&below(&layer.path, name));
    format!("configuredIn: {file}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {kind}\n")
}

/// How an annotation names one that is an object of its own: its file, version, kind, name and namespace.
pub(crate) fn configured(resource: &Resource) -> Option<String> {
    let origin = resource.annotation(ORIGIN)?;
    let file = origin.lines().find_map(|line| line.strip_prefix("path: ")).unwrap_or_default();
    let mut text = match file {
        "" => String::new(),
        file => format!("configuredIn: {file}\n"),
    };
    text.push_str("configuredBy:\n");
    let key = resource.key();
    let namespace = key.namespace.unwrap_or_default();
    for (field, value) in [
        ("apiVersion", resource.api_version()),
        ("kind", resource.kind()),
        ("name", key.name.as_str()),
        ("namespace", namespace.as_str()),
    ] {
        if !value.is_empty() {
            text.push_str(&format!("  {field}: {}\n", quoted(value)));
        }
    }
    Some(text)
}

/// A plain scalar of YAML, in quotes where it would be no string.
fn quoted(text: &str) -> String {
    match crate::scalar::is_other_to_kubernetes(text) {
        true => format!("\"{text}\""),
        false => text.to_owned(),
    }
}

fn note(resource: &mut Resource, key: &str, text: &str) {
    let source = Source {
        file: resource.node.origin.source.file.clone(),
        layer: resource.node.origin.source.layer.clone(),
        by: By::BuildMetadata,
    };
    let origin = Origin::new(&source.into(), resource.node.origin.line(), None);
    resource.set_annotation(key, text, &origin);
}

/// Notes the file that an object is read from.
pub(crate) fn note_file(resource: &mut Resource, path: &str) {
    note(resource, ORIGIN, &format!("path: {}\n", quoted(path)));
}

/// Notes the generator of an object, unless it has an origin.
pub(crate) fn note_generator(resource: &mut Resource, by: &str) {
    if resource.annotation(ORIGIN).is_none() {
        note(resource, ORIGIN, by);
    }
}

/// Keeps the note of where an object was first, once another is merged into it.
pub(crate) fn keep_origin(resource: &mut Resource, old: &Resource) {
    if let Some(origin) = old.annotation(ORIGIN) {
        note(resource, ORIGIN, origin);
    }
}

/// Notes a transformer.
pub(crate) fn note_transformer(resource: &mut Resource, by: &str) {
    if resource.node.is_empty() {
        return;
    }
    if resource.annotation(ORIGIN).is_none() {
        note(resource, ORIGIN, by);
        return;
    }
    let mut entry = String::new();
    for (at, line) in by.lines().enumerate() {
        entry.push_str(if at == 0 { "- " } else { "  " });
        entry.push_str(line);
        entry.push('\n');
    }
    let old = resource.annotation(TRANSFORMATIONS).unwrap_or_default();
    let text = format!("{old}{entry}");
    note(resource, TRANSFORMATIONS, &text);
}

/// Writes the annotations as kustomize leaves them in the end: as strings, without its notes.
pub(crate) fn finish(resource: &mut Resource, keeps_origin: bool, keeps_transformations: bool) {
    let mut annotations = resource.metadata_strings("annotations");
    annotations.retain(|(key, _)| {
        !NOTES.contains(&&**key)
            && (keeps_origin || &**key != ORIGIN)
            && (keeps_transformations || &**key != TRANSFORMATIONS)
    });
    resource.set_metadata_strings("annotations", annotations);
}
