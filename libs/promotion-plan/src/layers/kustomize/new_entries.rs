//! Objects that are new, with the source's entries that are about them: an image's version, a number of replicas.

use std::collections::BTreeSet;

use kube_model::image::ImageRef;
use kube_model::{Object, pod};
use serde_json::Value;

use super::super::draft::Draft;
use super::super::trial::{Open, Standing};
use super::super::write::Site;
use super::{entries, new_objects, same_name};

/// Adds a new object's entries, and then the object by what brings it.
pub(crate) fn add<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    standing: &Standing,
) -> Vec<Draft<'a>> {
    if !is_new(open) {
        return Vec::new();
    }
    let Some(with_entries) = with_entries(site, draft, open, standing) else { return Vec::new() };
    let mut drafts = entries::take_over(site, &with_entries, open, standing);
    drafts.extend(new_objects::add(site, &with_entries, open, standing));
    drafts
}

fn is_new(open: &Open) -> bool {
    open.place.path.is_root() && open.found.is_none()
}

/// The draft with the entries that are about the new objects of one file; none if the source has no such entry that the
/// target lacks.
fn with_entries<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    standing: &Standing,
) -> Option<Draft<'a>> {
    let written = |open: &Open| site.pair(&open.place.object).and_then(|pair| pair.written);
    let file = &written(open)?.origin.file;
    let new = standing.open.iter().filter(|other| is_new(other)).filter_map(written);
    let new: Vec<&Object> = new.filter(|object| object.origin.file == *file).collect();
    let repositories: BTreeSet<&str> = new.iter().flat_map(|object| repositories(object)).collect();
    let is = |value: &Value, of: &dyn Fn(&str) -> bool| value.as_str().is_some_and(of);
    let mut extended = None;
    for field in ["images", "replicas"] {
        for entry in site.source_items(field) {
            let is_about_new = match field {
                "images" => {
                    ["name", "newName"].iter().any(|key| is(&entry[key], &|name| repositories.contains(name)))
                }
                _ => is(&entry["name"], &|name| new.iter().any(|object| object.key.name == name)),
            };
            if is_about_new {
                let before = extended.as_ref().unwrap_or(draft);
                let with = site.overlay(before)?.with_new_item(site, before, field, entry, same_name);
                extended = with.or(extended);
            }
        }
    }
    extended
}

/// The repositories of the images that a workload is rendered with.
fn repositories(object: &Object) -> Vec<&str> {
    let Some((_, spec)) = pod::spec(object) else { return Vec::new() };
    let lists = pod::CONTAINER_LISTS.iter().filter_map(|list| spec.get(list)?.as_array());
    let images = lists.flatten().filter_map(|container| container.get("image")?.as_str());
    images.map(|image| ImageRef::parse(image).repository).collect()
}
