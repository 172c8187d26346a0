//! Makes the document's tree.

use std::borrow::Cow;
use std::ops::Range;

use super::super::{Node, NodeKind, ScalarStyle};
use super::build::{Build, Key, Laid, Written};

/// How the composed tree writes a value that is not there.
const NULL: &str = "~";

/// Makes nodes that know their bytes, lines and columns.
pub(super) struct Trees<'t> {
    text: &'t str,
    /// The bytes at which lines start.
    lines: Vec<usize>,
}

/// An open mapping: its entries, and the key whose value comes next.
#[derive(Default)]
pub(super) struct Entries {
    entries: Vec<(Node, Node)>,
    key: Option<Node>,
}

impl<'t> Trees<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        Self { text, lines: [0].into_iter().chain(ends.map(|end| end + 1)).collect() }
    }

    fn node(&self, kind: NodeKind, span: Range<usize>) -> Node {
        let line = self.lines.partition_point(|start| *start <= span.start);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(start..span.start).map_or(0, |before| before.chars().count());
        Node { kind, span, line, column, anchor: None, properties_start: None, tag: None }
    }

    fn scalar(&self, text: String, written: Written) -> Node {
        self.node(NodeKind::Scalar { text, style: written.style }, written.span)
    }

    fn plain_at(&self, text: &str, span: Range<usize>) -> Node {
        self.scalar(text.to_owned(), Written { style: ScalarStyle::Plain, span })
    }
}

impl<'t> Build<'t> for Trees<'t> {
    type Node = Node;
    type Mapping = Entries;
    type Sequence = Vec<Node>;

    fn text(&mut self, text: Cow<'t, str>, written: Written) -> Node {
        self.scalar(text.into_owned(), written)
    }

    fn plain(&mut self, text: &'t str, start: usize) -> Option<Node> {
        Some(self.plain_at(text, start..start + text.len()))
    }

    fn null(&mut self, at: usize) -> Option<Node> {
        Some(self.plain_at(NULL, at..at))
    }

    fn mapping(&mut self) -> Entries {
        Entries::default()
    }

    fn key(&mut self, mapping: &mut Entries, key: Key<'t>) -> Option<()> {
        let Key { text, written } = key;
        mapping.key = Some(match written.style {
            // As it is written: `on`, and not what that means.
            ScalarStyle::Plain => self.plain_at(self.text.get(written.span.clone())?, written.span),
            _ => self.scalar(text.into_owned(), written),
        });
        Some(())
    }

    fn value(&mut self, mapping: &mut Entries, value: Node) -> Option<()> {
        mapping.entries.push((mapping.key.take()?, value));
        Some(())
    }

    fn end_mapping(&mut self, mapping: Entries, laid: Laid) -> Node {
        self.node(NodeKind::Mapping { entries: mapping.entries, layout: laid.layout }, laid.span)
    }

    fn sequence(&mut self) -> Vec<Node> {
        Vec::new()
    }

    fn item(&mut self, sequence: &mut Vec<Node>, item: Node) {
        sequence.push(item);
    }

    fn end_sequence(&mut self, sequence: Vec<Node>, laid: Laid) -> Node {
        self.node(NodeKind::Sequence { items: sequence, layout: laid.layout }, laid.span)
    }
}
