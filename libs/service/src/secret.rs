//! Values that are never printed.

use std::fmt;

use figment::value::Value;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

/// A value that is never printed: as text, for debugging and as JSON it is `***`. In a configuration, `NAME_file` in place
/// of `NAME` names a file that holds it.
#[derive(Clone)]
pub struct Secret<T>(T);

const MASK: &str = "***";

impl<T> Secret<T> {
    /// Keeps a value from being printed.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for its use.
    #[must_use]
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <Value as Deserialize>::deserialize(deserializer)?;
        // What the reader of the value says may hold it.
        Value::deserialize(&value).map(Self).map_err(|_| D::Error::custom("the secret is not of its form"))
    }
}
