//! A YAML document as a tree in which every node knows the bytes that it was read from.

use std::collections::HashMap;
use std::ops::Range;

use super::value;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    /// `text`
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|` and the lines below it
    Literal,
    /// `>` and the lines below it
    Folded,
}

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One entry a line, by indentation.
    Block,
    /// `{…}` or `[…]`; JSON is always this.
    Flow,
}

/// One node of a document.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The bytes of the node's own text: a flow collection with its brackets, a quoted scalar with its
    /// quotes, a block scalar without its header. Anchor and tag are not part of it.
    pub span: Range<usize>,
    /// The line where it starts, from 1.
    pub line: usize,
    /// The column where it starts, in characters from 0.
    pub column: usize,
    /// The anchor that it defines, as its document numbers them.
    pub anchor: Option<usize>,
    /// Where the anchor's token (`&name`) or tag starts, if it has one.
    pub properties_start: Option<usize>,
    /// Its explicit tag, as a full URI.
    pub tag: Option<String>,
}

/// The kinds of node.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// A scalar: its text after unquoting and unfolding.
    Scalar {
        /// The text.
        text: String,
        /// How it is written.
        style: ScalarStyle,
    },
    /// A sequence.
    Sequence {
        /// Its items, in order.
        items: Vec<Node>,
        /// How it is written.
        layout: Layout,
    },
    /// A mapping.
    Mapping {
        /// Its keys and values, in order.
        entries: Vec<(Node, Node)>,
        /// How it is written.
        layout: Layout,
    },
    /// `*name`: the anchored node with this number.
    Alias(usize),
}

/// One document of a stream.
#[derive(Debug, Clone)]
pub struct Document {
    /// The root node.
    pub root: Node,
    /// From the document's `---` (or the end of the document before) to the next document.
    pub span: Range<usize>,
    /// Where its `---` stands, if it has one.
    pub marker: Option<usize>,
    /// Where the anchored nodes stand, by their number. (Copies of them would take the square of the file's size
    /// where anchors nest.)
    pub(super) anchors: HashMap<usize, NodePath>,
}

impl Document {
    /// The node itself, or what it is an alias of.
    #[must_use]
    pub fn resolve<'a>(&'a self, node: &'a Node) -> &'a Node {
        match node.kind {
            NodeKind::Alias(id) => self.anchored(id).unwrap_or(node),
            _ => node,
        }
    }

    /// The node of an anchor.
    fn anchored(&self, id: usize) -> Option<&Node> {
        self.anchors.get(&id)?.iter().try_fold(&self.root, |node, child| node.child(*child))
    }

    /// The document as it stands in a file, after so many bytes and lines.
    pub(crate) fn placed(mut self, bytes: usize, lines: usize) -> Self {
        if bytes == 0 {
            return self;
        }
        self.root.shift(bytes, lines);
        self.span = self.span.start + bytes..self.span.end + bytes;
        self.marker = self.marker.map(|marker| marker + bytes);
        self
    }

    /// Whether the document defines anchors.
    #[must_use]
    pub fn has_anchors(&self) -> bool {
        !self.anchors.is_empty()
    }
}

/// The way from the root of a document to a node: which child of each collection.
pub(super) type NodePath = Box<[u32]>;

impl Node {
    fn shift(&mut self, bytes: usize, lines: usize) {
        self.span = self.span.start + bytes..self.span.end + bytes;
        self.line += lines;
        self.properties_start = self.properties_start.map(|start| start + bytes);
        match &mut self.kind {
            NodeKind::Sequence { items, .. } => items.iter_mut().for_each(|item| item.shift(bytes, lines)),
            NodeKind::Mapping { entries, .. } => entries.iter_mut().for_each(|(key, value)| {
                key.shift(bytes, lines);
                value.shift(bytes, lines);
            }),
            NodeKind::Scalar { .. } | NodeKind::Alias(_) => {}
        }
    }

    /// A child of a collection: items are counted as they stand, of a mapping first each key and then its value.
    fn child(&self, index: u32) -> Option<&Node> {
        let index = usize::try_from(index).ok()?;
        match &self.kind {
            NodeKind::Sequence { items, .. } => items.get(index),
            NodeKind::Mapping { entries, .. } => {
                let (key, value) = entries.get(index / 2)?;
                Some(if index.is_multiple_of(2) { key } else { value })
            }
            _ => None,
        }
    }

    /// The text of a scalar.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping.
    #[must_use]
    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.kind {
            NodeKind::Mapping { entries, .. } => entries,
            _ => &[],
        }
    }

    /// The items of a sequence.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            NodeKind::Sequence { items, .. } => items,
            _ => &[],
        }
    }

    /// The value under a key that is written in this mapping itself (merge keys are not followed).
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let is_it =
            |node: &Node| !value::is_merge_key(node) && value::scalar_key(node).as_deref() == Some(key);
        self.entries().iter().find(|(k, _)| is_it(k)).map(|(_, v)| v)
    }

    /// The layout of a collection.
    #[must_use]
    pub fn layout(&self) -> Option<Layout> {
        match self.kind {
            NodeKind::Sequence { layout, .. } | NodeKind::Mapping { layout, .. } => Some(layout),
            _ => None,
        }
    }

    /// Where the node starts, with its anchor and tag.
    #[must_use]
    pub fn full_start(&self) -> usize {
        self.properties_start.unwrap_or(self.span.start)
    }
}
