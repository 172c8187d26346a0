//! The YAML that most manifests are written in, read in one pass: to a value, to a tree, or to whose it is.
//!
//! Block collections whose keys stand on one line, plain and quoted scalars on one line, blocks of text without an
//! indentation indicator, flow collections on one line, and JSON. Whatever else a document holds (an anchor, a tag, a
//! tab where blanks count, a key that is given twice, any error) makes it none of this reader's: the answer is `None`, and
//! [`super::compose`] reads it. What is read here means the same there, byte for byte of its tree, and only there is a refusal
//! put into words.

mod block;
mod build;
mod flow;
mod lines;
mod literal;
mod quoted;
mod skim;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::HashMap;

use serde_json::Value;

use super::{Document, Limits};
use build::{Build, Values};
pub(crate) use skim::Identity;
use tree::Trees;

/// What a document holds.
#[derive(Debug)]
pub(crate) struct Read {
    /// Its value.
    pub(crate) value: Value,
    /// How much of the budget of nodes it takes.
    pub(crate) nodes: usize,
    /// The line where its root starts, from 1.
    pub(crate) line: usize,
    /// The lines where the items of its `items` start, if it has some.
    pub(crate) items: Vec<usize>,
}

/// Reads the text of one document; none where it is not this reader's.
pub(crate) fn read(text: &str, limits: &Limits) -> Option<Read> {
    let mut reader = Reader::new(text, limits, Values)?;
    let (value, start) = reader.document()?;
    let nodes = limits.nodes - reader.nodes_left;
    let (line, items) = lines::of(text, start, &reader.items);
    Some(Read { value, nodes, line, items })
}

/// The identity of the one object that a text is, and how much of the budget of nodes it takes. The text is held to all
/// that [`read`] holds it to, but its values are not kept. None also for a list of objects, and for what the server names.
pub(crate) fn skim<'t>(text: &'t str, limits: &Limits) -> Option<(Identity<'t>, usize)> {
    let mut reader = Reader::new(text, limits, skim::Skim::new())?;
    reader.document()?;
    Some((reader.build.identity()?, limits.nodes - reader.nodes_left))
}

/// The tree of the text of one document, and how much of the budget of nodes it takes; none where it is not this reader's.
pub(super) fn tree(text: &str, limits: &Limits) -> Option<(Document, usize)> {
    let mut reader = Reader::new(text, limits, Trees::of(text))?;
    let (root, _) = reader.document()?;
    let nodes = limits.nodes - reader.nodes_left;
    let document = Document { root, span: 0..text.len(), marker: reader.marker, anchors: HashMap::new() };
    Some((document, nodes))
}

/// How deep this reader goes, which calls itself for what is nested.
const DEPTH: usize = 64;
/// How long a key may be; YAML takes 1,024 characters before the colon.
const KEY: usize = 1_000;

struct Reader<'t, B> {
    text: &'t str,
    bytes: &'t [u8],
    /// The byte that is read next.
    at: usize,
    /// The column of the line's first character; -1 after the last line.
    indent: isize,
    nodes_left: usize,
    depth: usize,
    depth_left: usize,
    /// Whether a flow collection may go over several lines: where it is the root, as in JSON.
    wide: bool,
    /// Whether the value that comes next is the root's `items`.
    is_items: bool,
    /// Where the root's items start.
    items: Vec<usize>,
    /// Where the document's `---` stands, if it has one.
    marker: Option<usize>,
    build: B,
}

impl<'t, B: Build<'t>> Reader<'t, B> {
    fn new(text: &'t str, limits: &Limits, build: B) -> Option<Self> {
        let depth = limits.depth.min(DEPTH);
        lines::is_plain_text(text).then(|| Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            indent: -1,
            nodes_left: limits.nodes,
            depth,
            depth_left: depth,
            wide: false,
            is_items: false,
            items: Vec::new(),
            marker: None,
            build,
        })
    }

    /// The root, and where it starts.
    fn document(&mut self) -> Option<(B::Node, usize)> {
        self.first_line()?;
        let start = self.at;
        let root = match self.peek()? {
            b'{' | b'[' => {
                self.wide = true;
                let root = self.flow()?;
                self.end_line()?;
                root
            }
            _ => self.block()?,
        };
        (self.indent < 0).then_some((root, start))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Whether nothing, a blank or a line's end stands at a byte.
    fn is_gap(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), None | Some(b' ' | b'\n'))
    }

    /// Takes a node out of the budget.
    fn spend(&mut self) -> Option<()> {
        self.nodes_left = self.nodes_left.checked_sub(1)?;
        Some(())
    }

    /// Reads a collection, one level deeper.
    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Option<B::Node>) -> Option<B::Node> {
        self.spend()?;
        self.depth_left = self.depth_left.checked_sub(1)?;
        let node = read(self)?;
        self.depth_left += 1;
        Some(node)
    }
}
