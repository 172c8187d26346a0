//! An expression that names places in a value, and taking them out.

use serde_json::Value;

use super::condition::Condition;

/// One expression, with its text.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    text: String,
    /// The alternatives that a comma separates, each a row of steps.
    ways: Vec<Vec<Step>>,
}

/// One step of the way into a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// `.name`.
    Key(String),
    /// `[0]`; negative from the end.
    Index(i64),
    /// A JSON pointer's token: a key, or an index of a list.
    Token(String),
    /// `[]`: every item or value.
    Each,
    /// `..`: the value and everything in it.
    Everything,
    /// `select(…)`.
    Select(Condition),
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Taken {
    Index(usize),
    Key(String),
}

impl Expression {
    pub(super) fn new(text: &str, ways: Vec<Vec<Step>>) -> Self {
        Self { text: text.to_owned(), ways }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Takes what the expression names out of a value; whether there was something.
    pub(super) fn delete_from(&self, value: &mut Value) -> bool {
        let mut places: Vec<Vec<Taken>> = self.ways.iter().flat_map(|way| places(way, value, &[])).collect();
        // From the end, so that what is taken out moves nothing that is yet to go.
        places.sort_unstable_by(|one, other| other.cmp(one));
        places.dedup();
        places.iter().for_each(|place| remove(value, place));
        !places.is_empty()
    }
}

fn places(steps: &[Step], value: &Value, taken: &[Taken]) -> Vec<Vec<Taken>> {
    let Some((step, rest)) = steps.split_first() else {
        return if taken.is_empty() { Vec::new() } else { vec![taken.to_vec()] };
    };
    let further = |at: Taken, value: &Value| {
        let mut taken = taken.to_vec();
        taken.push(at);
        places(rest, value, &taken)
    };
    match step {
        Step::Select(condition) if condition.holds(value) => places(rest, value, taken),
        Step::Select(_) => Vec::new(),
        Step::Everything => {
            let mut found = places(rest, value, taken);
            for (at, child) in children(value) {
                let mut taken = taken.to_vec();
                taken.push(at);
                found.extend(places(steps, child, &taken));
            }
            found
        }
        Step::Each => children(value).into_iter().flat_map(|(at, child)| further(at, child)).collect(),
        one => child(one, value).map(|(at, child)| further(at, child)).unwrap_or_default(),
    }
}

/// The value that a step leads to.
pub(super) fn follow<'v>(steps: &[Step], value: &'v Value) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| child(step, value).map(|(_, child)| child))
}

fn child<'v>(step: &Step, value: &'v Value) -> Option<(Taken, &'v Value)> {
    match (step, value) {
        (Step::Key(key) | Step::Token(key), Value::Object(map)) => {
            map.get_key_value(key).map(|(key, value)| (Taken::Key(key.clone()), value))
        }
        (Step::Token(index), Value::Array(items)) => {
            let index: usize = index.parse().ok()?;
            items.get(index).map(|item| (Taken::Index(index), item))
        }
        (Step::Index(index), Value::Array(items)) => {
            let count = i64::try_from(items.len()).ok()?;
            let index = usize::try_from(if *index < 0 { count + index } else { *index }).ok()?;
            items.get(index).map(|item| (Taken::Index(index), item))
        }
        _ => None,
    }
}

fn children(value: &Value) -> Vec<(Taken, &Value)> {
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (Taken::Key(key.clone()), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (Taken::Index(at), item)).collect(),
        _ => Vec::new(),
    }
}

fn remove(value: &mut Value, place: &[Taken]) {
    let Some((last, way)) = place.split_last() else { return };
    let holder = way.iter().try_fold(value, |value, step| match step {
        Taken::Key(key) => value.get_mut(key),
        Taken::Index(index) => value.get_mut(*index),
    });
    match (holder, last) {
        (Some(Value::Object(map)), Taken::Key(key)) => drop(map.remove(key)),
        (Some(Value::Array(items)), Taken::Index(index)) if *index < items.len() => {
            drop(items.remove(*index))
        }
        _ => {}
    }
}
