//! Which rendered fields a value reaches, found by rendering with markers in the values' places and not by their names.
//!
//! The caller renders. What is rendered comes in as scalars by their places, whatever a place is to the caller.

mod marker;
mod trace;

use serde_json::Value;

use crate::values::{ValuePath, Values};
pub use trace::{Reach, trace};

/// The shortest text that is looked for inside of other texts: shorter ones are in many.
const SHORTEST: usize = 2;

/// The values that a rendered scalar may come from, the likeliest first: those that are equal to it, then those that it
/// contains, the longest first. Null and empty texts are in none.
#[must_use]
pub fn candidates(values: &Values, rendered: &Value) -> Vec<ValuePath> {
    let text = text_of(rendered);
    let mut found: Vec<(bool, usize, ValuePath)> = values
        .scalars()
        .into_iter()
        .filter_map(|scalar| {
            let own = text_of(&scalar.value);
            let is_equal = own == text;
            let is_inside = own.len() >= SHORTEST && !scalar.value.is_boolean() && text.contains(&own);
            ((is_equal || is_inside) && !own.is_empty()).then_some((
                !is_equal,
                usize::MAX - own.len(),
                scalar.path,
            ))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, _, path)| path).collect()
}

/// A scalar as text has it; empty for null and for what is no scalar.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}
