//! The line and column of a place, for errors that only know the object.

use kube_model::yaml::{Document, Node};
use kube_model::{Place, Segment, State};

/// Where a place stands in its file: line and column, from 1; as near as the file says it.
pub(crate) fn position(state: &State, place: &Place) -> Option<(usize, usize)> {
    let origin = &state.object(&place.object)?.origin;
    let (document, mut node) = state.file(&origin.file)?.node(origin)?;
    for segment in place.path.segments() {
        match entry(document, document.resolve(node), segment) {
            Some((_, next)) => node = next,
            None => break,
        }
    }
    Some((node.line, node.column + 1))
}

/// What a segment names: where it starts (the key of a mapping, the item of a list), and its value.
pub(crate) fn entry<'a>(
    document: &'a Document,
    node: &'a Node,
    segment: &Segment,
) -> Option<(&'a Node, &'a Node)> {
    let item = |item: &'a Node| (item, item);
    match segment {
        Segment::Key(key) => {
            let entry = node.entries().iter().find(|(name, _)| name.scalar() == Some(key))?;
            Some((&entry.0, &entry.1))
        }
        Segment::Item(fields) => node
            .items()
            .iter()
            .find(|item| {
                let item = document.resolve(item);
                fields.iter().all(|(key, value)| item.get(key).and_then(Node::scalar) == Some(value))
            })
            .map(item),
        Segment::Flag(flag) => {
            let is_it = |text: &str| {
                text == flag || text.strip_prefix(flag.as_str()).is_some_and(|rest| rest.starts_with('='))
            };
            node.items().iter().find(|item| document.resolve(item).scalar().is_some_and(is_it)).map(item)
        }
    }
}
