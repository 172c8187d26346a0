//! `images:` entries.

use kube_model::image::ImageRef;
use serde_json::{Map, Value};

use super::super::draft::Draft;
use super::super::trial::{Open, Standing};
use super::super::write::Site;
use super::same_name;

/// Moves the entry that sets the image.
pub(crate) fn change<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    _: &Standing,
) -> Vec<Draft<'a>> {
    let Some((found, planned)) = images(open) else { return Vec::new() };
    let mut drafts = Vec::new();
    for layer in site.own_kustomizations(draft) {
        for (index, entry) in layer.items("images").iter().enumerate() {
            if !is_of(entry, &found) {
                continue;
            }
            let moved = pointed(entry, &found, &planned);
            drafts.extend(moved.and_then(|moved| layer.with_item(site, draft, ("images", index), moved)));
        }
    }
    drafts
}

/// Adds the entry that the source has for the image.
pub(crate) fn add<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let Some((found, planned)) = images(open) else { return Vec::new() };
    let entries = site.source_items("images");
    let of_image = entries.iter().filter(|entry| {
        let names = |key: &str| entry.get(key).and_then(Value::as_str);
        names("name") == Some(found.repository) || names("newName") == Some(planned.repository)
    });
    of_image.filter_map(|entry| with_entry(site, draft, pointed(entry, &found, &planned)?)).collect()
}

/// Adds an entry that neither side has.
pub(crate) fn add_new<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    _: &Standing,
) -> Vec<Draft<'a>> {
    let Some((found, planned)) = images(open) else { return Vec::new() };
    let name = Map::from_iter([("name".to_owned(), Value::from(found.repository))]);
    let entry = pointed(&Value::Object(name), &found, &planned);
    entry.and_then(|entry| with_entry(site, draft, entry)).into_iter().collect()
}

fn with_entry<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, entry: Value) -> Option<Draft<'a>> {
    site.overlay(draft)?.with_new_item(site, draft, "images", entry, same_name)
}

/// Whether an entry is for an image, or makes it.
pub(in crate::layers) fn is_of(entry: &Value, image: &ImageRef<'_>) -> bool {
    ["name", "newName"].iter().any(|key| entry.get(key).and_then(Value::as_str) == Some(image.repository))
}

/// The image that stands there, and the one that is to.
pub(in crate::layers) fn images(open: &Open) -> Option<(ImageRef<'_>, ImageRef<'_>)> {
    (open.place.path.last_key() == Some("image")).then_some(())?;
    Some((ImageRef::parse(open.found.as_ref()?.as_str()?), ImageRef::parse(open.planned.as_ref()?.as_str()?)))
}

/// An entry that sets the planned image.
pub(in crate::layers) fn pointed(
    entry: &Value,
    found: &ImageRef<'_>,
    planned: &ImageRef<'_>,
) -> Option<Value> {
    let mut entry = entry.as_object()?.clone();
    let mut set = |key: &str, value: Option<&str>| match value {
        Some(value) => drop(entry.insert(key.to_owned(), Value::from(value))),
        None => drop(entry.remove(key)),
    };
    set("newTag", planned.tag);
    set("digest", planned.digest);
    if planned.repository != found.repository {
        set("newName", Some(planned.repository));
    }
    Some(Value::Object(entry))
}
