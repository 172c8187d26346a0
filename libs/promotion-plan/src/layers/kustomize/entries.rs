//! Whole entries of a kustomization: taken over from the source with the files that they name, or taken out.

use std::collections::BTreeMap;

use file_tree::{FileTree, Found, join, relative};
use serde_json::Value;

use super::super::draft::Draft;
use super::super::trial::{Open, Standing};
use super::super::write::Site;
use super::fields::{below, file_of_item};
use super::{Kustomization, same_name};

/// The fields whose entries bring something by themselves. What makes Secrets is not among them: their values never
/// cross.
const FIELDS: [&str; 9] = [
    "components",
    "configMapGenerator",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "resources",
    "replacements",
    "configurations",
    "transformers",
];

/// An entry that the source has and the target has not, as it stands, with its files under their own names.
pub(crate) fn take_over<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    _: &Open,
    _: &Standing,
) -> Vec<Draft<'a>> {
    let Some(overlay) = site.overlay(draft) else { return Vec::new() };
    let mut drafts = Vec::new();
    for field in FIELDS {
        for entry in site.source_items(field) {
            let Some(taken) = Taken::of(site, &entry) else { continue };
            if overlay.items(field).contains(&taken.entry) || is_there(site, draft, field, &entry) {
                continue;
            }
            drafts.extend(with_entry(site, draft, &overlay, field, taken));
        }
    }
    drafts
}

/// Whether patches of the target's own say something that this one says: then those are what is edited.
fn is_there(site: &Site<'_, '_>, draft: &Draft<'_>, field: &str, entry: &Value) -> bool {
    let patches = field.starts_with("patches").then(|| site.source_documents(entry)).flatten();
    patches.is_some_and(|patches| patches.values.iter().any(|patch| site.patches_same(draft, patch)))
}

/// The draft with an entry of the source.
pub(super) fn with_entry<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    overlay: &Kustomization,
    field: &str,
    taken: Taken,
) -> Option<Draft<'a>> {
    let mut draft = draft.clone();
    for (path, bytes) in taken.files {
        match draft.tree.file(&path) {
            Some(there) if there != bytes => return None,
            Some(_) => {}
            None => draft = draft.with_file(&path, bytes),
        }
    }
    // Two generators of one name would be read, and nobody would know which of them says what.
    let same = if field == "configMapGenerator" { same_name } else { Value::eq };
    overlay.with_new_item(site, &draft, field, taken.entry, same)
}

/// An entry as the target's overlay would name it, and the files that come with it.
pub(super) struct Taken {
    pub(super) entry: Value,
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl Taken {
    /// None where what it names cannot be had.
    pub(super) fn of(site: &Site<'_, '_>, entry: &Value) -> Option<Self> {
        let mut taken = Self { entry: entry.clone(), files: BTreeMap::new() };
        match &mut taken.entry {
            Value::String(text) if !text.contains('\n') => *text = taken_path(site, text, &mut taken.files)?,
            Value::Object(map) => {
                if let Some(Value::String(path)) = map.get_mut("path") {
                    *path = taken_path(site, path, &mut taken.files)?;
                }
                for field in ["files", "envs"] {
                    let items = map.get_mut(field).and_then(Value::as_array_mut);
                    for item in items.into_iter().flatten() {
                        let Value::String(item) = item else { return None };
                        *item = match item.split_once('=') {
                            Some((key, path)) => {
                                format!("{key}={}", taken_path(site, path, &mut taken.files)?)
                            }
                            None => taken_path(site, item, &mut taken.files)?,
                        };
                    }
                }
            }
            _ => {}
        }
        Some(taken)
    }
}

/// What lies with the source is copied; what lies elsewhere is named from where the target is.
fn taken_path(site: &Site<'_, '_>, path: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Option<String> {
    let (ours, theirs) = (site.target_directory(), site.source_directory());
    let full = join(theirs, path).ok()?;
    let tree: &FileTree = site.layers.source.tree;
    if theirs.is_empty() || below(theirs, &full).is_none() {
        let exists = !matches!(site.layers.target.tree.find(&full), Found::Nothing | Found::Link);
        return exists.then(|| relative(ours, &full));
    }
    let mut copy = |from: &str, bytes: &[u8]| {
        let rest = below(theirs, from)?;
        files.insert(join(ours, rest).ok()?, bytes.to_vec());
        Some(())
    };
    match tree.find(&full) {
        Found::File(bytes) => copy(&full, bytes)?,
        Found::Directory => tree.below(&full).try_for_each(|(from, bytes)| copy(from, bytes))?,
        Found::Link | Found::Nothing => return None,
    }
    Some(path.to_owned())
}

/// What goes: an entry of the target that brings it.
pub(crate) fn drop_own<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    _: &Standing,
) -> Vec<Draft<'a>> {
    if open.planned.is_some() {
        return Vec::new();
    }
    let mut drafts = Vec::new();
    for layer in site.own_kustomizations(draft) {
        for field in FIELDS {
            for index in 0..layer.items(field).len() {
                drafts.extend(without(site, draft, &layer, field, index));
            }
        }
    }
    drafts
}

fn without<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    layer: &Kustomization,
    field: &str,
    index: usize,
) -> Option<Draft<'a>> {
    let item = layer.items(field).get(index)?.clone();
    let mut draft = layer.without_item(site, draft, (field, index))?;
    let named = file_of_item(&item);
    if let Some(path) =
        named.and_then(|named| join(&layer.directory, named).ok()).filter(|path| site.is_own(path))
    {
        match draft.tree.find(&path) {
            Found::File(_) => draft = draft.without_file(&path),
            Found::Directory => {
                let below: Vec<String> = draft.tree.below(&path).map(|(path, _)| path.to_owned()).collect();
                draft = below.iter().fold(draft, |draft, path| draft.without_file(path));
            }
            Found::Link | Found::Nothing => {}
        }
    }
    Some(draft)
}
