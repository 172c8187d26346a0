//! Values as a tree in which every node knows what set it, and what that hid.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

/// Where a value is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileSpan {
    /// The file, relative to the repository's root.
    pub file: Arc<str>,
    /// Where that is a packaged chart: the file in it.
    pub inside: Option<Arc<str>>,
    /// The line that the value starts on, from 1.
    pub line: usize,
    /// Where it starts and ends, in bytes of the file: a scalar with its quotes, a flow collection with its brackets.
    pub start: usize,
    /// Its end.
    pub end: usize,
}

/// What sets a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A values file, or the chart's own `values.yaml`.
    File(FileSpan),
    /// The layer with this index among [`crate::Release::values`], which is no file.
    Inline(usize),
    /// The entry with this index among [`crate::Release::set`].
    Set(usize),
}

impl FileSpan {
    /// The bytes of the file that the value takes.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// What values are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Null, a boolean, a number or a text.
    Scalar(Value),
    List(Vec<Tree>),
    Map(BTreeMap<String, Tree>),
}

/// A value with what set it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    pub(crate) shape: Shape,
    pub(crate) origin: Option<Origin>,
    /// What set it in the layers below, the nearest first.
    pub(crate) hidden: Vec<Origin>,
}

pub(crate) type Map = BTreeMap<String, Tree>;

impl Tree {
    pub(crate) fn new(shape: Shape, origin: Option<Origin>) -> Self {
        Self { shape, origin, hidden: Vec::new() }
    }

    pub(crate) fn empty() -> Self {
        Self::new(Shape::Map(Map::new()), None)
    }

    /// A value that is set as a whole.
    pub(crate) fn of(value: &Value, origin: Option<&Origin>) -> Self {
        let shape = match value {
            Value::Array(items) => Shape::List(items.iter().map(|item| Self::of(item, origin)).collect()),
            Value::Object(map) => {
                Shape::Map(map.iter().map(|(key, value)| (key.clone(), Self::of(value, origin))).collect())
            }
            scalar => Shape::Scalar(scalar.clone()),
        };
        Self::new(shape, origin.cloned())
    }

    pub(crate) fn is_null(&self) -> bool {
        self.shape == Shape::Scalar(Value::Null)
    }

    pub(crate) fn map(&self) -> Option<&Map> {
        match &self.shape {
            Shape::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.shape {
            Shape::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Notes that this value stands over another one.
    pub(crate) fn hide(&mut self, below: &Tree) {
        self.hidden.extend(below.origin.clone());
        self.hidden.extend(below.hidden.iter().cloned());
    }

    /// The value without its origins. What is null in a map is nothing to a template, and is left out.
    pub(crate) fn value(&self) -> Value {
        match &self.shape {
            Shape::Scalar(value) => value.clone(),
            Shape::List(items) => Value::Array(items.iter().map(Self::value).collect()),
            Shape::Map(map) => {
                let kept = map.iter().filter(|(_, tree)| !tree.is_null());
                Value::Object(kept.map(|(key, tree)| (key.clone(), tree.value())).collect())
            }
        }
    }
}
