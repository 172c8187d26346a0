//! Values that the target's own files have already: its patches, and the resources that are its own.

use file_tree::join;
use kube_model::image::ImageRef;
use manifest_edit::{apply, edit_document};
use serde_json::Value;

use super::super::Documents;
use super::super::draft::{Draft, schema_of};
use super::super::trial::{Open, Standing};
use super::super::write::Site;
use super::Kustomization;
use super::fields::{at, is_of, is_spent, prune};
use crate::set::set;

/// Where a document of the target stands.
enum Spot<'k> {
    /// In a file of its own.
    File { path: String, index: usize },
    /// In an item of the kustomization: `patches[index].patch`, or an item that is the text itself.
    Inline { kustomization: &'k Kustomization, field: &'static str, index: usize },
}

/// Changes or takes out what an own file says of the place.
pub(crate) fn change<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    _: &Standing,
) -> Vec<Draft<'a>> {
    edited(site, draft, |document, _| {
        if document.is_array() {
            return operations(document, open);
        }
        let schema = open.place.object.schema();
        let now = at(schema, &open.place.path, document)?;
        if !is_of(document, &open.place.object) && document.pointer("/metadata/name").is_some() {
            return None;
        }
        let mut new = document.clone();
        match &open.planned {
            Some(planned) => {
                let planned = in_its_repository(&now, planned);
                set(schema, &mut new, None, &open.place.path, Some(&planned));
            }
            None => {
                set(schema, &mut new, None, &open.place.path, None);
                prune(&mut new, open.place.path.segments());
            }
        }
        (new != *document).then_some(new)
    })
}

/// Adds the place to the target's own resource, or to a patch of its own that is about the object.
pub(crate) fn extend<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    _: &Standing,
) -> Vec<Draft<'a>> {
    let Some(planned) = &open.planned else { return Vec::new() };
    if open.place.path.is_root() {
        return Vec::new();
    }
    let written =
        site.pair(&open.place.object).and_then(|pair| pair.written).map(|object| object.value.clone());
    edited(site, draft, |document, is_resource| {
        if !is_resource || !is_of(document, &open.place.object) {
            return None;
        }
        let mut new = document.clone();
        set(open.place.object.schema(), &mut new, written.as_deref(), &open.place.path, Some(planned));
        (new != *document).then_some(new)
    })
}

/// Tries an edit on every document of the target's own; it is told whether the document is a resource.
fn edited<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    edit: impl Fn(&Value, bool) -> Option<Value>,
) -> Vec<Draft<'a>> {
    let layers = site.own_kustomizations(draft);
    let mut drafts = Vec::new();
    for layer in &layers {
        for (spot, is_resource) in spots(site, draft, layer) {
            drafts.extend(at_spot(site, draft, &spot, |document| edit(document, is_resource)));
        }
    }
    drafts
}

fn at_spot<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    spot: &Spot<'_>,
    edit: impl Fn(&Value) -> Option<Value>,
) -> Option<Draft<'a>> {
    match spot {
        Spot::File { path, index } => {
            let documents = draft.documents(path)?;
            let new = edit(documents.values.get(*index)?)?;
            match documents.values.len() == 1 && is_spent(&new) {
                true => without_patch(site, draft, path),
                false => draft.clone().with_document(path, *index, new, site.source_text_of(path)),
            }
        }
        Spot::Inline { kustomization, field, index } => {
            let item = kustomization.items(field).get(*index)?;
            let text = item.get("patch").or(Some(item))?.as_str()?;
            let documents = Documents::of_text(text, site.limits)?;
            let old = documents.values.first()?;
            let new = edit(old)?;
            if is_spent(&new) {
                let mut items = kustomization.items(field).to_vec();
                items.remove(*index);
                return kustomization.with_items(site, draft, field, items);
            }
            let splices = edit_document(&documents.file, 0, schema_of(old), (old, &new), None).ok()?;
            let text = Value::from(apply(text, &splices));
            let mut item = item.clone();
            match item.get_mut("patch") {
                Some(patch) => *patch = text,
                None => item = text,
            }
            kustomization.with_item(site, draft, (field, *index), item)
        }
    }
}

/// Takes a patch's file and its entry out.
fn without_patch<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, path: &str) -> Option<Draft<'a>> {
    for layer in site.own_kustomizations(draft) {
        for field in ["patches", "patchesStrategicMerge", "patchesJson6902"] {
            let names = |item: &Value| {
                let named = item.get("path").or(Some(item)).and_then(Value::as_str);
                named.and_then(|named| join(&layer.directory, named).ok()).as_deref() == Some(path)
            };
            let items: Vec<Value> = layer.items(field).iter().filter(|item| !names(item)).cloned().collect();
            if items.len() < layer.items(field).len() {
                return Some(layer.with_items(site, draft, field, items)?.without_file(path));
            }
        }
    }
    None
}

/// The documents that a kustomization reads from its own files, and whether they are resources.
fn spots<'k>(site: &Site<'_, '_>, draft: &Draft<'_>, layer: &'k Kustomization) -> Vec<(Spot<'k>, bool)> {
    let mut spots = Vec::new();
    for (field, is_resource) in [
        ("patches", false),
        ("patchesStrategicMerge", false),
        ("patchesJson6902", false),
        ("resources", true),
    ] {
        for (index, item) in layer.items(field).iter().enumerate() {
            let inline = item.get("patch").is_some() || item.as_str().is_some_and(|text| text.contains('\n'));
            if inline {
                spots.push((Spot::Inline { kustomization: layer, field, index }, is_resource));
                continue;
            }
            let named = item.get("path").or(Some(item)).and_then(Value::as_str);
            let Some(path) = named.and_then(|named| join(&layer.directory, named).ok()) else { continue };
            let Some(documents) =
                Some(&path).filter(|path| site.is_own(path)).and_then(|path| draft.documents(path))
            else {
                continue;
            };
            let all = 0..documents.values.len();
            spots.extend(all.map(|index| (Spot::File { path: path.clone(), index }, is_resource)));
        }
    }
    spots
}

/// A JSON patch in which the operation that sets the value sets the planned one.
fn operations(document: &Value, open: &Open) -> Option<Value> {
    let (found, planned) = (open.found.as_ref()?, open.planned.as_ref()?);
    let mut operations = document.as_array()?.clone();
    let sets = operations.iter_mut().filter_map(|operation| operation.get_mut("value"));
    let value = sets.into_iter().find(|value| *value == found)?;
    *value = planned.clone();
    Some(Value::Array(operations))
}

/// A file may name an image as it is before other entries move it: there, tag and digest change alone.
fn in_its_repository(now: &Value, planned: &Value) -> Value {
    match (now.as_str(), planned.as_str()) {
        (Some(now), Some(planned)) if ImageRef::parse(now).name() == ImageRef::parse(planned).name() => {
            let repository = ImageRef::parse(now).repository;
            let image = ImageRef::parse(planned);
            let is_image = image.tag.is_some() || image.digest.is_some();
            if is_image {
                Value::from(image.in_repository(repository).to_string())
            } else {
                Value::from(planned)
            }
        }
        _ => planned.clone(),
    }
}

impl Site<'_, '_> {
    /// What the source has under the same path below its overlay.
    fn source_text_of(&self, path: &str) -> Option<(std::rc::Rc<Documents>, usize)> {
        let below = path.strip_prefix(self.target_directory())?.trim_start_matches('/');
        let path = join(self.source_directory(), below).ok()?;
        let documents = Documents::read(self.layers.source.tree, &path, self.limits)?;
        (documents.values.len() == 1).then(|| (std::rc::Rc::new(documents), 0))
    }
}
