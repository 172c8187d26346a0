//! Flux' image automation: it writes the values that carry a comment with `$imagepolicy`.

use std::sync::Arc;

use kube_model::yaml::{self, Limits, Node, NodeKind};
use memchr::memmem;

use crate::place::Location;
use crate::repository::{Index, is_yaml};

/// A marked value.
pub(crate) struct Marker {
    /// `namespace:name`.
    pub(crate) policy: String,
    pub(crate) at: Location,
}

/// Every marked value of the repository. A comment marks the value that stands before it on its line.
pub(crate) fn markers(index: &Index<'_>) -> Vec<Marker> {
    let mut markers = Vec::new();
    for (path, bytes) in index.files.files().filter(|(path, _)| is_yaml(path)) {
        if memmem::find(bytes, b"$imagepolicy").is_some() {
            in_file(path, bytes, &mut markers);
        }
    }
    markers
}

/// The values of a file that image policies mark, each with its policy, in order. An edit that changes one of them
/// changes what Flux writes.
#[must_use]
pub fn image_policy_values(path: &str, bytes: &[u8]) -> Vec<(String, String)> {
    let mut markers = Vec::new();
    if memmem::find(bytes, b"$imagepolicy").is_some() {
        in_file(path, bytes, &mut markers);
    }
    let text = yaml::text_of(bytes, &Limits::default()).unwrap_or_default();
    let value = |at: &Location| text.get(at.bytes.start..at.bytes.end).unwrap_or_default().to_owned();
    markers.into_iter().map(|marker| (marker.policy, value(&marker.at))).collect()
}

fn in_file(path: &str, bytes: &[u8], markers: &mut Vec<Marker>) {
    let limits = Limits::default();
    let Ok(text) = yaml::text_of(bytes, &limits) else { return };
    let documents = yaml::parse(text, &limits).unwrap_or_default();
    let file: Arc<str> = path.into();
    for (index, line) in text.lines().enumerate() {
        let Some(policy) = policy(line) else { continue };
        let mut last = None;
        documents.iter().for_each(|document| last_on(&document.root, index + 1, &mut last));
        let at = last.map_or_else(
            || Location { line: index + 1, ..Location::of_file(path) },
            |node| Location { file: file.clone(), line: index + 1, bytes: (&node.span).into() },
        );
        markers.push(Marker { policy, at });
    }
}

/// The policy of a comment `# {"$imagepolicy": "namespace:name:tag"}`, without the part that it sets.
fn policy(line: &str) -> Option<String> {
    let (_, comment) = line.rsplit_once('#')?;
    let (_, after) = comment.split_once("\"$imagepolicy\"")?;
    let text = after.split('"').nth(1)?;
    Some(text.split(':').take(2).collect::<Vec<_>>().join(":"))
}

/// The last scalar that starts on a line.
fn last_on<'n>(node: &'n Node, line: usize, last: &mut Option<&'n Node>) {
    match &node.kind {
        NodeKind::Scalar { .. } if node.line == line => *last = Some(node),
        NodeKind::Sequence { items, .. } => items.iter().for_each(|item| last_on(item, line, last)),
        NodeKind::Mapping { entries, .. } => entries.iter().for_each(|(key, value)| {
            last_on(key, line, last);
            last_on(value, line, last);
        }),
        _ => {}
    }
}
