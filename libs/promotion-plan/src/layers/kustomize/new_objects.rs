//! Objects that are new: some documents of a file of the source, under the file's own name.

use file_tree::join;
use kube_model::{ManifestFile, Object};
use manifest_edit::{add_object, apply, new_file};
use serde_json::Value;

use super::super::draft::Draft;
use super::super::trial::{Open, Standing};
use super::super::write::Site;
use super::fields::{below, is_of};

/// Adds the documents of the object's file that are new, and the file to the resources.
pub(crate) fn add<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    standing: &Standing,
) -> Vec<Draft<'a>> {
    added(site, draft, open, standing).into_iter().collect()
}

fn added<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, standing: &Standing) -> Option<Draft<'a>> {
    if !open.place.path.is_root() || open.found.is_some() {
        return None;
    }
    let written = site.pair(&open.place.object)?.written?;
    let path = &*written.origin.file;
    let below = below(site.source_directory(), path)?;
    let file = ManifestFile::read(path, site.layers.source.tree.file(path)?, site.limits).ok()?;
    let all = file.objects(site.limits).ok()?;
    let new = |object: &&Object| {
        standing.open.iter().any(|open| {
            open.place.path.is_root()
                && open.found.is_none()
                && site.pair(&open.place.object).and_then(|pair| pair.written).is_some_and(|written| {
                    *written.origin.file == *path && is_of(&object.value, &written.key)
                })
        })
    };
    let objects: Vec<&Object> = all.iter().filter(new).collect();
    let destination = join(site.target_directory(), below).ok()?;
    let text = match draft.tree.file(&destination) {
        None => {
            let whole = objects.len() == all.len();
            let pairs: Vec<(&Object, &Value)> =
                objects.iter().map(|object| (*object, &*object.value)).collect();
            new_file(&file, &pairs, whole, "\n").ok()?
        }
        Some(bytes) => {
            let there = ManifestFile::read(&destination, bytes, site.limits).ok()?;
            let last = there.objects(site.limits).ok()?.into_iter().next_back();
            let mut splices = Vec::new();
            for object in objects {
                let after = last.as_ref().map(|object| &object.origin);
                splices.extend(add_object(&there, after, &file, object, &object.value).ok()?);
            }
            apply(&there.text, &splices)
        }
    };
    let draft = draft.clone().with_file(&destination, text.into_bytes());
    if site.manifests.is_some() {
        return Some(draft);
    }
    let overlay = site.overlay(&draft)?;
    let entry = Value::from(below);
    if overlay.items("resources").contains(&entry) {
        return Some(draft);
    }
    overlay.with_new_item(site, &draft, "resources", entry, Value::eq)
}
