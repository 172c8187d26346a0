//! YAML as Helm reads it: of a key that is given twice the later one counts.

use kube_model::yaml::{Document, Limits, Node, NodeKind, is_merge_key, key_text, parse, text_of, to_value};
use serde_json::Value;
use std::sync::Arc;

use crate::error::HelmError;
use crate::merge::lay_over;
use crate::tree::{FileSpan, Map, Origin, Shape, Tree};

/// The deepest that aliases and collections nest.
const DEPTH: usize = 200;
/// The most nodes that a file expands to: a hundred times what large charts have.
const NODES: usize = 300_000;

/// A file as messages and origins name it.
#[derive(Debug, Clone)]
pub(crate) struct FileName {
    pub(crate) file: Arc<str>,
    pub(crate) inside: Option<Arc<str>>,
}

impl FileName {
    pub(crate) fn shown(&self) -> String {
        match &self.inside {
            None => self.file.to_string(),
            Some(inside) => format!("{} ({inside})", self.file),
        }
    }
}

/// The mapping that a file holds; empty for a file without a document. Several documents are laid over one another, as
/// Helm 4 does; Helm 3 takes the first.
pub(crate) fn read_map(bytes: &[u8], name: &FileName) -> Result<Tree, HelmError> {
    let limits = Limits { nodes: NODES, ..Limits::default() };
    let failed = |line, column, why| HelmError::Values { file: name.shown(), line, column, why };
    let text =
        text_of(bytes, &limits).map_err(|error| failed(error.line, error.column, error.to_string()))?;
    // A byte-order mark is no part of the text, and of the file's bytes.
    let offset = bytes.len() - text.len();
    let documents =
        parse(text, &limits).map_err(|error| failed(error.line, error.column, error.to_string()))?;
    let mut whole = Tree::empty();
    for document in &documents {
        let mut reader = Reader { document, limits: &limits, name, offset, nodes: limits.nodes };
        let tree = reader.tree(&document.root, 0)?;
        match tree.shape {
            Shape::Map(_) => lay_over(&mut whole, tree),
            Shape::Scalar(Value::Null) => {}
            _ => {
                let why = "values are a mapping".to_owned();
                return Err(failed(document.root.line, document.root.column + 1, why));
            }
        }
    }
    Ok(whole)
}

struct Reader<'a> {
    document: &'a Document,
    limits: &'a Limits,
    name: &'a FileName,
    offset: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn tree(&mut self, node: &Node, depth: usize) -> Result<Tree, HelmError> {
        self.nodes = match self.nodes.checked_sub(1) {
            Some(left) if depth <= DEPTH => left,
            _ => {
                return Err(
                    self.failed(node, "it is nested too deep, or its aliases expand to too much".to_owned())
                );
            }
        };
        let shape = match &node.kind {
            NodeKind::Scalar { .. } => {
                let value = to_value(self.document, node, self.limits);
                Shape::Scalar(value.map_err(|error| self.failed(node, error.to_string()))?)
            }
            NodeKind::Sequence { items, .. } => {
                Shape::List(items.iter().map(|item| self.tree(item, depth + 1)).collect::<Result<_, _>>()?)
            }
            NodeKind::Mapping { entries, .. } => Shape::Map(self.map(entries, depth)?),
            NodeKind::Alias(_) => {
                let target = self.document.resolve(node);
                match target.kind {
                    NodeKind::Alias(_) => {
                        return Err(self.failed(node, "an anchor that contains itself".to_owned()));
                    }
                    // The value is written where the anchor stands.
                    _ => return self.tree(target, depth + 1),
                }
            }
        };
        Ok(Tree::new(shape, Some(self.origin(node))))
    }

    fn map(&mut self, entries: &[(Node, Node)], depth: usize) -> Result<Map, HelmError> {
        let mut map = Map::new();
        for (key, value) in entries {
            if is_merge_key(key) {
                self.merge(value, &mut map, depth)?;
                continue;
            }
            let name = key_text(self.document, key);
            let name = name.ok_or_else(|| self.failed(key, "it is no key of values".to_owned()))?;
            let tree = self.tree(value, depth + 1)?;
            map.insert(name, tree);
        }
        Ok(map)
    }

    /// Over what is written before it, and under what is written after it; of several mappings the first one counts.
    fn merge(&mut self, node: &Node, into: &mut Map, depth: usize) -> Result<(), HelmError> {
        let target = self.document.resolve(node);
        let sources: Vec<&Node> = match &target.kind {
            NodeKind::Sequence { items, .. } => items.iter().rev().collect(),
            _ => vec![target],
        };
        for source in sources {
            match self.tree(source, depth + 1)?.shape {
                Shape::Map(map) => into.extend(map),
                _ => return Err(self.failed(source, "`<<` takes a mapping".to_owned())),
            }
        }
        Ok(())
    }

    fn origin(&self, node: &Node) -> Origin {
        Origin::File(FileSpan {
            file: Arc::clone(&self.name.file),
            inside: self.name.inside.clone(),
            line: node.line,
            start: node.span.start + self.offset,
            end: node.span.end + self.offset,
        })
    }

    fn failed(&self, node: &Node, why: String) -> HelmError {
        HelmError::Values { file: self.name.shown(), line: node.line, column: node.column + 1, why }
    }
}
