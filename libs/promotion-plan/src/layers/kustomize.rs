//! Edits of a kustomization: which of the target's own inputs might set a place, in the order in which a team would
//! use them.

mod entries;
pub(super) mod existing;
mod fields;
mod generators;
pub(super) mod images;
mod json_patch;
mod labels;
mod new_entries;
mod new_objects;
mod new_patch;
mod patch;
mod replicas;

use std::rc::Rc;

use ::kustomize::kustomization::FILE_NAMES;
use file_tree::{Found, join};
use kube_model::yaml::Limits;
use serde_json::Value;

pub(super) use patch::replaces_list;

use super::draft::Draft;
use super::write::{Mechanism, Site};
use super::{Documents, Inputs, Layer};

/// What the target's own files say already is changed first: an `images:` entry, a `replicas:` entry, a generator's item,
/// a label of everything, a value of a patch. Then entries come and go: a whole one of the source, what the source has
/// in one, and last a patch; for what goes, the entry that brings it.
pub(super) const PHASES: &[&[Mechanism]] = &[CHANGES, ENTRIES];

const CHANGES: &[Mechanism] =
    &[images::change, replicas::change, generators::change, labels::change, existing::change];

const ENTRIES: &[Mechanism] = &[
    images::add,
    entries::take_over,
    new_objects::add,
    new_entries::add,
    entries::drop_own,
    images::add_new,
    replicas::add,
    generators::add,
    labels::add,
    existing::extend,
    new_patch::take_part_over,
    new_patch::write,
];

/// A kustomization as it stands in a draft.
pub(super) struct Kustomization {
    /// Its directory.
    pub(super) directory: String,
    /// Its file.
    pub(super) path: String,
    pub(super) value: Value,
}

impl Kustomization {
    /// The kustomization of a directory.
    pub(super) fn read(draft: &Draft<'_>, directory: &str) -> Option<Self> {
        let path = path_of(|path| draft.tree.find(path), directory)?;
        let value = draft.documents(&path)?.values.into_iter().next()?;
        value.is_object().then(|| Self { directory: directory.to_owned(), path, value })
    }

    /// The items of a field.
    pub(super) fn items(&self, field: &str) -> &[Value] {
        self.value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The draft in which the kustomization is another value. What is added is written as the source has it.
    pub(super) fn becoming<'a>(
        &self,
        site: &Site<'_, 'a>,
        draft: &Draft<'a>,
        value: Value,
    ) -> Option<Draft<'a>> {
        let template = site.source.clone().map(|documents| (documents, 0));
        draft.clone().with_document(&self.path, 0, value, template)
    }

    /// The draft in which a field has other items.
    pub(super) fn with_items<'a>(
        &self,
        site: &Site<'_, 'a>,
        draft: &Draft<'a>,
        field: &str,
        items: Vec<Value>,
    ) -> Option<Draft<'a>> {
        let mut value = self.value.clone();
        let map = value.as_object_mut()?;
        match items.is_empty() {
            true => drop(map.remove(field)),
            false => drop(map.insert(field.to_owned(), Value::Array(items))),
        }
        self.becoming(site, draft, value)
    }

    /// The draft in which a field has one more item, where the source has it; none where the same is there already.
    pub(super) fn with_new_item<'a>(
        &self,
        site: &Site<'_, 'a>,
        draft: &Draft<'a>,
        field: &str,
        item: Value,
        same: fn(&Value, &Value) -> bool,
    ) -> Option<Draft<'a>> {
        let mut items = self.items(field).to_vec();
        if items.iter().any(|other| same(other, &item)) {
            return None;
        }
        let at = place_among(&items, &site.source_items(field), &item, same);
        items.insert(at, item);
        self.with_items(site, draft, field, items)
    }

    /// The draft in which a field lacks an item.
    pub(super) fn without_item<'a>(
        &self,
        site: &Site<'_, 'a>,
        draft: &Draft<'a>,
        (field, index): (&str, usize),
    ) -> Option<Draft<'a>> {
        let mut items = self.items(field).to_vec();
        (index < items.len()).then(|| items.remove(index))?;
        self.with_items(site, draft, field, items)
    }

    /// The draft in which an item of a field is another one.
    pub(super) fn with_item<'a>(
        &self,
        site: &Site<'_, 'a>,
        draft: &Draft<'a>,
        (field, index): (&str, usize),
        item: Value,
    ) -> Option<Draft<'a>> {
        let mut items = self.items(field).to_vec();
        *items.get_mut(index)? = item;
        self.with_items(site, draft, field, items)
    }
}

