//! The table of Kubernetes' own kinds and types. Its form is explained on top of `data/kubernetes.txt`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::types::{Declared, FieldType, Fields, ListKey, ListType, Scalar, TypeRef};

const TEXT: &str = include_str!("../../data/kubernetes.txt");

/// The kinds, and once somebody asks for a field the types.
#[derive(Debug)]
pub(crate) struct Table {
    /// By kind, each with its groups.
    kinds: BTreeMap<&'static str, Vec<(&'static str, KindRow)>>,
    types: OnceLock<Types>,
}

/// A kind of Kubernetes' own.
#[derive(Debug)]
pub(crate) struct KindRow {
    pub(crate) namespaced: bool,
    /// Its type in each version, newest first.
    pub(super) types: Vec<&'static str>,
}

/// The types, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Types {
    names: Vec<&'static str>,
    fields: Vec<Fields>,
}

impl Table {
    pub(crate) fn get() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| Self { kinds: kinds(), types: OnceLock::new() })
    }

    pub(crate) fn kind(&self, group: &str, kind: &str) -> Option<&KindRow> {
        self.kinds.get(kind)?.iter().find_map(|(known, row)| (*known == group).then_some(row))
    }

    /// Whether a kind of this name is in any group.
    pub(crate) fn has_kind(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    pub(crate) fn has_group(&self, group: &str) -> bool {
        self.kinds.values().flatten().any(|(known, _)| *known == group)
    }

    pub(super) fn types(&self) -> &Types {
        self.types.get_or_init(Types::read)
    }
}

impl KindRow {
    pub(super) fn roots(&self) -> impl Iterator<Item = &'static Fields> {
        self.types.iter().filter_map(|name| Table::get().types().fields_of(name))
    }
}

fn kinds() -> BTreeMap<&'static str, Vec<(&'static str, KindRow)>> {
    let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (kind, row) in TEXT.lines().take_while(|line| !line.starts_with("type ")).filter_map(kind) {
        kinds.entry(kind).or_default().push(row);
    }
    kinds
}

/// `kind apps Deployment namespaced v1=apps.v1.Deployment`.
fn kind(line: &'static str) -> Option<(&'static str, (&'static str, KindRow))> {
    let mut words = line.strip_prefix("kind ")?.split(' ');
    let (group, kind, scope) = (words.next()?, words.next()?, words.next()?);
    let group = if group == "-" { "" } else { group };
    let types = words.filter_map(|word| Some(word.split_once('=')?.1)).collect();
    Some((kind, (group, KindRow { namespaced: scope == "namespaced", types })))
}

impl Types {
    fn read() -> Self {
        let names: Vec<&'static str> = TEXT.lines().filter_map(|line| line.strip_prefix("type ")).collect();
        let mut fields = Vec::with_capacity(names.len());
        let mut current: Option<Vec<_>> = None;
        for line in TEXT.lines() {
            if line.starts_with("type ") {
                fields.extend(current.replace(Vec::new()).map(Fields::new));
            } else if let (Some(known), Some(field)) = (&mut current, line.strip_prefix(' ')) {
                known.extend(declared(&names, field));
            }
        }
        fields.extend(current.map(Fields::new));
        Self { names, fields }
    }

    pub(super) fn at(&self, index: usize) -> Option<&Fields> {
        self.fields.get(index)
    }

    pub(super) fn fields_of(&self, name: &str) -> Option<&Fields> {
        self.at(self.index_of(name)?)
    }

    pub(super) fn index_of(&self, name: &str) -> Option<usize> {
        self.names.binary_search(&name).ok()
    }

    pub(super) fn name_of(&self, index: usize) -> Option<&'static str> {
        self.names.get(index).copied()
    }
}

/// `protocol string = "TCP"`; none for a comment.
fn declared(names: &[&'static str], line: &'static str) -> Option<(Cow<'static, str>, Declared)> {
    let (name, rest) = line.split_once(' ').filter(|(name, _)| *name != "#")?;
    let (expression, default) = match rest.split_once(" = ") {
        Some((expression, default)) => (expression, serde_json::from_str(default).ok()),
        None => (rest, None),
    };
    Some((Cow::Borrowed(name), Declared { of: field_type(names, expression), default }))
}

fn field_type(names: &[&'static str], expression: &'static str) -> FieldType {
    if let Some(values) = expression.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return FieldType::Map(Box::new(field_type(names, values)));
    }
    if let Some((marker, items)) = expression.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return FieldType::List(list_type(marker), Box::new(field_type(names, items)));
    }
    match names.binary_search(&expression) {
        Ok(index) => FieldType::Object(TypeRef::Table(index)),
        Err(_) => FieldType::Scalar(scalar(expression).unwrap_or(Scalar::Any)),
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
        let names: Vec<&str> = TEXT.lines().filter_map(|line| line.strip_prefix("type ")).collect();
        assert!(names.is_sorted());
        let mut fields = 0;
        for line in
            TEXT.lines().filter_map(|line| line.strip_prefix(' ')).filter(|line| !line.starts_with('#'))
        {
            let (_, rest) = line.split_once(' ').unwrap();
            let (expression, default) = rest.split_once(" = ").unwrap_or((rest, "null"));
            serde_json::from_str::<serde_json::Value>(default).unwrap();
            let last = expression.rsplit([']', '{']).next().unwrap().trim_end_matches('}');
            assert!(names.binary_search(&last).is_ok() || scalar(last).is_some(), "{line}");
            fields += 1;
        }
        let types = Table::get().types();
        assert!(names.len() > 900 && fields > 3000, "{} types, {fields} fields", names.len());
        assert_eq!((types.names.len(), types.fields.len()), (names.len(), names.len()));
    }

    #[test]
    fn every_kind_has_its_types() {
        for (group, row) in Table::get().kinds.values().flatten() {
            assert!(!row.types.is_empty(), "{group} {:?}", row.types);
            assert_eq!(row.roots().count(), row.types.len(), "{group} {:?}", row.types);
        }
        for version in 28..=36 {
            let first = TEXT.lines().find(|line| line.starts_with("kubernetes ")).unwrap();
            assert!(first.contains(&format!(" 1.{version}.")), "{first}");
        }
    }
}
