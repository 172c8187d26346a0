//! The condition in `select(…)`.

use serde_json::Value;

use super::expression::{Step, follow};

/// A condition on a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// All of these.
    And(Vec<Condition>),
    /// One of these.
    Or(Vec<Condition>),
    /// `… | not`.
    Not(Box<Condition>),
    /// `.name == "x"`; unequal if so said.
    Equals { at: Vec<Step>, value: Value, unequal: bool },
    /// `.name | test("x")`, `startswith("x")` and the like.
    Text { at: Vec<Step>, test: Test, text: String },
    /// `has("x")`.
    Has { at: Vec<Step>, key: String },
    /// `.name`: there, and neither null nor false.
    Truth(Vec<Step>),
}

/// How a text is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    StartsWith,
    EndsWith,
    Contains,
    Equal,
}

impl Condition {
    pub(super) fn holds(&self, value: &Value) -> bool {
        match self {
            Self::And(all) => all.iter().all(|one| one.holds(value)),
            Self::Or(some) => some.iter().any(|one| one.holds(value)),
            Self::Not(one) => !one.holds(value),
            Self::Equals { at, value: wanted, unequal } => {
                (follow(at, value).unwrap_or(&Value::Null) == wanted) != *unequal
            }
            Self::Text { at, test, text } => {
                let found = follow(at, value).and_then(Value::as_str);
                found.is_some_and(|found| match test {
                    Test::StartsWith => found.starts_with(text),
                    Test::EndsWith => found.ends_with(text),
                    Test::Contains => found.contains(text),
                    Test::Equal => found == text,
                })
            }
            Self::Has { at, key } => follow(at, value).is_some_and(|value| value.get(key).is_some()),
            Self::Truth(at) => {
                follow(at, value).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)))
            }
        }
    }
}
