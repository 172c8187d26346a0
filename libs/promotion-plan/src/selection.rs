//! What a person decides about single places: `--take`, `--only`, `--skip`.

use std::fmt;
use std::str::FromStr;

use kube_model::{Place, PlaceError, PlacePattern};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whose value a place is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The source's.
    Source,
    /// The target's.
    Target,
}

/// `PLACE[=source|target]`, split at the last `=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// The place.
    pub pattern: PlacePattern,
    /// Whose value.
    pub side: Side,
}

impl FromStr for Take {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (place, side) = match text.rsplit_once('=') {
            Some((place, "source")) => (place, Side::Source),
            Some((place, "target")) => (place, Side::Target),
            _ => (text, Side::Source),
        };
        Ok(Self { pattern: place.parse()?, side })
    }
}

impl fmt::Display for Take {
    /// With its side, so that a place that ends in `=source` is read as it was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Source => "source",
            Side::Target => "target",
        };
        write!(f, "{}={side}", self.pattern)
    }
}

impl Serialize for Take {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Take {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a person decided. As JSON its places are texts, as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// Places with the side that wins.
    pub take: Vec<Take>,
    /// If not empty, only these go over; the rest stays pending.
    pub only: Vec<PlacePattern>,
    /// These do not go over; they stay pending.
    pub skip: Vec<PlacePattern>,
}

impl Selection {
    /// The side that was taken for a place; of several patterns the last.
    pub(crate) fn taken(&self, place: &Place) -> Option<Side> {
        self.take.iter().rev().find(|take| take.pattern.covers(place)).map(|take| take.side)
    }

    /// Why a place that could go over does not.
    pub(crate) fn declines(&self, place: &Place) -> Option<&'static str> {
        if self.skip.iter().any(|pattern| pattern.covers(place)) {
            return Some("declined by --skip");
        }
        let selected = self.only.is_empty() || self.only.iter().any(|pattern| pattern.covers(place));
        (!selected).then_some("not selected by --only")
    }

    /// Every pattern that a person gave.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &PlacePattern> {
        self.take.iter().map(|take| &take.pattern).chain(&self.only).chain(&self.skip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_equals_sign_splits() {
        for (text, path, side) in [
            (
                "Deployment/a:spec.template.spec.containers[name=a].image=target",
                "spec.template.spec.containers[name=a].image",
                Side::Target,
            ),
            (
                "Deployment/a:spec.template.spec.containers[name=a]",
                "spec.template.spec.containers[name=a]",
                Side::Source,
            ),
            ("PersistentVolumeClaim/a:", "", Side::Source),
        ] {
            let take: Take = text.parse().unwrap();
            assert_eq!((take.pattern.path.to_string().as_str(), take.side), (path, side));
            assert_eq!(take.to_string().parse::<Take>().unwrap(), take);
        }
    }
}
