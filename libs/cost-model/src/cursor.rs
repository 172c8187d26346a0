//! A value in an object, with the way to it: whatever is wrong with it can be told with its place.

use kube_model::{Object, Path, Quantity, Segment};
use serde_json::Value;

use crate::error::{At, CostError};

/// A value in an object. A field that is absent and one that is null are the same, as in Kubernetes.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    pub(crate) object: &'a Object,
    /// The path is put together only when something is wrong: most values are right.
    steps: Vec<Step<'a>>,
    value: &'a Value,
}

/// One step of the way from the object to the value.
#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Named(&'a str),
    Index(usize),
}

impl From<Step<'_>> for Segment {
    fn from(step: Step<'_>) -> Self {
        match step {
            Step::Key(key) => Self::Key(key.to_owned()),
            Step::Named(name) => Self::Item(vec![("name".to_owned(), name.to_owned())]),
            Step::Index(index) => Self::Flag(index.to_string()),
        }
    }
}

impl<'a> Cursor<'a> {
    pub(crate) fn root(object: &'a Object) -> Self {
        Self { object, steps: Vec::new(), value: &object.value }
    }

    fn step(&self, step: Step<'a>, value: &'a Value) -> Self {
        let mut steps = Vec::with_capacity(self.steps.len() + 1);
        steps.extend_from_slice(&self.steps);
        steps.push(step);
        Self { object: self.object, steps, value }
    }

    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let (key, value) = self.value.as_object()?.get_key_value(key)?;
        (!value.is_null()).then(|| self.step(Step::Key(key), value))
    }

    pub(crate) fn at(&self, keys: &[&str]) -> Option<Self> {
        let mut keys = keys.iter();
        let first = self.get(keys.next()?)?;
        keys.try_fold(first, |cursor, key| cursor.get(key))
    }

    /// The items of the list below a key; none where it is absent.
    pub(crate) fn items(&self, key: &str) -> Result<Vec<Self>, CostError> {
        let Some(list) = self.get(key) else { return Ok(Vec::new()) };
        let items = list.value.as_array().ok_or_else(|| list.refuse("expected a list"))?;
        let item = |(index, value): (usize, &'a Value)| {
            let name = value.get("name").and_then(Value::as_str);
            list.step(name.map_or(Step::Index(index), Step::Named), value)
        };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// The quantities of the mapping below a key; none where it is absent.
    pub(crate) fn quantities(&self, key: &str) -> Result<Vec<(&'a str, Quantity)>, CostError> {
        let Some(mapping) = self.get(key) else { return Ok(Vec::new()) };
        let entries = mapping.value.as_object().ok_or_else(|| mapping.refuse("expected a mapping"))?;
        let mut quantities = Vec::with_capacity(entries.len());
        for name in entries.keys() {
            if let Some(cursor) = mapping.get(name) {
                quantities.push((name.as_str(), cursor.quantity()?));
            }
        }
        Ok(quantities)
    }

    /// The value as a quantity that is not negative.
    pub(crate) fn quantity(&self) -> Result<Quantity, CostError> {
        let refuse = |why: String| CostError::Quantity { at: self.here(), why };
        let quantity = Quantity::of(self.value).map_err(|error| refuse(error.to_string()))?;
        if quantity < Quantity::ZERO {
            return Err(refuse(format!("{quantity} is negative, which Kubernetes refuses")));
        }
        Ok(quantity)
    }

    /// The value below a key as a whole number that a 32-bit field of Kubernetes can hold.
    pub(crate) fn count(&self, key: &str) -> Result<Option<u32>, CostError> {
        let Some(cursor) = self.get(key) else { return Ok(None) };
        let number = cursor.value.as_u64().and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| i32::try_from(*number).is_ok()) {
            Some(number) => Ok(Some(number)),
            None => {
                Err(cursor.refuse(format!("{} is not a whole number from 0 to 2147483647", cursor.value)))
            }
        }
    }

    /// Whether the value below a key is true.
    pub(crate) fn is_true(&self, key: &str) -> Result<bool, CostError> {
        let Some(cursor) = self.get(key) else { return Ok(false) };
        cursor.value.as_bool().ok_or_else(|| cursor.refuse(format!("{} is not true or false", cursor.value)))
    }

    /// The texts of the list below a key; none where it is absent.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<&'a str>, CostError> {
        let items = self.items(key)?;
        items.iter().map(|item| item.value.as_str().ok_or_else(|| item.refuse("expected a text"))).collect()
    }

    /// The labels or annotations below a key that hold a whole number.
    pub(crate) fn count_in_text(&self, key: &str) -> Result<Option<u32>, CostError> {
        let Some(cursor) = self.get(key) else { return Ok(None) };
        let number = match cursor.value {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64().and_then(|number| u32::try_from(number).ok()),
        };
        match number.filter(|number| i32::try_from(*number).is_ok()) {
            Some(number) => Ok(Some(number)),
            None => {
                Err(cursor.refuse(format!("{} is not a whole number from 0 to 2147483647", cursor.value)))
            }
        }
    }

    /// What stands here.
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// The text below a key.
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key).and_then(Value::as_str)
    }

    /// The place of this value.
    pub(crate) fn here(&self) -> Box<At> {
        At::new(self.object, self.steps.iter().copied().map(Segment::from).collect::<Path>())
    }

    pub(crate) fn refuse(&self, why: impl Into<String>) -> CostError {
        CostError::Field { at: self.here(), why: why.into() }
    }
}
