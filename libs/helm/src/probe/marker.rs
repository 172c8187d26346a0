//! What stands in a value's place: of the same type and look, and nowhere else.

use serde_json::{Number, Value, json};

use super::text_of;
use crate::release::{Release, SchemaCheck, Set};
use crate::tree::Origin;
use crate::values::{Step, ValuePath, Values};

/// Numbers are this far apart, so that what a template adds to one does not make it another.
const STEP: u64 = 17;

/// A value with what stands in its place.
#[derive(Debug, Clone)]
pub(super) struct Marked {
    pub(super) path: ValuePath,
    pub(super) marker: Value,
}

impl Marked {
    /// The value at a path with a marker that is no other one's; none for what cannot be marked: null, and what is not
    /// there. A boolean is turned over.
    pub(super) fn new(values: &Values, path: &ValuePath, index: u64) -> Option<Self> {
        // Small enough for a template that counts up to it.
        let number = 7_001 + index * STEP;
        let marker = match values.get(path)? {
            Value::Bool(value) => Value::Bool(!value),
            Value::Number(value) if value.is_f64() => Value::Number(Number::from_f64(number as f64 + 0.5)?),
            Value::Number(_) => json!(number),
            Value::String(text) => Value::String(marked_text(&text, number)),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        let is_nameless = path.0.iter().any(|step| matches!(step, Step::Key(key) if key.is_empty()));
        (!is_nameless).then(|| Self { path: path.clone(), marker })
    }

    /// Whether it says by itself where it comes out.
    pub(super) fn is_visible(&self) -> bool {
        !self.marker.is_boolean()
    }

    /// Whether a rendered scalar has the marker in it.
    pub(super) fn is_in(&self, rendered: &Value) -> bool {
        self.is_visible() && text_of(rendered).contains(&text_of(&self.marker))
    }
}

/// Versions stay versions, and quantities quantities: templates compare and convert them.
fn marked_text(text: &str, number: u64) -> String {
    let numbers = text.strip_prefix('v').unwrap_or(text);
    let digits = numbers.find(|c: char| !c.is_ascii_digit()).unwrap_or(numbers.len());
    let (first, rest) = numbers.split_at(digits);
    let prefix = &text[..text.len() - numbers.len()];
    let is_unit = |rest: &str| rest.len() <= 2 && rest.chars().all(|c| c.is_ascii_alphabetic() || c == '%');
    match first.is_empty() {
        false if rest.is_empty() => format!("{prefix}{number}"),
        false if is_version(rest) => format!("{prefix}{number}.0.0"),
        false if prefix.is_empty() && is_unit(rest) => format!("{number}{rest}"),
        _ => format!("plimsoll-{number}-probe"),
    }
}

fn is_version(rest: &str) -> bool {
    let number = rest.strip_prefix('.').map(|rest| rest.chars().next().is_some_and(|c| c.is_ascii_digit()));
    number == Some(true) && rest.chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c))
}

/// The release with the markers in their values' places. The chart's schema is not asked about them.
pub(super) fn with_markers(release: &Release, values: &Values, marked: &[&Marked]) -> Release {
    let mut probed = Release { schema: SchemaCheck::Skipped, ..release.clone() };
    let mut lists: Vec<(ValuePath, Value)> = Vec::new();
    for marked in marked {
        let setter = setter(release, values.origin(&marked.path));
        match (list_of(&marked.path), &setter) {
            // Helm sets items of what is given, and not of the chart's own lists: those are given as a whole.
            (Some(list), Setter::Above) => {
                let at = match lists.iter().position(|(path, _)| *path == list) {
                    Some(at) => at,
                    None => {
                        lists.push((list.clone(), values.get(&list).unwrap_or_default()));
                        lists.len() - 1
                    }
                };
                put(&mut lists[at].1, &marked.path.0[list.0.len()..], &marked.marker);
            }
            _ => probed.set.push(set(&setter, &marked.path, &marked.marker)),
        }
    }
    probed.set.extend(lists.iter().map(|(path, list)| Set::Json(format!("{path}={list}"))));
    probed
}

/// What a marker has to stand over.
enum Setter {
    /// Files and inline values: anything that is set stands over those.
    Above,
    Typed,
    Text,
    Json,
}

fn setter(release: &Release, origin: Option<&Origin>) -> Setter {
    match origin {
        Some(Origin::Set(index)) => match release.set.get(*index) {
            Some(Set::Typed(_)) => Setter::Typed,
            Some(Set::Text(_) | Set::Literal(_) | Set::File { .. }) => Setter::Text,
            Some(Set::Json(_)) => Setter::Json,
            None => Setter::Above,
        },
        _ => Setter::Above,
    }
}

/// Helm takes its options kind by kind: a marker is set by the kind that set the value, behind it.
fn set(setter: &Setter, path: &ValuePath, marker: &Value) -> Set {
    match (setter, marker) {
        (Setter::Above | Setter::Json, _) => Set::Json(format!("{path}={marker}")),
        // By its look `--set` would make a number of it.
        (Setter::Typed, Value::String(text)) if text.parse::<i64>().is_ok() => {
            Set::Text(format!("{path}={text}"))
        }
        (Setter::Typed, _) => Set::Typed(format!("{path}={}", text_of(marker))),
        (Setter::Text, _) => Set::Literal(format!("{path}={}", text_of(marker))),
    }
}

/// The outermost list that a path leads through.
fn list_of(path: &ValuePath) -> Option<ValuePath> {
    let at = path.0.iter().position(|step| matches!(step, Step::Index(_)))?;
    Some(ValuePath(path.0[..at].to_vec()))
}

fn put(value: &mut Value, path: &[Step], marker: &Value) {
    match path.split_first() {
        None => *value = marker.clone(),
        Some((step, rest)) => {
            let inner = match step {
                Step::Key(key) => value.get_mut(key),
                Step::Index(index) => value.get_mut(*index),
            };
            if let Some(inner) = inner {
                put(inner, rest, marker);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_looks_like_what_it_stands_for() {
        for (text, marker) in [
            ("1.14.0", "7001.0.0"),
            ("v1.2", "v7001.0.0"),
            ("1.14.0-rc.1", "7001.0.0"),
            ("8080", "7001"),
            ("500m", "7001m"),
            ("1Gi", "7001Gi"),
            ("25%", "7001%"),
            ("debug", "plimsoll-7001-probe"),
            ("", "plimsoll-7001-probe"),
            ("registry.example/web", "plimsoll-7001-probe"),
            ("1 2", "plimsoll-7001-probe"),
        ] {
            assert_eq!(marked_text(text, 7001), marker, "{text}");
        }
    }
}
