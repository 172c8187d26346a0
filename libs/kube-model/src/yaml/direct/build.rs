//! What is made of what is read.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value};

use super::super::{Layout, ScalarStyle, scalar, value};

/// Takes a document's parts as they are read. `None` ends the reading: the document is not this reader's.
pub(super) trait Build<'t> {
    type Node;
    type Mapping;
    type Sequence;

    /// A scalar in quotes or in a block.
    fn text(&mut self, text: Cow<'t, str>, written: Written) -> Self::Node;
    /// A scalar that means what it looks like, and starts at this byte.
    fn plain(&mut self, text: &'t str, start: usize) -> Option<Self::Node>;
    /// Nothing, where a value might stand.
    fn null(&mut self, at: usize) -> Option<Self::Node> {
        self.plain("", at)
    }
    fn mapping(&mut self) -> Self::Mapping;
    /// A key, of which the value follows.
    fn key(&mut self, mapping: &mut Self::Mapping, key: Key<'t>) -> Option<()>;
    /// The value of the last key.
    fn value(&mut self, mapping: &mut Self::Mapping, value: Self::Node) -> Option<()>;
    fn end_mapping(&mut self, mapping: Self::Mapping, laid: Laid) -> Self::Node;
    fn sequence(&mut self) -> Self::Sequence;
    fn item(&mut self, sequence: &mut Self::Sequence, item: Self::Node);
    fn end_sequence(&mut self, sequence: Self::Sequence, laid: Laid) -> Self::Node;
}

/// How a scalar is written, and at which bytes.
pub(super) struct Written {
    pub(super) style: ScalarStyle,
    pub(super) span: Range<usize>,
}

/// How a collection is laid out, and at which bytes.
pub(super) struct Laid {
    pub(super) layout: Layout,
    pub(super) span: Range<usize>,
}

/// A key: what it means, and how it is written.
pub(super) struct Key<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) written: Written,
}

/// Whether a plain scalar is a text, seen without resolving it: no number starts with a letter, and the words that mean
/// something else (`null`, `yes`, `no`, `true`, `false`, `on`, `off`) start with one of five, the longest being `false`.
pub(super) fn is_surely_text(plain: &str) -> bool {
    plain.as_bytes().first().is_some_and(|first| {
        let may_be_word = matches!(first.to_ascii_lowercase(), b'n' | b'y' | b't' | b'f' | b'o');
        first.is_ascii_alphabetic() && (plain.len() > 5 || !may_be_word || !scalar::is_word(plain))
    })
}

/// The key that a plain scalar stands for; none for a merge key, and for what cannot be a key.
pub(super) fn key_of_plain(plain: &str) -> Option<Cow<'_, str>> {
    if is_surely_text(plain) {
        return Some(Cow::Borrowed(plain));
    }
    if plain == "<<" {
        return None;
    }
    match scalar::resolve_plain(plain).ok()? {
        Value::String(_) => Some(Cow::Borrowed(plain)),
        other => value::key_of(other).map(Cow::Owned),
    }
}

/// Makes the document's value.
pub(super) struct Values;

/// A mapping, and the key whose value comes next.
type Open = (Map<String, Value>, String);

impl<'t> Build<'t> for Values {
    type Node = Value;
    type Mapping = Open;
    type Sequence = Vec<Value>;

    fn text(&mut self, text: Cow<'t, str>, _written: Written) -> Value {
        Value::String(text.into_owned())
    }

    fn plain(&mut self, text: &'t str, _start: usize) -> Option<Value> {
        match is_surely_text(text) {
            true => Some(Value::String(text.to_owned())),
            false => scalar::resolve_plain(text).ok(),
        }
    }

    fn mapping(&mut self) -> Open {
        Open::default()
    }

    fn key(&mut self, mapping: &mut Open, key: Key<'t>) -> Option<()> {
        mapping.1 = key.text.into_owned();
        Some(())
    }

    fn value(&mut self, mapping: &mut Open, value: Value) -> Option<()> {
        let key = std::mem::take(&mut mapping.1);
        mapping.0.insert(key, value).is_none().then_some(())
    }

    fn end_mapping(&mut self, mapping: Open, _laid: Laid) -> Value {
        Value::Object(mapping.0)
    }

    fn sequence(&mut self) -> Vec<Value> {
        Vec::new()
    }

    fn item(&mut self, sequence: &mut Vec<Value>, item: Value) {
        sequence.push(item);
    }

    fn end_sequence(&mut self, sequence: Vec<Value>, _laid: Laid) -> Value {
        Value::Array(sequence)
    }
}
