//! The tables of defaults and of zero values. Their form is explained on top of `data/defaults.txt`.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::rules::Rule;

const DEFAULTS: &str = include_str!("../../data/defaults.txt");
const ZERO_VALUES: &str = include_str!("../../data/zero-values.txt");

/// What is known of a type.
#[derive(Debug, Default)]
pub(super) struct TypeRow {
    /// What is filled in, in this order.
    pub(super) rows: Vec<Row>,
    /// Fields that are the same empty as absent.
    zeros: Vec<Zero>,
}

/// A field that is the same empty as absent.
#[derive(Debug)]
struct Zero {
    field: &'static str,
    is_struct: bool,
    /// The zero value, where it is written for an absent field.
    written: Option<Value>,
}

/// One default.
#[derive(Debug)]
pub(super) struct Row {
    /// From the object of the type to the field.
    pub(super) path: Vec<&'static str>,
    pub(super) fill: Fill,
    condition: Option<Condition>,
}

/// What is filled in.
#[derive(Debug)]
pub(super) enum Fill {
    Constant(Value),
    Rule(Rule),
}

#[derive(Debug)]
struct Condition {
    unless: bool,
    path: Vec<&'static str>,
    /// None for presence.
    values: Vec<Value>,
}

impl Row {
    /// The name of the field on whose value the default depends, also once it is filled in.
    fn decided_by(&self) -> Option<&'static str> {
        match (&self.fill, &self.condition) {
            (Fill::Rule(Rule::Mirror(field)), _) => Some(field),
            (_, condition) => condition.as_ref()?.path.last().copied(),
        }
    }

    pub(super) fn applies(&self, object: &Map<String, Value>) -> bool {
        self.condition.as_ref().is_none_or(|condition| condition.holds(object))
    }
}

impl Condition {
    fn holds(&self, object: &Map<String, Value>) -> bool {
        let found = at(object, &self.path);
        let holds = match self.values.as_slice() {
            [] => found.is_some(),
            values => found.is_some_and(|found| values.contains(found)),
        };
        holds != self.unless
    }
}

impl TypeRow {
    /// Whether a field with this value is left out.
    pub(super) fn is_zero(&self, field: &str, value: &Value) -> bool {
        let zero = |zero: &Zero| zero.field == field && zero.written.is_none() && zero.is_zero(value);
        self.zeros.iter().any(zero)
    }

    /// Fields that are structs in Go, and so are always there.
    pub(super) fn structs(&self) -> impl Iterator<Item = &'static str> {
        self.zeros.iter().filter(|zero| zero.is_struct).map(|zero| zero.field)
    }

    /// Fields that are written although they are empty, with what is written.
    pub(super) fn written(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.zeros.iter().filter_map(|zero| Some((zero.field, zero.written.as_ref()?)))
    }
}

impl Zero {
    fn is_zero(&self, value: &Value) -> bool {
        match value {
            Value::Object(map) => self.is_struct && map.is_empty(),
            Value::String(text) => text.is_empty(),
            Value::Bool(value) => !value,
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::Null | Value::Array(_) => false,
        }
    }
}

/// The value below these keys.
pub(super) fn at<'a>(object: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(object.get(*first)?, |value, key| value.get(key))
}

/// The names of the fields on whose value a default depends.
pub(super) fn deciding_fields() -> &'static HashSet<&'static str> {
    static FIELDS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        let rows = types().values().flat_map(|known| &known.rows);
        rows.filter_map(Row::decided_by).collect()
    })
}

/// What is known of the type of this name.
pub(super) fn of_type(name: &str) -> Option<&'static TypeRow> {
    types().get(name)
}

fn types() -> &'static HashMap<&'static str, TypeRow> {
    static TYPES: OnceLock<HashMap<&'static str, TypeRow>> = OnceLock::new();
    TYPES.get_or_init(read)
}

fn read() -> HashMap<&'static str, TypeRow> {
    let mut types: HashMap<&'static str, TypeRow> = HashMap::new();
    let mut current: Vec<&'static str> = Vec::new();
    for line in DEFAULTS.lines().filter(|line| !line.starts_with('#')) {
        if let Some(names) = line.strip_prefix("type ") {
            current = names.split(' ').collect();
        } else if let Some(text) = line.strip_prefix(' ') {
            for name in &current {
                types.entry(name).or_default().rows.extend(row(text));
            }
        }
    }
    for line in ZERO_VALUES.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let Some(name) = words.next() else { continue };
        types.entry(name).or_default().zeros = words.map(zero).collect();
    }
    types
}

/// `image`, `resources{}`, `serviceName=""`.
fn zero(word: &'static str) -> Zero {
    let (field, written) = match word.split_once('=') {
        Some((field, zero)) => (field, serde_json::from_str(zero).ok()),
        None => (word, None),
    };
    let (field, is_struct) = field.strip_suffix("{}").map_or((field, false), |field| (field, true));
    Zero { field, is_struct, written }
}

/// `strategy.type = "RollingUpdate"`, `port = 443 if kind is "a" "b"`, `serviceAccount = @same-as serviceAccountName`.
fn row(text: &'static str) -> Option<Row> {
    let (path, rest) = text.split_once(" = ")?;
    let (fill, condition) = match (rest.split_once(" if "), rest.split_once(" unless ")) {
        (Some((fill, condition)), _) => (fill, Some(condition_of(condition, false)?)),
        (None, Some((fill, condition))) => (fill, Some(condition_of(condition, true)?)),
        (None, None) => (rest, None),
    };
    let fill = match fill.strip_prefix('@') {
        Some(rule) => Fill::Rule(Rule::read(rule)?),
        None => Fill::Constant(serde_json::from_str(fill).ok()?),
    };
    Some(Row { path: path.split('.').collect(), fill, condition })
}

fn condition_of(text: &'static str, unless: bool) -> Option<Condition> {
    let (path, values) = text.split_once(" is ").unwrap_or((text, ""));
    let values = values.split(' ').filter(|value| !value.is_empty()).map(serde_json::from_str);
    Some(Condition {
        unless,
        path: path.split('.').collect(),
        values: values.collect::<Result<_, _>>().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row that the reader does not understand would silently be no default.
    #[test]
    fn every_row_is_understood_and_of_a_type_that_exists() {
        let lines = DEFAULTS.lines().chain(ZERO_VALUES.lines()).filter(|line| !line.starts_with('#'));
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with("type ")) {
            assert!(!line.starts_with(' ') || line.strip_prefix(' ').and_then(row).is_some(), "{line}");
        }
        let rows: usize = read().values().map(|row| row.rows.len()).sum();
        assert!(rows > 130, "{rows} rows");
    }
}
