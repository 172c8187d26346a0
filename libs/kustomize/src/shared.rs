//! Nodes that stand in several places of one object.
//!
//! kustomize's label and annotation transformers append one and the same node to every place of an object: to
//! `metadata.labels`, the selector and the template. A later change of one of them *in its place* (a strategic merge
//! patch, a replacement) therefore changes all. A node carries the number of those that are one with it; what was
//! changed is carried over after each step.

use crate::node::{Body, Node};
use crate::scalar::Scalar;

/// The scalars of an object that are one with others, as they are before a step.
pub(crate) fn collect(node: &Node) -> Vec<(u32, Scalar)> {
    let mut found = Vec::new();
    visit(node, &mut |scalar| found.push((scalar.shared, scalar.clone())));
    found
}

fn visit<'a>(node: &'a Node, see: &mut impl FnMut(&'a Scalar)) {
    match &node.body {
        Body::Scalar(scalar) if scalar.shared != 0 => see(scalar),
        Body::Scalar(_) => {}
        Body::Sequence(items) => items.iter().for_each(|item| visit(item, see)),
        Body::Mapping(entries) => entries.iter().for_each(|(_, value)| visit(value, see)),
    }
}

/// Carries over what a step changed.
pub(crate) fn spread(node: &mut Node, before: &[(u32, Scalar)]) {
    if before.is_empty() {
        return;
    }
    let mut changed: Vec<(u32, Node)> = Vec::new();
    find_changed(node, before, &mut changed);
    if !changed.is_empty() {
        write(node, &changed);
    }
}

fn find_changed(node: &Node, before: &[(u32, Scalar)], changed: &mut Vec<(u32, Node)>) {
    match &node.body {
        Body::Scalar(scalar) if scalar.shared != 0 => {
            let old = before.iter().find(|(shared, _)| *shared == scalar.shared);
            if old.is_some_and(|(_, old)| old.text != scalar.text || old.tag != scalar.tag) {
                changed.retain(|(shared, _)| *shared != scalar.shared);
                changed.push((scalar.shared, node.clone()));
            }
        }
        Body::Scalar(_) => {}
        Body::Sequence(items) => items.iter().for_each(|item| find_changed(item, before, changed)),
        Body::Mapping(entries) => {
            // Merged in this order, so of two changes the later one counts.
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            entries.into_iter().for_each(|(_, value)| find_changed(value, before, changed));
        }
    }
}

fn write(node: &mut Node, changed: &[(u32, Node)]) {
    match &mut node.body {
        Body::Scalar(scalar) => {
            if let Some((_, new)) = changed.iter().find(|(shared, _)| *shared == scalar.shared) {
                *node = new.clone();
            }
        }
        Body::Sequence(_) => {
            for item in node.items_mut().into_iter().flatten() {
                write(item, changed);
            }
        }
        Body::Mapping(_) => {
            for (_, value) in node.entries_mut().into_iter().flatten() {
                write(value, changed);
            }
        }
    }
}

/// Makes the nodes of an object independent of one another.
pub(crate) fn part(node: &mut Node) {
    match &mut node.body {
        Body::Scalar(scalar) => scalar.shared = 0,
        Body::Sequence(_) => node.items_mut().into_iter().flatten().for_each(part),
        Body::Mapping(_) => node.entries_mut().into_iter().flatten().for_each(|(_, value)| part(value)),
    }
}