fn path_of<'t>(find: impl Fn(&str) -> Found<'t>, directory: &str) -> Option<String> {
    FILE_NAMES.iter().find_map(|name| {
        let path = join(directory, name).ok()?;
        matches!(find(&path), Found::File(_)).then_some(path)
    })
}

impl<'a> Site<'_, 'a> {
    /// The target's overlay.
    pub(super) fn target_directory(&self) -> &str {
        directory(self.layers.target.inputs)
    }

    /// The source's overlay.
    pub(super) fn source_directory(&self) -> &str {
        directory(self.layers.source.inputs)
    }

    /// The target's overlay as it stands in a draft.
    pub(super) fn overlay(&self, draft: &Draft<'_>) -> Option<Kustomization> {
        Kustomization::read(draft, self.target_directory())
    }

    /// The kustomizations that are the target's own: its overlay first, then what it reads below itself.
    pub(super) fn own_kustomizations(&self, draft: &Draft<'_>) -> Vec<Kustomization> {
        let mut found: Vec<Kustomization> = Vec::new();
        let mut directories = vec![self.target_directory().to_owned()];
        while let Some(directory) = directories.pop() {
            if found.iter().any(|known| known.directory == directory) {
                continue;
            }
            let read = Kustomization::read(draft, &directory);
            let Some(kustomization) = read.or_else(|| self.unwritten(&directory)) else { continue };
            if !kustomization.path.is_empty() && !self.is_own(&kustomization.path) {
                continue;
            }
            for field in ["resources", "bases", "components"] {
                let below = kustomization.items(field).iter().filter_map(Value::as_str);
                directories.extend(below.filter_map(|item| join(&directory, item).ok()));
            }
            found.push(kustomization);
        }
        found
    }

    /// A field of the source's overlay; null if it has none.
    pub(super) fn source_field(&self, field: &str) -> &Value {
        let value = self.source.as_ref().and_then(|documents| documents.values.first()?.get(field));
        value.unwrap_or(&Value::Null)
    }

    /// The kustomization that Flux makes of a directory without one: it lists manifests, and is no file.
    fn unwritten(&self, directory: &str) -> Option<Kustomization> {
        let resources = self.manifests.as_ref().filter(|_| directory == self.target_directory())?;
        let value = serde_json::json!({"resources": resources});
        Some(Kustomization { directory: directory.to_owned(), path: String::new(), value })
    }

    /// The items of a field of the source's overlay.
    pub(super) fn source_items(&self, field: &str) -> Vec<Value> {
        self.source_field(field).as_array().cloned().unwrap_or_default()
    }
}

/// The kustomization of a side, as it was read.
pub(super) fn overlay_of(layer: &Layer<'_>, limits: &Limits) -> Option<Rc<Documents>> {
    let path = path_of(|path| layer.tree.find(path), directory(layer.inputs))?;
    Documents::read(layer.tree, &path, limits).map(Rc::new)
}

fn directory(inputs: &Inputs) -> &str {
    match inputs {
        Inputs::Kustomize { directory } | Inputs::Command { directory } => directory,
        Inputs::Helm { chart, .. } => chart,
        Inputs::Other => "",
    }
}

/// Where an item that the source has comes to stand among the target's: after the nearest item before it that both
/// have, else at the end.
pub(super) fn place_among(
    items: &[Value],
    source: &[Value],
    new: &Value,
    same: impl Fn(&Value, &Value) -> bool,
) -> usize {
    let Some(at) = source.iter().position(|item| same(item, new)) else { return items.len() };
    let before = source[..at].iter().rev();
    let after = before.filter_map(|sibling| items.iter().position(|item| same(item, sibling))).next();
    after.map_or(items.len(), |index| index + 1)
}

/// Whether two items have the same name.
pub(super) fn same_name(one: &Value, other: &Value) -> bool {
    one.get("name").is_some() && one.get("name") == other.get("name")
}
