//! Fields of a kustomization, as Go decodes them: unknown ones are refused, upper and lower case are one, null says
//! nothing.

use super::Located;
use crate::node::{Body, Node};
use crate::origin::Origin;
use crate::scalar::{Scalar, Tag};

/// What is wrong, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: usize,
    pub(crate) why: String,
}

impl Fault {
    pub(crate) fn at(origin: &Origin, why: impl Into<String>) -> Self {
        Self { line: origin.line(), why: why.into() }
    }
}

/// What becomes of fields that nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// They are refused, as in a kustomization.
    Refused,
    /// They say nothing, as in the objects of plugins and the files of replacements.
    Ignored,
}

/// Something that is read from a node.
pub(crate) trait Decode: Sized {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault>;
}

/// A mapping of which each field is known.
pub(crate) struct Fields<'a> {
    node: &'a Node,
    unknown: Unknown,
}

impl<'a> Fields<'a> {
    /// Refuses what is no mapping, and fields that are not among these where unknown ones are refused.
    pub(crate) fn of(node: &'a Node, unknown: Unknown, known: &[&str]) -> Result<Self, Fault> {
        let fields = Self::any(node, unknown)?;
        let is_known = |key: &str| known.iter().any(|name| name.eq_ignore_ascii_case(key));
        match node.entries().iter().find(|(key, _)| unknown == Unknown::Refused && !is_known(key)) {
            Some((key, value)) => Err(Fault::at(&value.origin, format!("the field {key:?} is unknown"))),
            None => Ok(fields),
        }
    }

    /// Refuses what is no mapping.
    pub(crate) fn any(node: &'a Node, unknown: Unknown) -> Result<Self, Fault> {
        match node.body {
            Body::Mapping(_) => Ok(Self { node, unknown }),
            _ => Err(Fault::at(&node.origin, "a mapping is expected here")),
        }
    }

    /// The node of a field; none where it is not given, or null.
    pub(crate) fn node(&self, name: &str) -> Option<&'a Node> {
        let exact = self.node.get(name);
        let found = exact.or_else(|| {
            self.node.entries().iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        });
        found.filter(|node| !node.is_null())
    }

    pub(crate) fn get<T: Decode>(&self, name: &str) -> Result<Option<T>, Fault> {
        self.node(name).map(|node| T::decode(node, self.unknown)).transpose()
    }

    pub(crate) fn list<T: Decode>(&self, name: &str) -> Result<Vec<T>, Fault> {
        Ok(self.get::<Vec<T>>(name)?.unwrap_or_default())
    }

    pub(crate) fn text(&self, name: &str) -> Result<String, Fault> {
        Ok(self.get::<Located<String>>(name)?.map(|text| text.value).unwrap_or_default())
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Fault> {
        Ok(self.get::<bool>(name)?.unwrap_or_default())
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        match &node.body {
            Body::Sequence(items) => items.iter().map(|item| T::decode(item, unknown)).collect(),
            Body::Scalar(scalar) if scalar.is_null() => Ok(Self::new()),
            _ => Err(Fault::at(&node.origin, "a list is expected here")),
        }
    }
}

impl Decode for Located<String> {
    fn decode(node: &Node, _: Unknown) -> Result<Self, Fault> {
        let value = match &node.body {
            Body::Scalar(scalar) if is_text(scalar) => scalar.text.to_string(),
            Body::Scalar(scalar) if scalar.is_null() => String::new(),
            Body::Scalar(_) => {
                return Err(Fault::at(&node.origin, "a string is expected here: write the value in quotes"));
            }
            _ => return Err(Fault::at(&node.origin, "a string is expected here")),
        };
        Ok(located(node, value))
    }
}

pub(crate) fn located<T>(node: &Node, value: T) -> Located<T> {
    let span = node.origin.field().span.unwrap_or_default();
    Located { value, line: node.origin.line(), span }
}

impl Decode for bool {
    fn decode(node: &Node, _: Unknown) -> Result<Self, Fault> {
        match node.as_scalar().filter(|scalar| !scalar.quoted).map(|scalar| &*scalar.text) {
            Some("true" | "True" | "TRUE") => Ok(true),
            Some("false" | "False" | "FALSE") => Ok(false),
            Some(text) if is_yes(text) => Ok(true),
            Some(text) if is_no(text) => Ok(false),
            _ => Err(Fault::at(&node.origin, "true or false is expected here")),
        }
    }
}

impl Decode for i64 {
    fn decode(node: &Node, _: Unknown) -> Result<Self, Fault> {
        let value = node.as_scalar().filter(|scalar| scalar.tag == Tag::Int).and_then(Scalar::value);
        value
            .and_then(|value| value.as_i64())
            .ok_or_else(|| Fault::at(&node.origin, "a whole number is expected here"))
    }
}

impl Decode for super::Pairs {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let entries = Fields::any(node, unknown)?.node.entries();
        let mut pairs: Self = entries
            .iter()
            .map(|(key, value)| Ok((key.to_string(), Located::decode(value, unknown)?)))
            .collect::<Result<_, _>>()?;
        pairs.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(pairs)
    }
}

/// Kustomizations are read as Kubernetes reads YAML, to which `yes` is no text; a date is one.
fn is_text(scalar: &Scalar) -> bool {
    match scalar.tag {
        Tag::Str => scalar.quoted || !(is_yes(&scalar.text) || is_no(&scalar.text)),
        Tag::Timestamp | Tag::Binary => true,
        Tag::Unset => scalar.quoted || crate::scalar::resolve(&scalar.text).tag() == Tag::Str,
        _ => false,
    }
}

fn is_yes(text: &str) -> bool {
    matches!(text, "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON")
}

fn is_no(text: &str) -> bool {
    matches!(text, "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF")
}
