//! A section in which every key is known.

use serde::de::{Deserialize, Deserializer, Error};

/// A value of which nothing that was given is left over.
pub(super) struct Strict<T>(pub(super) T);

/// What the error about a key that is left over begins with, so that it is told from others.
pub(super) const UNKNOWN: &str = "there is no such setting: ";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Strict<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut unknown = None;
        let value = serde_ignored::deserialize(deserializer, |path| unknown = Some(path.to_string()))?;
        match unknown {
            None => Ok(Self(value)),
            Some(key) => Err(D::Error::custom(format!("{UNKNOWN}{key}"))),
        }
    }
}
