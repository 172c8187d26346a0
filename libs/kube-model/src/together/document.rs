//! A document that is read by itself, and shared by the files that it stands in.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::object::{Object, Origin};
use crate::state::collect;
use crate::yaml::{self, Document, Limits, direct};

/// A document that was read by itself.
#[derive(Debug)]
pub(super) struct ReadDocument {
    /// How much of the budget of nodes it takes.
    pub(super) nodes: usize,
    /// Its objects, as if its text were a file.
    objects: Vec<Object>,
}

impl ReadDocument {
    /// None for what is no document by itself, or holds what is no object.
    pub(super) fn read(text: &str, limits: &Limits) -> Option<Self> {
        Self::read_directly(text, limits).or_else(|| Self::read_as_tree(text, limits))
    }

    fn read_directly(text: &str, limits: &Limits) -> Option<Self> {
        let direct::Read { value, nodes, line, items } = direct::read(text, limits)?;
        let object = |value, items, line| Object::identify(value, origin(items, line)).ok();
        let objects = match items_of_list(value) {
            Ok(values) if values.len() == items.len() => values
                .into_iter()
                .zip(items)
                .enumerate()
                .map(|(index, (value, line))| object(value, vec![index], line))
                .collect::<Option<_>>()?,
            Ok(_) => return None,
            Err(value) => vec![object(value, Vec::new(), line)?],
        };
        // A list within a list is no object that the other reader would see.
        let is_flat = objects.iter().all(|object: &Object| !object.key.kind.ends_with("List"));
        is_flat.then_some(Self { nodes, objects })
    }

    fn read_as_tree(text: &str, limits: &Limits) -> Option<Self> {
        let (tree, nodes) = yaml::parse_one(text, limits)?;
        let value = yaml::to_value(&tree, &tree.root, limits).ok()?;
        let mut objects = Vec::new();
        if !value.is_null() {
            let origin = origin(Vec::new(), tree.root.line);
            collect(&tree, &tree.root, value, origin, &mut objects).ok()?;
        }
        Some(Self { nodes, objects })
    }
}

fn origin(items: Vec<usize>, line: usize) -> Origin {
    Origin { file: "".into(), document: 0, items, line }
}

/// The items of a `List` of whatever kind; what is none as it is.
fn items_of_list(mut value: Value) -> Result<Vec<Value>, Value> {
    let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    match value.get_mut("items") {
        Some(Value::Array(items)) if is_list => Ok(std::mem::take(items)),
        _ => Err(value),
    }
}

/// A document in its file.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// The document, which other files may share.
    read: Arc<ReadDocument>,
    /// Where it stands in the file's text.
    range: Range<usize>,
    /// The lines before it.
    lines: usize,
    /// Its tree, once somebody asks for it: it is many times as large as its objects.
    tree: OnceLock<Option<Document>>,
}

impl Placed {
    pub(super) fn new(read: Arc<ReadDocument>, range: Range<usize>, lines: usize) -> Self {
        Self { read, range, lines, tree: OnceLock::new() }
    }

    pub(super) fn read(&self) -> &Arc<ReadDocument> {
        &self.read
    }

    /// Its part of the file's text.
    pub(super) fn text<'t>(&self, file: &'t str) -> &'t str {
        &file[self.range.clone()]
    }

    /// Its tree, with its positions in the file of this text.
    pub(crate) fn tree(&self, file: &str) -> Option<&Document> {
        let tree = self.tree.get_or_init(|| {
            let (tree, _) = yaml::parse_one(self.text(file), &Limits::NONE)?;
            Some(tree.placed(self.range.start, self.lines))
        });
        tree.as_ref()
    }

    /// Its objects, where it is this document of this file.
    pub(crate) fn objects(&self, file: &Arc<str>, document: usize) -> impl Iterator<Item = Object> {
        self.read.objects.iter().map(move |object| {
            let Origin { items, line, .. } = &object.origin;
            let origin =
                Origin { file: Arc::clone(file), document, items: items.clone(), line: line + self.lines };
            Object { origin, ..object.clone() }
        })
    }
}
