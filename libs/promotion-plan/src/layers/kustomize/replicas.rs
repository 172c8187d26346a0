//! `replicas:` entries.

use serde_json::{Value, json};

use super::super::draft::Draft;
use super::super::trial::{Open, Standing};
use super::super::write::Site;
use super::same_name;

/// Changes the entry that sets the replicas.
pub(crate) fn change<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    _: &Standing,
) -> Vec<Draft<'a>> {
    let Some(planned) = replicas(open) else { return Vec::new() };
    let mut drafts = Vec::new();
    for layer in site.own_kustomizations(draft) {
        let entries = layer.items("replicas").iter().enumerate();
        for (index, entry) in entries.filter(|(_, entry)| entry["name"] == open.place.object.name.as_str()) {
            let mut entry = entry.clone();
            entry["count"] = planned.clone();
            drafts.extend(layer.with_item(site, draft, ("replicas", index), entry));
        }
    }
    drafts
}

/// Adds an entry.
pub(crate) fn add<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let (Some(planned), Some(overlay)) = (replicas(open), site.overlay(draft)) else { return Vec::new() };
    let entry = json!({"name": open.place.object.name, "count": planned});
    overlay.with_new_item(site, draft, "replicas", entry, same_name).into_iter().collect()
}

fn replicas(open: &Open) -> Option<&Value> {
    (open.place.path.to_string() == "spec.replicas").then_some(open.planned.as_ref()).flatten()
}
