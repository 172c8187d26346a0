//! Places in manifests.

use kube_model::yaml::{Document, Node};
use kube_model::{ManifestFile, Origin, Path};
use risk_rules::Location;

use crate::locate;

/// Where a place of an object stands in the file that it was read from; the file is left to the caller.
pub(super) fn at(file: &ManifestFile, origin: &Origin, path: &Path) -> Option<Location> {
    let (document, object) = file.node(origin)?;
    let mut start = object;
    let mut node = object;
    let mut is_whole = true;
    for segment in path.segments() {
        match locate::entry(document, document.resolve(node), segment) {
            Some((key, value)) => (start, node) = (key, value),
            None => {
                is_whole = false;
                break;
            }
        }
    }
    Some(location(&file.text, start, is_whole.then_some(node)))
}

/// From a node (a key, an item) to the end of another; without that its first line alone.
pub(super) fn location(text: &str, start: &Node, end: Option<&Node>) -> Location {
    let last = end.map_or(start.line, |end| {
        let value = text.get(start.span.start..end.span.end).unwrap_or_default().trim_end();
        start.line + value.matches('\n').count()
    });
    Location { file: String::new(), line: start.line, column: start.column + 1, end_line: last, exists: true }
}

/// The first scalar of a document that is written under a key with a value.
pub(super) fn scalar<'d>(document: &'d Document, key: &str, value: &str) -> Option<(&'d Node, &'d Node)> {
    let mut open = vec![&document.root];
    while let Some(node) = open.pop() {
        let node = document.resolve(node);
        for (name, below) in node.entries() {
            if name.scalar() == Some(key) && document.resolve(below).scalar() == Some(value) {
                return Some((name, below));
            }
        }
        open.extend(node.items().iter().rev());
        open.extend(node.entries().iter().rev().map(|(_, below)| below));
    }
    None
}
