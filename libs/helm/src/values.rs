//! The values that a chart's templates see, and where each of them is written.

use std::fmt;

use serde_json::Value;

use crate::chart_values::Enabled;
use crate::error::HelmError;
use crate::merge::{Nulls, coalesce, lay_over};
use crate::read::{FileName, read_map};
use crate::release::{Layer, Release, SchemaCheck, Set};
use crate::schema;
use crate::set;
use crate::tree::{FileSpan, Map, Origin, Shape, Tree};

/// The values that a chart's templates see as `.Values`: its own, those of the charts that it holds under their names,
/// and what the release lays over them.
#[derive(Debug, Clone)]
pub struct Values {
    tree: Tree,
}

/// A step in values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a map.
    Key(String),
    /// Into a list, from 0.
    Index(usize),
}

/// Where a value is in values. It is shown as `--set` takes it: `image.tag`, `hosts[0].name`, `annotations.a\.b/c`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ValuePath(pub Vec<Step>);

/// A scalar among values.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalarValue {
    /// Where it is.
    pub path: ValuePath,
    /// Null, a boolean, a number or a text.
    pub value: Value,
    /// What set it; none only for what Helm makes up.
    pub origin: Option<Origin>,
}

impl Values {
    /// The values of a release, as `helm template` merges them. What is null in a map is nothing to a template, and is
    /// left out.
    ///
    /// # Errors
    /// `HELM_VALUES_INVALID`, `HELM_SET_INVALID`, `HELM_VALUES_CONFLICT`; `HELM_VALUES_SCHEMA` and `HELM_SCHEMA_INVALID`
    /// unless the release leaves the check out.
    pub fn of(release: &Release) -> Result<Self, HelmError> {
        let mut given = Tree::empty();
        for (index, layer) in release.values.iter().enumerate() {
            lay_over(&mut given, read_layer(layer, index)?);
        }
        for (index, set) in in_order(&release.set) {
            set::apply(set, index, &mut given)?;
        }
        let Shape::Map(mut values) = given.shape else { return Ok(Self { tree: given }) };
        let chart = Enabled::settle(&release.chart, &values)?;
        coalesce(&chart, &mut values, Nulls::Delete)?;
        if release.schema == SchemaCheck::On {
            check(&chart, &values)?;
        }
        Ok(Self { tree: Tree::new(Shape::Map(values), None) })
    }

    /// The values without where they are written.
    #[must_use]
    pub fn merged(&self) -> Value {
        self.tree.value()
    }

    /// The value at a path.
    #[must_use]
    pub fn get(&self, path: &ValuePath) -> Option<Value> {
        self.find(path).map(Tree::value)
    }

    /// What set the value at a path; of a map, the layer that wrote it last. None for what is not there.
    #[must_use]
    pub fn origin(&self, path: &ValuePath) -> Option<&Origin> {
        self.find(path)?.origin.as_ref()
    }

    /// Where the value at a path is written; none if it is not there, or written in no file.
    #[must_use]
    pub fn winner(&self, path: &ValuePath) -> Option<&FileSpan> {
        match self.origin(path)? {
            Origin::File(span) => Some(span),
            Origin::Inline(_) | Origin::Set(_) => None,
        }
    }

    /// What the value at a path hides in the layers below, the nearest first.
    #[must_use]
    pub fn hidden(&self, path: &ValuePath) -> &[Origin] {
        self.find(path).map(|tree| tree.hidden.as_slice()).unwrap_or_default()
    }

    /// Every scalar, in the order of their paths.
    #[must_use]
    pub fn scalars(&self) -> Vec<ScalarValue> {
        let mut found = Vec::new();
        collect(&self.tree, &mut ValuePath::default(), &mut found);
        found
    }

    fn find(&self, path: &ValuePath) -> Option<&Tree> {
        path.0.iter().try_fold(&self.tree, |tree, step| match (&tree.shape, step) {
            (Shape::Map(map), Step::Key(key)) => map.get(key),
            (Shape::List(items), Step::Index(index)) => items.get(*index),
            _ => None,
        })
    }
}

fn read_layer(layer: &Layer, index: usize) -> Result<Tree, HelmError> {
    match layer {
        Layer::File { path, bytes } => {
            read_map(bytes, &FileName { file: path.as_str().into(), inside: None })
        }
        Layer::Inline(value) => {
            let tree = Tree::of(value, Some(&Origin::Inline(index)));
            let failed = |why: &str| HelmError::Values {
                file: format!("the inline values {}", index + 1),
                line: 1,
                column: 1,
                why: why.to_owned(),
            };
            match tree.shape {
                Shape::Map(_) => Ok(tree),
                Shape::Scalar(Value::Null) => Ok(Tree::empty()),
                _ => Err(failed("values are a mapping")),
            }
        }
    }
}

/// Helm takes one kind of option after the other, whatever their order is.
fn in_order(set: &[Set]) -> Vec<(usize, &Set)> {
    let rank = |set: &Set| match set {
        Set::Json(_) => 0,
        Set::Typed(_) => 1,
        Set::Text(_) => 2,
        Set::File { .. } => 3,
        Set::Literal(_) => 4,
    };
    let mut ordered: Vec<(usize, &Set)> = set.iter().enumerate().collect();
    ordered.sort_by_key(|(index, set)| (rank(set), *index));
    ordered
}

/// Each chart's values against its own schema.
fn check(chart: &Enabled<'_>, values: &Map) -> Result<(), HelmError> {
    if let Some(bytes) = &chart.chart.schema {
        let value = Tree::new(Shape::Map(values.clone()), None).value();
        schema::check(&chart.name, bytes, &value)?;
    }
    for part in &chart.parts {
        if let Some(inner) = values.get(&part.name).and_then(Tree::map) {
            check(part, inner)?;
        }
    }
    Ok(())
}

fn collect(tree: &Tree, path: &mut ValuePath, found: &mut Vec<ScalarValue>) {
    match &tree.shape {
        Shape::Scalar(value) => {
            let (path, value) = (path.clone(), value.clone());
            found.push(ScalarValue { path, value, origin: tree.origin.clone() });
        }
        Shape::List(items) => items.iter().enumerate().for_each(|(index, item)| {
            path.0.push(Step::Index(index));
            collect(item, path, found);
            path.0.pop();
        }),
        Shape::Map(map) => map.iter().filter(|(_, tree)| !tree.is_null()).for_each(|(key, tree)| {
            path.0.push(Step::Key(key.clone()));
            collect(tree, path, found);
            path.0.pop();
        }),
    }
}

impl ValuePath {
    /// A path of keys alone.
    #[must_use]
    pub fn of_keys<K: Into<String>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self(keys.into_iter().map(|key| Step::Key(key.into())).collect())
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(at) => write!(f, "[{at}]")?,
                Step::Key(key) => {
                    let dot = if index == 0 { "" } else { "." };
                    write!(f, "{dot}{}", escaped(key))?;
                }
            }
        }
        Ok(())
    }
}

fn escaped(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for c in key.chars() {
        if matches!(c, '.' | ',' | '=' | '[' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}
