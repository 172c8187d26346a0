//! Labels and annotations that an overlay gives everything: `labels:`, `commonLabels:`, `commonAnnotations:`.

use kube_model::Segment;
use serde_json::{Map, Value, json};

use super::super::draft::Draft;
use super::super::marks::HOLDERS;
use super::super::trial::{Open, Standing};
use super::super::write::Site;

/// Maps of a kustomization whose entries go to every object.
const COMMON: [&str; 2] = ["commonLabels", "commonAnnotations"];

/// A label or an annotation, as it is to become; none if it goes.
struct Mark<'o> {
    key: &'o str,
    found: Option<&'o Value>,
    planned: Option<&'o Value>,
}

/// Changes or takes out the value that an overlay gives.
pub(crate) fn change<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    _: &Standing,
) -> Vec<Draft<'a>> {
    let Some(mark) = mark(open).filter(|mark| mark.found.is_some()) else { return Vec::new() };
    let mut drafts = Vec::new();
    for layer in site.own_kustomizations(draft) {
        for field in COMMON {
            let mut value = layer.value.clone();
            if value.get_mut(field).is_some_and(|pairs| mark.put(pairs)) {
                drafts.extend(layer.becoming(site, draft, value));
            }
        }
        for (index, entry) in layer.items("labels").iter().enumerate() {
            let mut entry = entry.clone();
            if entry.get_mut("pairs").is_some_and(|pairs| mark.put(pairs)) {
                let is_empty = entry["pairs"].as_object().is_some_and(Map::is_empty);
                drafts.extend(match is_empty {
                    true => layer.without_item(site, draft, ("labels", index)),
                    false => layer.with_item(site, draft, ("labels", index), entry),
                });
            }
        }
    }
    drafts
}

/// Adds what the source's overlay gives.
pub(crate) fn add<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let Some(Mark { key, found: None, planned: Some(planned) }) = mark(open) else { return Vec::new() };
    let Some(overlay) = site.overlay(draft) else { return Vec::new() };
    let mut drafts = Vec::new();
    for theirs in site.source_items("labels").iter().filter(|entry| entry["pairs"].get(key) == Some(planned))
    {
        let mut with_theirs = theirs.clone();
        with_theirs["pairs"] = json!({key: planned});
        let same_but_pairs = |ours: &Value| {
            let mut ours = ours.clone();
            ours["pairs"] = json!({key: planned});
            ours == with_theirs
        };
        match overlay.items("labels").iter().position(same_but_pairs) {
            Some(index) => {
                let mut ours = overlay.items("labels")[index].clone();
                ours["pairs"][key] = planned.clone();
                drafts.extend(overlay.with_item(site, draft, ("labels", index), ours));
            }
            None => drafts.extend(overlay.with_new_item(site, draft, "labels", with_theirs, Value::eq)),
        }
    }
    for field in COMMON.into_iter().filter(|field| site.source_field(field).get(key) == Some(planned)) {
        let mut value = overlay.value.clone();
        value[field][key] = planned.clone();
        drafts.extend(overlay.becoming(site, draft, value));
    }
    drafts
}

fn mark(open: &Open) -> Option<Mark<'_>> {
    let [.., Segment::Key(holder), Segment::Key(key)] = open.place.path.segments() else { return None };
    let is_mark = HOLDERS.contains(&holder.as_str());
    is_mark.then(|| Mark { key, found: open.found.as_ref(), planned: open.planned.as_ref() })
}

impl Mark<'_> {
    /// Puts what is planned where the pairs give what was found; whether they did.
    fn put(&self, pairs: &mut Value) -> bool {
        let Some(pairs) = pairs.as_object_mut().filter(|pairs| pairs.get(self.key) == self.found) else {
            return false;
        };
        match self.planned {
            Some(planned) => drop(pairs.insert(self.key.to_owned(), planned.clone())),
            None => drop(pairs.remove(self.key)),
        }
        true
    }
}
