//! The types of fields.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

/// What is known of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field<'a> {
    /// Its type.
    pub field_type: &'a FieldType,
    /// The value that the API server gives it when it is left out, where the schema says so. Zero values (`0`, `""`,
    /// `false`, an empty object) are not published as defaults.
    pub default: Option<&'a Value>,
}

impl<'a> Field<'a> {
    /// How the list is merged, if the field is one.
    #[must_use]
    pub fn list(self) -> Option<&'a ListType> {
        match self.field_type {
            FieldType::List(list, _) => Some(list),
            _ => None,
        }
    }

    /// The scalar that the field holds, if it holds one.
    #[must_use]
    pub fn scalar(self) -> Option<Scalar> {
        match self.field_type {
            FieldType::Scalar(scalar) => Some(*scalar),
            _ => None,
        }
    }
}

/// The type of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    /// An object with fields of its own.
    Object(TypeRef),
    /// A mapping of free keys to values of one type.
    Map(Box<FieldType>),
    /// A list of items of one type.
    List(ListType, Box<FieldType>),
    /// A plain value, or one of which nothing is said.
    Scalar(Scalar),
}

/// The fields of an object type.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeRef {
    /// A type of the table, by its position.
    Table(usize),
    /// A type that stands where it is used.
    Inline(Arc<Fields>),
}

/// How a list is merged (`x-kubernetes-list-type`).
#[derive(Debug, Clone, PartialEq)]
pub enum ListType {
    /// By the keys of its items.
    Map(Vec<ListKey>),
    /// As a set of plain values.
    Set,
    /// As one value.
    Atomic,
    /// The schema does not say: Kubernetes replaces such a list of a custom resource whole.
    Unmarked,
}

/// A field that identifies an item of a list, and what it is when it is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListKey {
    /// The field: dotted for a nested one.
    pub field: Cow<'static, str>,
    /// Its default.
    pub default: Option<Cow<'static, str>>,
}

/// A plain value's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// An amount: `500m`, `1Gi`.
    Quantity,
    /// A number, or a text such as a percentage or a port's name.
    IntOrString,
    /// A time as in RFC 3339.
    Time,
    /// A length of time as Go writes it: `1h30m`.
    Duration,
    /// Bytes in base64.
    Byte,
    /// Anything.
    Any,
}

/// A field as its type declares it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Declared {
    pub(super) of: FieldType,
    pub(super) default: Option<Value>,
}

/// Fields by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields(Vec<(Cow<'static, str>, Declared)>);

impl Fields {
    /// The fields, in any order.
    pub(super) fn new(mut fields: Vec<(Cow<'static, str>, Declared)>) -> Self {
        fields.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self(fields)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Declared> {
        let index = self.0.binary_search_by(|(field, _)| (**field).cmp(name)).ok()?;
        self.0.get(index).map(|(_, declared)| declared)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Declared)> {
        self.0.iter().map(|(name, declared)| (&**name, declared))
    }
}
