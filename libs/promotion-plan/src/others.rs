//! Places that somebody else writes: they wait for whoever does.

use std::collections::BTreeMap;

use discovery::image_policy_values;
use kube_model::image::ImageRef;
use kube_model::yaml::{Document, Node};
use kube_model::{Place, Segment};

use crate::decide::{Decision, Verdict};
use crate::layers::owned;
use crate::plan::Request;
use crate::planner::Planner;

impl Planner<'_, '_> {
    /// An edit of what an image updater writes is refused alone.
    pub(crate) fn refuse_what_others_write(&mut self) {
        for decision in self.decisions.iter_mut().flatten().filter(|decision| decision.is_carried()) {
            if let Some(owner) = owner(self.request, decision) {
                let verdict = Verdict::waiting(decision.differing.base_known);
                decision.change(verdict, owned::reason(&owner));
            }
        }
    }

    /// What the edit of a rendered target would have changed of others; whether there was any.
    pub(crate) fn leave_to_owners(&mut self, owned: &BTreeMap<Place, String>) -> bool {
        let touches = |decision: &Decision, other: &Place| {
            let place = &decision.differing.place;
            let (here, there) = (&place.path, &other.path);
            place.object == other.object && (here.contains(there) || there.contains(here))
        };
        let mut any = false;
        for decision in self.decisions.iter_mut().flatten().filter(|decision| decision.is_carried()) {
            let owner = owned.iter().find(|(place, _)| touches(decision, place)).map(|(_, owner)| owner);
            if let Some(owner) = owner {
                let verdict = Verdict::waiting(decision.differing.base_known);
                decision.change(verdict, owned::reason(owner));
                any = true;
            }
        }
        any
    }
}

fn owner(request: &Request<'_>, decision: &Decision) -> Option<String> {
    let place = &decision.differing.place;
    if let Some(layers) = &request.layers {
        let image = decision.differing.target.as_ref().filter(|_| place.path.last_key() == Some("image"))?;
        return owned::of_image(layers.target.environment?, &ImageRef::parse(image.as_str()?));
    }
    marked(request, place).map(|policy| format!("Flux' image policy {policy}"))
}

/// The image policy that marks the line of a place in the target's manifests.
fn marked(request: &Request<'_>, place: &Place) -> Option<String> {
    let origin = &request.target.object(&place.object)?.origin;
    let file = request.target.file(&origin.file)?;
    if !file.text.contains("$imagepolicy") {
        return None;
    }
    let (document, mut node) = file.node(origin)?;
    for segment in place.path.segments() {
        node = step(document, document.resolve(node), segment)?;
    }
    let start = file.text[..node.span.start].rfind('\n').map_or(0, |at| at + 1);
    let line = file.text[start..].lines().next().unwrap_or_default();
    image_policy_values(&file.path, line.as_bytes()).into_iter().next().map(|(policy, _)| policy)
}

fn step<'a>(document: &'a Document, node: &'a Node, segment: &Segment) -> Option<&'a Node> {
    match segment {
        Segment::Key(key) => node.get(key),
        Segment::Item(fields) => node.items().iter().find(|item| {
            let item = document.resolve(item);
            let has = |key: &str, value: &str| item.get(key).and_then(Node::scalar) == Some(value);
            fields.iter().all(|(key, value)| has(key, value))
        }),
        Segment::Flag(_) => None,
    }
}
