//! What Argo CD and Flux lay over a kustomization: the kustomization as it would stand with it.

use discovery::{ImageOverride, LabelScope, Overrides, Patch, PatchOverride, Sourced};
use serde_json::{Map, Value, json};

/// A kustomization with what is laid over it.
pub(crate) fn over(kustomization: Value, overrides: &Overrides) -> Value {
    let Value::Object(mut fields) = kustomization else { return kustomization };
    let text = |value: &Option<Sourced<String>>| value.as_ref().map(|value| Value::from(value.value.clone()));
    for (field, value) in [
        ("namePrefix", text(&overrides.name_prefix)),
        ("nameSuffix", text(&overrides.name_suffix)),
        ("namespace", text(&overrides.namespace)),
    ] {
        fields.extend(value.map(|value| (field.to_owned(), value)));
    }
    overrides.images.iter().for_each(|image| put(&mut fields, "images", self::image(image)));
    for replica in &overrides.replicas {
        put(&mut fields, "replicas", json!({"name": replica.name, "count": replica.count.value}));
    }
    append(&mut fields, "patches", overrides.patches.iter().map(patch));
    let components = overrides.components.iter().map(|component| Value::from(component.value.clone()));
    append(&mut fields, "components", components);
    labels(&mut fields, overrides);
    let annotations =
        overrides.annotations.iter().map(|(key, value)| (key.clone(), Value::from(value.value.clone())));
    set(&mut fields, "commonAnnotations", annotations);
    Value::Object(fields)
}

fn image(image: &ImageOverride) -> Value {
    let mut entry = Map::from_iter([("name".to_owned(), Value::from(image.name.clone()))]);
    for (field, value) in
        [("newName", &image.new_name), ("newTag", &image.new_tag), ("digest", &image.digest)]
    {
        entry.extend(value.as_ref().map(|value| (field.to_owned(), Value::from(value.value.clone()))));
    }
    Value::Object(entry)
}

fn patch(patch: &PatchOverride) -> Value {
    let (field, text) = match &patch.patch {
        Patch::Inline(text) => ("patch", text),
        Patch::File(path) => ("path", path),
    };
    let mut entry = Map::from_iter([(field.to_owned(), Value::from(text.value.clone()))]);
    for (field, value) in [("target", &patch.target), ("options", &patch.options)] {
        entry.extend(value.as_ref().map(|value| (field.to_owned(), value.clone())));
    }
    Value::Object(entry)
}

fn labels(fields: &mut Map<String, Value>, overrides: &Overrides) {
    let labels = overrides.labels.iter().map(|(key, value)| (key.clone(), Value::from(value.value.clone())));
    let labels: Map<String, Value> = labels.collect();
    match overrides.label_scope {
        _ if labels.is_empty() => {}
        LabelScope::Selectors => set(fields, "commonLabels", labels.into_iter()),
        LabelScope::Objects => append(fields, "labels", std::iter::once(json!({"pairs": labels}))),
        LabelScope::Templates => {
            append(fields, "labels", std::iter::once(json!({"pairs": labels, "includeTemplates": true})));
        }
    }
}

/// Puts an entry into a list, in the place of one of the same name.
fn put(fields: &mut Map<String, Value>, field: &str, entry: Value) {
    let mut entries = taken_list(fields, field);
    match entries.iter_mut().find(|other| other.get("name") == entry.get("name")) {
        Some(other) => *other = entry,
        None => entries.push(entry),
    }
    fields.insert(field.to_owned(), Value::Array(entries));
}

fn append(fields: &mut Map<String, Value>, field: &str, new: impl Iterator<Item = Value>) {
    let mut entries = taken_list(fields, field);
    entries.extend(new);
    if !entries.is_empty() {
        fields.insert(field.to_owned(), Value::Array(entries));
    }
}

fn set(fields: &mut Map<String, Value>, field: &str, new: impl Iterator<Item = (String, Value)>) {
    let mut entries = match fields.remove(field) {
        Some(Value::Object(entries)) => entries,
        _ => Map::new(),
    };
    entries.extend(new);
    if !entries.is_empty() {
        fields.insert(field.to_owned(), Value::Object(entries));
    }
}

fn taken_list(fields: &mut Map<String, Value>, field: &str) -> Vec<Value> {
    match fields.remove(field) {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    }
}
