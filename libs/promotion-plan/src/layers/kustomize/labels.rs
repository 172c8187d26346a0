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
        let Some(with_theirs) = with_pairs(theirs, json!({key: planned})) else { continue };
        let with_ours = |ours: &Value| {
            let is_same = with_pairs(ours, json!({key: planned})).as_ref() == Some(&with_theirs);
            let mut pairs = ours.get("pairs").filter(|_| is_same)?.as_object()?.clone();
            drop(pairs.insert(key.to_owned(), planned.clone()));
            with_pairs(ours, Value::Object(pairs))
        };
        let mut ours = overlay.items("labels").iter().enumerate();
        match ours.find_map(|(index, ours)| Some((index, with_ours(ours)?))) {
            Some((index, ours)) => drafts.extend(overlay.with_item(site, draft, ("labels", index), ours)),
            None => drafts.extend(overlay.with_new_item(site, draft, "labels", with_theirs, Value::eq)),
        }
    }
    for field in COMMON.into_iter().filter(|field| site.source_field(field).get(key) == Some(planned)) {
        let mut value = overlay.value.clone();
        let Some(marks) = value.as_object_mut().map(|map| map.entry(field).or_insert_with(|| json!({})))
        else {
            continue;
        };
        // An empty field is null.
        if marks.is_null() {
            *marks = json!({});
        }
        if let Some(marks) = marks.as_object_mut() {
            drop(marks.insert(key.to_owned(), planned.clone()));
            drafts.extend(overlay.becoming(site, draft, value));
        }
    }
    drafts
}

/// An entry of `labels:` with other pairs; none where it is no map.
fn with_pairs(entry: &Value, pairs: Value) -> Option<Value> {
    let mut entry = entry.as_object()?.clone();
    drop(entry.insert("pairs".to_owned(), pairs));
    Some(Value::Object(entry))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_among_the_labels_has_no_pairs() {
        assert_eq!(with_pairs(&json!("team"), json!({})), None);
        assert_eq!(with_pairs(&json!({"pairs": 1}), json!({"a": "b"})), Some(json!({"pairs": {"a": "b"}})));
    }
}
