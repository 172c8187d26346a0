//! A new patch in the target's overlay: the last resort.

use file_tree::join;
use manifest_edit::{Template, apply, edit_document};
use serde_json::{Map, Value, json};

use super::super::Documents;
use super::super::draft::Draft;
use super::super::trial::{Open, Standing};
use super::super::write::Site;
use super::fields::{at, file_of_item, is_of};
use super::patch;

/// The part of a patch of the source that is carried, under the patch's own name.
pub(crate) fn take_part_over<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    standing: &Standing,
) -> Vec<Draft<'a>> {
    if open.place.path.is_root() {
        return Vec::new();
    }
    let mut drafts = Vec::new();
    for item in site.source_items("patches").iter().chain(&site.source_items("patchesStrategicMerge")) {
        let Some(path) = file_of_item(item) else { continue };
        drafts.extend(part_of(site, draft, open, standing, path));
    }
    drafts
}

fn part_of<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    standing: &Standing,
    path: &str,
) -> Option<Draft<'a>> {
    let theirs =
        Documents::read(site.layers.source.tree, &join(site.source_directory(), path).ok()?, site.limits)?;
    let ([patch], destination) = (theirs.values.as_slice(), join(site.target_directory(), path).ok()?) else {
        return None;
    };
    if !is_of(patch, &open.place.object) || draft.tree.file(&destination).is_some() {
        return None;
    }
    let schema = open.place.object.schema();
    let mut part = identity(patch);
    let mut some = false;
    for open in standing.of(open) {
        if at(schema, &open.place.path, patch) == open.planned && open.planned.is_some() {
            patch::put(&mut part, open)?;
            some = true;
        }
    }
    if !some {
        return None;
    }
    let splices =
        edit_document(&theirs.file, 0, schema, (patch, &part), Template::of_document(&theirs.file, 0, patch));
    let text = apply(&theirs.file.text, &splices.ok()?);
    with_patch(site, draft, path, text)
}

/// A patch that sets every open place of the object.
pub(crate) fn write<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    standing: &Standing,
) -> Vec<Draft<'a>> {
    written(site, draft, open, standing).into_iter().collect()
}

fn written<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    standing: &Standing,
) -> Option<Draft<'a>> {
    let target = site.pair(&open.place.object)?.target?;
    let mut new = identity(&target.value);
    if open.place.path.is_root() {
        // An object that a shared base brings goes by a patch.
        open.planned.is_none().then_some(())?;
        new["$patch"] = Value::from("delete");
    }
    for open in standing.of(open) {
        patch::put(&mut new, open)?;
    }
    let object = &open.place.object;
    let name = format!("{}-{}.yaml", object.name, object.kind.to_lowercase());
    let destination = join(site.target_directory(), &name).ok()?;
    if draft.tree.file(&destination).is_some() {
        let documents = draft.documents(&destination)?;
        let merged = merged(documents.values.first()?.clone(), &new);
        return draft.clone().with_document(&destination, 0, merged, None);
    }
    let text = kube_model::yaml::write(&new);
    with_patch(site, draft, &name, text)
}

impl Standing {
    /// The open places of an object, those of its fields.
    fn of(&self, open: &Open) -> impl Iterator<Item = &Open> {
        let object = open.place.object.clone();
        self.open.iter().filter(move |other| other.place.object == object && !other.place.path.is_root())
    }
}

fn with_patch<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, path: &str, text: String) -> Option<Draft<'a>> {
    let destination = join(site.target_directory(), path).ok()?;
    let draft = draft.clone().with_file(&destination, text.into_bytes());
    let overlay = site.overlay(&draft)?;
    let entry = json!({"path": path});
    if overlay.items("patches").contains(&entry) {
        return Some(draft);
    }
    overlay.with_new_item(site, &draft, "patches", entry, Value::eq)
}

/// What a patch says of which object it patches.
fn identity(object: &Value) -> Value {
    let mut identity = Map::new();
    for key in ["apiVersion", "kind"] {
        identity.extend(object.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    let name = object.pointer("/metadata/name").cloned().unwrap_or_default();
    identity.insert("metadata".to_owned(), json!({"name": name}));
    Value::Object(identity)
}

/// A patch with what another one says besides.
fn merged(mut one: Value, other: &Value) -> Value {
    match (&mut one, other) {
        (Value::Object(map), Value::Object(new)) => {
            for (key, value) in new {
                let old = map.remove(key);
                let value = old.map_or_else(|| value.clone(), |old| merged(old, value));
                map.insert(key.clone(), value);
            }
            one
        }
        (Value::Array(items), Value::Array(new)) => {
            for item in new {
                match items.iter_mut().find(|old| super::same_name(old, item)) {
                    Some(old) => *old = merged(old.take(), item),
                    None => items.push(item.clone()),
                }
            }
            one
        }
        _ => other.clone(),
    }
}
