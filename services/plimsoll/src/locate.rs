//! The line and column of a place, for errors that only know the object.

use kube_model::yaml::{Document, Node};
use kube_model::{Place, Segment, State};

/// Where a place stands in its file: line and column, from 1; as near as the file says it.
pub(crate) fn position(state: &State, place: &Place) -> Option<(usize, usize)> {
    let origin = &state.object(&place.object)?.origin;
    let (document, mut node) = state.file(&origin.file)?.node(origin)?;
    for segment in place.path.segments() {
        match step(document, document.resolve(node), segment) {
            Some(next) => node = next,
            None => break,
        }
    }
    Some((node.line, node.column + 1))
}

fn step<'a>(document: &'a Document, node: &'a Node, segment: &Segment) -> Option<&'a Node> {
    match segment {
        Segment::Key(key) => node.get(key),
        Segment::Item(fields) => node.items().iter().find(|item| {
            let item = document.resolve(item);
            fields.iter().all(|(key, value)| item.get(key).and_then(Node::scalar) == Some(value))
        }),
        Segment::Flag(_) => None,
    }
}
