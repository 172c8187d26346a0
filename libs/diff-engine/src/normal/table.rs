//! The tables of defaults and of zero values. Their form is explained on top of `data/defaults.txt`.

use std::collections::HashSet;
use std::sync::OnceLock;

use kube_model::schema::{TYPE_COUNT, TypeRef};
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
        let depends =
            |line: &&str| [" if ", " unless ", " = @mirror "].iter().any(|word| line.contains(word));
        let rows = DEFAULTS.lines().filter(depends).filter_map(|line| row(line.strip_prefix(' ')?));
        rows.filter_map(|row| row.decided_by()).collect()
    })
}

/// What is known of a type, read on the first question about it.
pub(super) fn of_type(of: &TypeRef) -> Option<&'static TypeRow> {
    static ROWS: [OnceLock<TypeRow>; TYPE_COUNT] = [const { OnceLock::new() }; TYPE_COUNT];
    let TypeRef::Table(position) = of else { return None };
    Some(ROWS.get(*position)?.get_or_init(|| of.name().map(read).unwrap_or_default()))
}

fn read(name: &str) -> TypeRow {
    let defaults = blocks();
    let first = defaults.partition_point(|(known, _)| *known < name);
    let blocks = defaults.iter().skip(first).take_while(|(known, _)| *known == name);
    let lines = blocks.flat_map(|(_, block)| block.lines());
    TypeRow { rows: lines.filter_map(|line| row(line.strip_prefix(' ')?)).collect(), zeros: zeros(name) }
}

/// The types that have defaults, sorted by name and then as they are in the table, each with the lines below it.
fn blocks() -> &'static [(&'static str, &'static str)] {
    static BLOCKS: OnceLock<Vec<(&'static str, &'static str)>> = OnceLock::new();
    BLOCKS.get_or_init(|| {
        let of_block = |block: &'static str| {
            let (names, lines) = block.split_once('\n').unwrap_or((block, ""));
            names.split(' ').map(move |name| (name, lines))
        };
        let mut blocks: Vec<_> = DEFAULTS.split("\ntype ").skip(1).flat_map(of_block).collect();
        blocks.sort_by_key(|(name, _)| *name);
        blocks
    })
}

/// The fields that are the same empty as absent. The lines of the table are sorted by their type.
fn zeros(name: &str) -> Vec<Zero> {
    static LINES: OnceLock<Vec<&'static str>> = OnceLock::new();
    let lines = LINES.get_or_init(|| ZERO_VALUES.lines().filter(|line| !line.starts_with('#')).collect());
    let found = lines
        .binary_search_by(|line| line.split(' ').next().cmp(&Some(name)))
        .ok()
        .and_then(|index| lines.get(index));
    found.into_iter().flat_map(|line| line.split(' ').skip(1)).map(zero).collect()
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
        let rows = (0..TYPE_COUNT).filter_map(|position| of_type(&TypeRef::Table(position)));
        let rows: usize = rows.map(|known| known.rows.len()).sum();
        assert!(rows > 130, "{rows} rows");
        let known =
            |name: &str| (0..TYPE_COUNT).any(|position| TypeRef::Table(position).name() == Some(name));
        for (name, _) in blocks() {
            assert!(known(name), "{name}");
        }
    }

    /// A type out of order would silently have no zero values.
    #[test]
    fn every_type_with_zero_values_is_found() {
        for line in ZERO_VALUES.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split(' ');
            let name = words.next().unwrap();
            assert_eq!(zeros(name).len(), words.count(), "{name}");
        }
    }

    #[test]
    fn the_fields_that_decide_a_default_are_those_of_its_rows() {
        let every = (0..TYPE_COUNT).filter_map(|position| of_type(&TypeRef::Table(position)));
        let deciding: HashSet<_> = every.flat_map(|known| &known.rows).filter_map(Row::decided_by).collect();
        assert_eq!(&deciding, deciding_fields());
    }
}
