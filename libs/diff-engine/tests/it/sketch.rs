//! Manifests, made of a few choices.
//!
//! A kind is a sketch: what may stand where. A row of bytes decides; zeros choose the least, so that what proptest finds it also
//! makes small. Two rows that have most in common make two manifests that do.

use proptest::prelude::*;
use serde_json::Value;

/// What may stand in a place.
pub(crate) enum Sketch {
    /// One of these; `null` for nothing, [`NULL`] for a null that is written.
    One(Vec<Value>),
    /// A mapping of these fields.
    Fields(Vec<(&'static str, Sketch)>),
    /// A list of some of these items, in some order.
    Items(Vec<Sketch>),
}

use Sketch::{Fields, Items, One};

pub(crate) const NULL: &str = "(null)";

/// The bytes that decide.
pub(crate) struct Choices<'c>(std::slice::Iter<'c, u8>);

impl<'c> Choices<'c> {
    pub(crate) fn of(row: &'c [u8]) -> Self {
        Self(row.iter())
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % count
    }
}

/// Two rows: the second is the first with some of it decided anew.
pub(crate) fn pair_of_rows() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let row = prop::collection::vec(any::<u8>(), 0..160);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12);
    (row, edits).prop_map(|(row, edits)| {
        let mut edited = row.clone();
        for (index, byte) in edits.into_iter().filter(|_| !row.is_empty()) {
            edited[index.index(row.len())] = byte;
        }
        (row, edited)
    })
}

/// What the choices make of a sketch.
pub(crate) fn drawn(sketch: &Sketch, choices: &mut Choices<'_>) -> Option<Value> {
    match sketch {
        One(values) => match values[choices.below(values.len())].clone() {
            Value::Null => None,
            value if value == NULL => Some(Value::Null),
            value => Some(value),
        },
        Fields(fields) => {
            let fields =
                fields.iter().filter_map(|(name, of)| Some(((*name).to_owned(), drawn(of, choices)?)));
            Some(Value::Object(fields.collect()))
        }
        Items(items) => {
            let mut list = Vec::new();
            for item in items {
                let (chosen, at) = (choices.below(3), choices.below(list.len() + 1));
                let item = drawn(item, choices).filter(|_| chosen != 0);
                item.into_iter().for_each(|item| list.insert(list.len() - at, item));
            }
            Some(Value::Array(list))
        }
    }
}
