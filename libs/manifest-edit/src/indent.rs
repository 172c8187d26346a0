//! The indentation that a document uses.

use std::collections::BTreeMap;

use kube_model::yaml::{Document, Layout, Node, NodeKind};

use crate::content;

/// How far things stand from what holds them. None where the document does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Indent {
    /// A mapping from the key that holds it.
    pub(crate) mapping: Option<usize>,
    /// A sequence's dash from the key that holds it.
    pub(crate) sequence: Option<usize>,
    /// What stands on a line of its own in a flow collection, from the line that opens it.
    pub(crate) flow: Option<usize>,
}

/// How many nodes are looked at: an answer does not get better by a whole cluster's objects, and every edited object
/// asks.
const ENOUGH: usize = 4_000;

impl Indent {
    /// The indentation that a document uses most, in its first few thousand nodes.
    pub(crate) fn of(text: &str, document: &Document) -> Self {
        let mut seen = Seen::default();
        seen.node(text, &document.root, None);
        Self { mapping: most(&seen.mapping), sequence: most(&seen.sequence), flow: most(&seen.flow) }
    }
}

/// How often each step occurs.
type Steps = BTreeMap<usize, usize>;

#[derive(Default)]
struct Seen {
    nodes: usize,
    mapping: Steps,
    sequence: Steps,
    flow: Steps,
}

impl Seen {
    fn node(&mut self, text: &str, node: &Node, key_column: Option<usize>) {
        if self.nodes >= ENOUGH {
            return;
        }
        self.nodes += 1;
        match &node.kind {
            NodeKind::Mapping { entries, layout: Layout::Block } => {
                if let (Some(key), Some((first, _))) = (key_column, entries.first()) {
                    count(&mut self.mapping, first.column.checked_sub(key));
                }
                for (key, value) in entries {
                    self.node(text, value, Some(key.column));
                }
            }
            NodeKind::Sequence { items, layout: Layout::Block } => {
                if let (Some(key), Some(first)) = (key_column, items.first()) {
                    let dash = content::Lines(text).column(content::dash_of(text, first));
                    count(&mut self.sequence, dash.checked_sub(key));
                }
                for item in items {
                    self.node(text, item, None);
                }
            }
            NodeKind::Mapping { entries, layout: Layout::Flow } => {
                self.flow_step(text, node, entries.first().map(|(key, _)| key));
                entries.iter().for_each(|(_, value)| self.node(text, value, None));
            }
            NodeKind::Sequence { items, layout: Layout::Flow } => {
                self.flow_step(text, node, items.first());
                items.iter().for_each(|item| self.node(text, item, None));
            }
            _ => {}
        }
    }

    fn flow_step(&mut self, text: &str, collection: &Node, first: Option<&Node>) {
        let lines = content::Lines(text);
        let opening = lines.line(collection.span.start);
        if let Some(first) = first.filter(|first| first.line > collection.line) {
            let indent = opening.len() - opening.trim_start().len();
            count(&mut self.flow, first.column.checked_sub(indent));
        }
    }
}

fn count(steps: &mut Steps, step: Option<usize>) {
    if let Some(step) = step {
        *steps.entry(step).or_default() += 1;
    }
}

/// The step that occurs most; of equals the smaller.
fn most(steps: &Steps) -> Option<usize> {
    steps.iter().max_by_key(|(step, count)| (**count, std::cmp::Reverse(**step))).map(|(step, _)| *step)
}

#[cfg(test)]
mod tests {
    use kube_model::yaml::{Limits, parse};

    use super::*;

    #[test]
    fn the_commonest_step_wins_and_of_a_long_document_only_the_start_is_asked() {
        let of = |text: &str| Indent::of(text, &parse(text, &Limits::default()).unwrap()[0]);
        let indent = of("a:\n   b: 1\nc:\n   d: 1\ne:\n  f: 1\ng:\n- h\n");
        assert_eq!((indent.mapping, indent.sequence, indent.flow), (Some(3), Some(0), None));
        // Of equals the smaller.
        assert_eq!(of("a:\n   b: 1\ne:\n  f: 1\n").mapping, Some(2));
        let two: String = (0..2_000).map(|key| format!("k{key}:\n  a: 1\n")).collect();
        let text: String = two + &(0..9_000).map(|key| format!("l{key}:\n    a: 1\n")).collect::<String>();
        assert_eq!(
            of(&text).mapping,
            Some(2),
            "each entry is two nodes, so the first 4,000 nodes have two spaces"
        );
    }
}
