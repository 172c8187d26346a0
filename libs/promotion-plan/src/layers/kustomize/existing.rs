//! Values that the target's own files have already: its patches, and the resources that are its own.

use std::rc::Rc;

use file_tree::join;
use kube_model::image::ImageRef;
use manifest_edit::{Template, apply, edit_document};
use serde_json::Value;

use super::super::Documents;
use super::super::draft::{Draft, schema_of};
use super::super::trial::{Open, Standing};
use super::super::write::Site;
use super::fields::{at, below, file_of_item, is_of, is_spent, overlap, prune, text_of_item};
use super::{Kustomization, json_patch, patch};
use crate::set::set;

/// Where a document of the target stands.
#[derive(Clone)]
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
    edited(site, draft, open, |document, role| match document.as_array() {
        Some(operations) => json_patch::changed(operations, open),
        None => changed(document, role, open).into_iter().collect(),
    })
}

/// What a patch may say in its place, so that the place is what is planned.
pub(in crate::layers) fn said_otherwise(patch: &Value, open: &Open) -> Vec<Value> {
    match patch.as_array() {
        Some(operations) => json_patch::changed(operations, open),
        None => changed(patch, Role::Patch, open).into_iter().collect(),
    }
}

fn changed(document: &Value, role: Role, open: &Open) -> Option<Value> {
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
            if role == Role::Patch {
                prune(schema, &mut new, open.place.path.segments());
            }
        }
    }
    (new != *document).then_some(new)
}

/// Adds the place to the target's own resource, or to a patch of its own that is about the object.
pub(crate) fn extend<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    _: &Standing,
) -> Vec<Draft<'a>> {
    if open.place.path.is_root() {
        return Vec::new();
    }
    let written =
        site.pair(&open.place.object).and_then(|pair| pair.written).map(|object| object.value.clone());
    edited(site, draft, open, |document, role| {
        if !is_of(document, &open.place.object) {
            return Vec::new();
        }
        let mut new = document.clone();
        match (role, &open.planned) {
            (Role::Patch, _) => drop(patch::put(&mut new, open)),
            (Role::Resource, Some(planned)) => {
                let schema = open.place.object.schema();
                set(schema, &mut new, written.as_deref(), &open.place.path, Some(planned));
            }
            (Role::Resource, None) => {}
        }
        if new == *document { Vec::new() } else { vec![new] }
    })
}

/// What a document of a kustomization is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Resource,
    Patch,
}

/// A text of the source that has what is added.
type Source = (Rc<Documents>, usize);

/// Tries edits on every document of the target's own. What is added is written as the source's patch or resource has it,
/// else as its file of the same name; a document of that name is tried first.
fn edited<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    edits: impl Fn(&Value, Role) -> Vec<Value>,
) -> Vec<Draft<'a>> {
    let layers = site.own_kustomizations(draft);
    let spots = layers.iter().flat_map(|layer| spots(site, draft, layer));
    let mut edited: Vec<(Spot<'_>, Role, Value)> = spots
        .flat_map(|(spot, role)| {
            let documents = spot.document(site, draft);
            let new = documents.map(|documents| edits(&documents.values[spot.index()], role));
            new.unwrap_or_default().into_iter().map(move |new| (spot.clone(), role, new))
        })
        .collect();
    if edited.is_empty() {
        return Vec::new();
    }
    let (patch, resource) = (site.source_patch_of(open), site.source_resource_of(open));
    let template_of = |role: &Role| if *role == Role::Patch { patch.as_ref() } else { resource.as_ref() };
    edited.sort_by_key(|(spot, role, _)| {
        !template_of(role).is_some_and(|source| spot.is_named_as(site, source))
    });
    let drafts = edited.into_iter();
    drafts.filter_map(|(spot, role, new)| spot.becoming(site, draft, new, template_of(&role))).collect()
}

impl Spot<'_> {
    /// The texts among which the document stands.
    fn document(&self, site: &Site<'_, '_>, draft: &Draft<'_>) -> Option<Documents> {
        let documents = match self {
            Self::File { path, .. } => draft.documents(path)?,
            Self::Inline { kustomization, field, index } => {
                let item = kustomization.items(field).get(*index)?;
                Documents::of_text(text_of_item(item)?, site.limits)?
            }
        };
        documents.values.get(self.index()).is_some().then_some(documents)
    }

    /// Whether the document's file has the name that a text of the source has below its overlay.
    fn is_named_as(&self, site: &Site<'_, '_>, (source, _): &Source) -> bool {
        let Self::File { path, .. } = self else { return false };
        let theirs = below(site.source_directory(), &source.file.path);
        theirs.is_some() && below(site.target_directory(), path) == theirs
    }

    /// Which of the texts it is.
    fn index(&self) -> usize {
        match self {
            Self::File { index, .. } => *index,
            Self::Inline { .. } => 0,
        }
    }

    /// The draft in which the document is another one; a patch that says nothing any more goes.
    fn becoming<'a>(
        &self,
        site: &Site<'_, 'a>,
        draft: &Draft<'a>,
        new: Value,
        template: Option<&Source>,
    ) -> Option<Draft<'a>> {
        match self {
            Self::File { path, index } => {
                let alone = self.document(site, draft)?.values.len() == 1;
                match alone && is_spent(&new) {
                    true => without_patch(site, draft, path),
                    false => {
                        let template = template.cloned().or_else(|| site.source_text_of(path));
                        draft.clone().with_document(path, *index, new, template)
                    }
                }
            }
            Self::Inline { kustomization, field, index } => {
                if is_spent(&new) {
                    return kustomization.without_item(site, draft, (field, *index));
                }
                let documents = self.document(site, draft)?;
                let old = documents.values.first()?;
                let template = template
                    .and_then(|(from, at)| Template::of_document(&from.file, *at, from.values.get(*at)?));
                let splices =
                    edit_document(&documents.file, 0, schema_of(old), (old, &new), template).ok()?;
                let text = Value::from(apply(&documents.file.text, &splices));
                let mut item = kustomization.items(field).get(*index)?.clone();
                match item.get_mut("patch") {
                    Some(patch) => *patch = text,
                    None => item = text,
                }
                kustomization.with_item(site, draft, (field, *index), item)
            }
        }
    }
}

