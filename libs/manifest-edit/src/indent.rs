//! The indentation that a document uses.

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

impl Indent {
    /// The indentation that a document uses most.
    pub(crate) fn of(text: &str, document: &Document) -> Self {
        let mut seen = Seen::default();
        seen.node(text, &document.root, None);
        Self { mapping: most(&seen.mapping), sequence: most(&seen.sequence), flow: most(&seen.flow) }
    }
}

#[derive(Default)]
struct Seen {
    mapping: Vec<usize>,
    sequence: Vec<usize>,
    flow: Vec<usize>,
}

impl Seen {
    fn node(&mut self, text: &str, node: &Node, key_column: Option<usize>) {
        match &node.kind {
            NodeKind::Mapping { entries, layout: Layout::Block } => {
                if let (Some(key), Some((first, _))) = (key_column, entries.first()) {
                    self.mapping.extend(first.column.checked_sub(key));
                }
                for (key, value) in entries {
                    self.node(text, value, Some(key.column));
                }
            }
            NodeKind::Sequence { items, layout: Layout::Block } => {
                if let (Some(key), Some(first)) = (key_column, items.first()) {
                    let dash = content::Lines(text).column(content::dash_of(text, first));
                    self.sequence.extend(dash.checked_sub(key));
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
            self.flow.extend(first.column.checked_sub(opening.len() - opening.trim_start().len()));
        }
    }
}

/// The value that occurs most; of equals the smaller.
fn most(values: &[usize]) -> Option<usize> {
    let count = |value: &usize| values.iter().filter(|other| *other == value).count();
    values.iter().copied().max_by_key(|value| (count(value), std::cmp::Reverse(*value)))
}
