//! The table of Kubernetes' own kinds and types. Its form is explained on top of `data/kubernetes.txt`.
//!
//! The lines are indexed when this is compiled, kinds and types are sorted, and the fields of a type are read on the first
//! question about them: a run that sees three kinds reads the types of three kinds.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::types::{Declared, FieldType, Fields, ListKey, ListType, Scalar, TypeRef};

const TEXT: &str = include_str!("../../data/kubernetes.txt");

const KIND: &str = "kind ";
const TYPE: &str = "type ";

/// Where the lines of kinds begin in the text: sorted by group and kind.
static KINDS: [usize; count(KIND)] = starts(KIND);

/// Where the lines of types begin in the text: sorted by name.
static TYPES: [usize; TYPE_COUNT] = starts(TYPE);

static FIELDS: [OnceLock<Fields>; TYPE_COUNT] = [const { OnceLock::new() }; TYPE_COUNT];

/// How many types the table has: positions among them are less.
pub const TYPE_COUNT: usize = count(TYPE);

/// A kind of Kubernetes' own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KindRow {
    pub(crate) namespaced: bool,
    /// `v1=apps.v1.Deployment …`, newest first.
    versions: &'static str,
}

impl KindRow {
    /// The names of its types, the newest version's first.
    pub(super) fn types(self) -> impl Iterator<Item = &'static str> {
        self.versions.split(' ').filter_map(|word| Some(word.split_once('=')?.1))
    }

    pub(super) fn roots(self) -> impl Iterator<Item = &'static Fields> {
        self.types().filter_map(fields_of)
    }
}

pub(crate) fn kind(group: &str, kind: &str) -> Option<KindRow> {
    static ROWS: OnceLock<HashMap<(&'static str, &'static str), KindRow>> = OnceLock::new();
    // Every object asks, some several times.
    let rows = ROWS.get_or_init(|| {
        let row = |start: &usize| Some((group_and_kind(*start), kind_row(*start)?));
        KINDS.iter().filter_map(row).collect()
    });
    rows.get(&(written(group), kind)).copied()
}

fn kind_row(start: usize) -> Option<KindRow> {
    let mut words = line(start).splitn(5, ' ').skip(3);
    Some(KindRow { namespaced: words.next()? == "namespaced", versions: words.next()? })
}

/// Whether a kind of this name is in any group.
pub(crate) fn has_kind(kind: &str) -> bool {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut names: Vec<_> = KINDS.iter().map(|start| group_and_kind(*start).1).collect();
        names.sort_unstable();
        names
    });
    names.binary_search(&kind).is_ok()
}

/// Whether the group of any kind is this one.
pub(crate) fn has_group(group: &str) -> bool {
    static GROUPS: OnceLock<Vec<&'static str>> = OnceLock::new();
    let groups = GROUPS.get_or_init(|| {
        // They are sorted, as the kinds are.
        let mut groups: Vec<_> = KINDS.iter().map(|start| group_and_kind(*start).0).collect();
        groups.dedup();
        groups
    });
    groups.binary_search(&written(group)).is_ok()
}

pub(super) fn fields_of(name: &str) -> Option<&'static Fields> {
    fields_at(index_of(name)?)
}

/// The fields of the type at this position.
pub(super) fn fields_at(index: usize) -> Option<&'static Fields> {
    let (start, fields) = (TYPES.get(index)?, FIELDS.get(index)?);
    Some(fields.get_or_init(|| read_fields(*start)))
}

pub(super) fn index_of(name: &str) -> Option<usize> {
    TYPES.binary_search_by(|start| type_name(*start).cmp(name)).ok()
}

pub(super) fn name_of(index: usize) -> Option<&'static str> {
    Some(type_name(*TYPES.get(index)?))
}

/// How many lines of the text begin so.
const fn count(with: &str) -> usize {
    let (mut found, mut at) = (0, 0);
    while at < TEXT.len() {
        if begins(at, with.as_bytes()) {
            found += 1;
        }
        at = next_line(at);
    }
    found
}

/// Where the lines of the text begin that begin so.
const fn starts<const N: usize>(with: &str) -> [usize; N] {
    let mut starts = [0; N];
    let (mut found, mut at) = (0, 0);
    while at < TEXT.len() {
        if begins(at, with.as_bytes()) {
            starts[found] = at;
            found += 1;
        }
        at = next_line(at);
    }
    starts
}

const fn begins(at: usize, with: &[u8]) -> bool {
    let mut equal = 0;
    while equal < with.len() && at + equal < TEXT.len() && TEXT.as_bytes()[at + equal] == with[equal] {
        equal += 1;
    }
    equal == with.len()
}

const fn next_line(mut at: usize) -> usize {
    while at < TEXT.len() && TEXT.as_bytes()[at] != b'\n' {
        at += 1;
    }
    at + 1
}

fn line(start: usize) -> &'static str {
    let rest = TEXT.get(start..).unwrap_or_default();
    rest.split_once('\n').map_or(rest, |(line, _)| line)
}

