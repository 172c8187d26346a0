//! A value in which every node knows its origin.
//!
//! Collections are shared and copied when they are written, so that a copy of an object costs nothing until it
//! differs. What kustomize does with nodes of YAML (a text that replaces another takes its quotes, a null that is set
//! removes the field) is done here in the same words.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::origin::Origin;
use crate::scalar::{Scalar, Tag, is_other_to_kubernetes};

/// Whether a key that kustomize writes, which is without quotes, is a string when it is printed; other keys it does not
/// print.
pub(crate) fn is_key(text: &str) -> bool {
    crate::scalar::resolve(text).tag() == Tag::Str
}

/// A node of an object.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) body: Body,
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone)]
pub(crate) enum Body {
    Scalar(Scalar),
    Sequence(Arc<Vec<Node>>),
    Mapping(Arc<Vec<(Arc<str>, Node)>>),
}

impl Node {
    pub(crate) fn scalar(scalar: Scalar, origin: &Origin) -> Self {
        Self { body: Body::Scalar(scalar), origin: origin.clone() }
    }

    pub(crate) fn string(text: &str, origin: &Origin) -> Self {
        Self::scalar(Scalar::string(text), origin)
    }

    pub(crate) fn mapping(origin: &Origin) -> Self {
        Self { body: Body::Mapping(Arc::default()), origin: origin.clone() }
    }

    pub(crate) fn sequence(items: Vec<Self>, origin: &Origin) -> Self {
        Self { body: Body::Sequence(Arc::new(items)), origin: origin.clone() }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.body, Body::Scalar(scalar) if scalar.is_null())
    }

    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.body, Body::Mapping(_))
    }

    pub(crate) fn is_sequence(&self) -> bool {
        matches!(self.body, Body::Sequence(_))
    }

    /// Null, or a collection without anything in it.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.body {
            Body::Scalar(scalar) => scalar.is_null(),
            Body::Sequence(items) => items.is_empty(),
            Body::Mapping(entries) => entries.is_empty(),
        }
    }

    pub(crate) fn as_scalar(&self) -> Option<&Scalar> {
        match &self.body {
            Body::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar as it is written; of a collection the empty text.
    pub(crate) fn text(&self) -> &str {
        self.as_scalar().map_or("", |scalar| &scalar.text)
    }

    pub(crate) fn items(&self) -> &[Self] {
        match &self.body {
            Body::Sequence(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn items_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.body {
            Body::Sequence(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    pub(crate) fn entries(&self) -> &[(Arc<str>, Self)] {
        match &self.body {
            Body::Mapping(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn entries_mut(&mut self) -> Option<&mut Vec<(Arc<str>, Self)>> {
        match &mut self.body {
            Body::Mapping(entries) => Some(Arc::make_mut(entries)),
            _ => None,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }

    /// The value under a key, to be written. Looked up first: what is not there copies nothing.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let at = self.entries().iter().position(|(name, _)| &**name == key)?;
        self.entries_mut()?.get_mut(at).map(|(_, value)| value)
    }

    pub(crate) fn at<'a>(&'a self, path: &[&str]) -> Option<&'a Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Removes a field; its value.
    pub(crate) fn remove(&mut self, key: &str) -> Option<Self> {
        let at = self.entries().iter().position(|(name, _)| &**name == key)?;
        Some(self.entries_mut()?.remove(at).1)
    }

    /// Sets a field as kustomize's `FieldSetter` does: null removes it, a text takes the quotes of the text that it
    /// replaces, and a node that stands in several places changes in all (see [`crate::shared`]).
    pub(crate) fn set(&mut self, key: &str, mut value: Self) {
        if value.is_null() {
            self.remove(key);
            return;
        }
        if let Some(old) = self.get_mut(key) {
            old.become_node(value);
            return;
        }
        if let Body::Scalar(scalar) = &mut value.body
            && scalar.tag == Tag::Unset
            && !scalar.quoted
            && is_other_to_kubernetes(&scalar.text)
        {
            scalar.quoted = true;
        }
        if let Some(entries) = self.entries_mut() {
            entries.push((Arc::from(key), value));
        }
    }

    /// Puts a node in the place of this one, in this one's style.
    pub(crate) fn become_node(&mut self, mut value: Self) {
        if let Body::Scalar(new) = &mut value.body {
            let old = self.as_scalar();
            new.quoted = old.is_some_and(|old| old.quoted);
            new.shared = old.map_or(0, |old| old.shared);
        }
        *self = value;
    }

    /// The value; none where a text is not of its type.
    pub(crate) fn value(&self) -> Option<Value> {
        Some(match &self.body {
            Body::Scalar(scalar) => scalar.value()?,
            Body::Sequence(items) => Value::Array(items.iter().map(Self::value).collect::<Option<_>>()?),
            Body::Mapping(entries) => {
                let mut map = Map::new();
                for (key, value) in entries.iter() {
                    map.insert(key.to_string(), value.value()?);
                }
                Value::Object(map)
            }
        })
    }

    /// Writes every scalar as it would be written after a round through JSON; whether all have a value.
    pub(crate) fn settle(&mut self) -> bool {
        match &mut self.body {
            Body::Scalar(scalar) => match scalar.value() {
                Some(value) => {
                    *scalar = canonical(&value);
                    true
                }
                None => false,
            },
            Body::Sequence(items) => Arc::make_mut(items).iter_mut().all(Self::settle),
            Body::Mapping(entries) => Arc::make_mut(entries).iter_mut().all(|(_, value)| value.settle()),
        }
    }
}

fn canonical(value: &Value) -> Scalar {
    match value {
        Value::String(text) => {
            let is_string = crate::scalar::resolve(text).tag() == Tag::Str && !text.contains('\n');
            Scalar { quoted: !is_string, ..Scalar::string(text) }
        }
        Value::Bool(truth) => Scalar::plain(if *truth { "true" } else { "false" }, Tag::Bool),
        Value::Number(number) if number.is_f64() => Scalar::plain(&number.to_string(), Tag::Float),
        Value::Number(number) => Scalar::plain(&number.to_string(), Tag::Int),
        _ => Scalar::plain("null", Tag::Null),
    }
}
