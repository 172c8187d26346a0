//! Places of rules, read by the one grammar that all of Plimsoll has.

use kube_model::PlacePattern;
use serde::{Deserialize, Deserializer};

/// A list of these keeps the index of the item that is wrong in the error's path.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Pattern(PlacePattern);

impl TryFrom<String> for Pattern {
    type Error = kube_model::PlaceError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

pub(crate) fn one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PlacePattern, D::Error> {
    Pattern::deserialize(deserializer).map(|pattern| pattern.0)
}

pub(crate) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PlacePattern>, D::Error> {
    let patterns = Vec::<Pattern>::deserialize(deserializer)?;
    Ok(patterns.into_iter().map(|pattern| pattern.0).collect())
}