/// Of `kind apps Deployment namespaced v1=apps.v1.Deployment`.
fn group_and_kind(start: usize) -> (&'static str, &'static str) {
    let mut words = TEXT.get(start..).unwrap_or_default().splitn(4, ' ').skip(1);
    (words.next().unwrap_or_default(), words.next().unwrap_or_default())
}

/// The core group has no name, and the table writes one.
fn written(group: &str) -> &str {
    if group.is_empty() { "-" } else { group }
}

fn type_name(start: usize) -> &'static str {
    line(start).strip_prefix(TYPE).unwrap_or_default()
}

fn read_fields(start: usize) -> Fields {
    let lines = TEXT.get(start..).unwrap_or_default().lines().skip(1);
    Fields::new(lines.map_while(|line| line.strip_prefix(' ')).filter_map(declared).collect())
}

/// `protocol string = "TCP"`; none for a comment.
fn declared(line: &'static str) -> Option<(Cow<'static, str>, Declared)> {
    let (name, rest) = line.split_once(' ').filter(|(name, _)| *name != "#")?;
    let (expression, default) = match rest.split_once(" = ") {
        Some((expression, default)) => (expression, serde_json::from_str(default).ok()),
        None => (rest, None),
    };
    Some((Cow::Borrowed(name), Declared { of: field_type(expression), default }))
}

fn field_type(expression: &'static str) -> FieldType {
    if let Some(values) = expression.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return FieldType::Map(Box::new(field_type(values)));
    }
    if let Some((marker, items)) = expression.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return FieldType::List(list_type(marker), Box::new(field_type(items)));
    }
    match scalar(expression) {
        Some(scalar) => FieldType::Scalar(scalar),
        None => index_of(expression)
            .map_or(FieldType::Scalar(Scalar::Any), |index| FieldType::Object(TypeRef::Table(index))),
    }
}

fn list_type(marker: &'static str) -> ListType {
    let key = |key: &'static str| match key.split_once('=') {
        Some((field, default)) => ListKey { field: field.into(), default: Some(default.into()) },
        None => ListKey { field: key.into(), default: None },
    };
    match marker {
        "" => ListType::Atomic,
        "*" => ListType::Set,
        keys => ListType::Map(keys.split(',').map(key).collect()),
    }
}

fn scalar(word: &str) -> Option<Scalar> {
    Some(match word {
        "string" => Scalar::String,
        "integer" => Scalar::Integer,
        "number" => Scalar::Number,
        "boolean" => Scalar::Boolean,
        "quantity" => Scalar::Quantity,
        "int-or-string" => Scalar::IntOrString,
        "time" => Scalar::Time,
        "byte" => Scalar::Byte,
        "any" => Scalar::Any,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word that the reader does not know would silently be a value of any type.
    #[test]
    fn every_line_of_the_table_is_understood() {
        let mut fields = 0;
        for line in
            TEXT.lines().filter_map(|line| line.strip_prefix(' ')).filter(|line| !line.starts_with('#'))
        {
            let (_, rest) = line.split_once(' ').unwrap();
            let (expression, default) = rest.split_once(" = ").unwrap_or((rest, "null"));
            serde_json::from_str::<serde_json::Value>(default).unwrap();
            let last = expression.rsplit([']', '{']).next().unwrap().trim_end_matches('}');
            assert!(index_of(last).is_some() || scalar(last).is_some(), "{line}");
            fields += 1;
        }
        let read: usize = (0..TYPE_COUNT).map(|index| fields_at(index).unwrap().iter().count()).sum();
        assert!(TYPE_COUNT > 900 && fields > 3000, "{TYPE_COUNT} types, {fields} fields");
        assert_eq!(read, fields);
    }

    #[test]
    fn what_is_looked_up_is_sorted_and_all_there() {
        let names: Vec<&str> = TEXT.lines().filter_map(|line| line.strip_prefix("type ")).collect();
        assert!(names.is_sorted());
        assert_eq!((0..TYPE_COUNT).map(|index| name_of(index).unwrap()).collect::<Vec<_>>(), names);
        assert!(KINDS.is_sorted_by_key(|start| group_and_kind(*start)));
        assert_eq!(KINDS.len(), TEXT.lines().filter(|line| line.starts_with("kind ")).count());
    }

    #[test]
    fn every_kind_has_its_types() {
        for (group, name) in KINDS.map(group_and_kind) {
            let row = kind(if group == "-" { "" } else { group }, name).unwrap();
            assert!(row.types().count() > 0 && has_kind(name), "{group} {name}");
            assert_eq!(row.roots().count(), row.types().count(), "{group} {name}");
        }
        for version in 28..=36 {
            let first = TEXT.lines().find(|line| line.starts_with("kubernetes ")).unwrap();
            assert!(first.contains(&format!(" 1.{version}.")), "{first}");
        }
    }
}