/// Takes a patch's file and its entry out.
fn without_patch<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, path: &str) -> Option<Draft<'a>> {
    for layer in site.own_kustomizations(draft) {
        for field in ["patches", "patchesStrategicMerge", "patchesJson6902"] {
            let names = |item: &Value| {
                file_of_item(item).and_then(|named| join(&layer.directory, named).ok()).as_deref()
                    == Some(path)
            };
            let items: Vec<Value> = layer.items(field).iter().filter(|item| !names(item)).cloned().collect();
            if items.len() < layer.items(field).len() {
                return Some(layer.with_items(site, draft, field, items)?.without_file(path));
            }
        }
    }
    None
}

/// The documents that a kustomization reads from its own files.
fn spots<'k>(site: &Site<'_, '_>, draft: &Draft<'_>, layer: &'k Kustomization) -> Vec<(Spot<'k>, Role)> {
    let mut spots = Vec::new();
    for (field, role) in [
        ("patches", Role::Patch),
        ("patchesStrategicMerge", Role::Patch),
        ("patchesJson6902", Role::Patch),
        ("resources", Role::Resource),
    ] {
        for (index, item) in layer.items(field).iter().enumerate() {
            if is_inline(item) {
                spots.push((Spot::Inline { kustomization: layer, field, index }, role));
                continue;
            }
            let Some(path) = file_of_item(item).and_then(|named| join(&layer.directory, named).ok()) else {
                continue;
            };
            let own = Some(&path).filter(|path| site.is_own(path));
            let Some(documents) = own.and_then(|path| draft.documents(path)) else { continue };
            let all = 0..documents.values.len();
            spots.extend(all.map(|index| (Spot::File { path: path.clone(), index }, role)));
        }
    }
    spots
}

/// Whether an item holds a patch's text.
fn is_inline(item: &Value) -> bool {
    item.get("patch").is_some() || item.as_str().is_some_and(|text| text.contains('\n'))
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
    /// Whether a patch of the target's own says something that a patch of the source says, too.
    pub(super) fn patches_same(&self, draft: &Draft<'_>, theirs: &Value) -> bool {
        let layers = self.own_kustomizations(draft);
        let texts = layers.iter().flat_map(|layer| spots(self, draft, layer));
        let patches = texts.filter(|(_, role)| *role == Role::Patch);
        let name = |value: &Value| (value.get("kind").cloned(), value.pointer("/metadata/name").cloned());
        patches
            .filter_map(|(spot, _)| Some(spot.document(self, draft)?.values[spot.index()].clone()))
            .any(|ours| ours.is_object() && name(&ours) == name(theirs) && overlap(&ours, theirs))
    }

    /// What the source has under the same path below its overlay.
    fn source_text_of(&self, path: &str) -> Option<Source> {
        let below = path.strip_prefix(self.target_directory())?.trim_start_matches('/');
        let path = join(self.source_directory(), below).ok()?;
        let documents = Documents::read(self.layers.source.tree, &path, self.limits)?;
        (documents.values.len() == 1).then(|| (Rc::new(documents), 0))
    }

    /// What an item of the source's patches says.
    pub(super) fn source_documents(&self, item: &Value) -> Option<Documents> {
        if is_inline(item) {
            return Documents::of_text(item.get("patch").or(Some(item))?.as_str()?, self.limits);
        }
        let path = join(self.source_directory(), file_of_item(item)?).ok()?;
        Documents::read(self.layers.source.tree, &path, self.limits)
    }

    /// The source's resource, as it is written.
    fn source_resource_of(&self, open: &Open) -> Option<Source> {
        let origin = &self.pair(&open.place.object)?.written?.origin;
        let documents = Documents::read(self.layers.source.tree, &origin.file, self.limits)?;
        let is_it = |value: &Value| is_of(value, &open.place.object);
        let index = documents.values.iter().position(is_it)?;
        Some((Rc::new(documents), index))
    }

    /// The patch of the source that gives the place.
    fn source_patch_of(&self, open: &Open) -> Option<Source> {
        let items = ["patches", "patchesStrategicMerge"].map(|field| self.source_items(field));
        let texts = items.iter().flatten().filter_map(|item| self.source_documents(item));
        let schema = open.place.object.schema();
        let gives = |value: &Value| {
            let given = at(schema, &open.place.path, value);
            let takes_away =
                given.as_ref().is_some_and(|given| given.is_null() || given.get("$patch").is_some());
            let is_planned = if open.planned.is_some() { given == open.planned } else { takes_away };
            is_of(value, &open.place.object) && is_planned
        };
        let mut found = texts.filter_map(|documents| {
            let index = documents.values.iter().position(gives)?;
            Some((Rc::new(documents), index))
        });
        found.next()
    }
}
