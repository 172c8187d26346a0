//! How bad a finding is.
//!
//! | level | means |
//! |---|---|
//! | `none` | no finding |
//! | `low` | worth knowing; nobody is harmed by it alone |
//! | `medium` | harm under conditions that are common, or a safeguard lost |
//! | `high` | users are likely to notice, the API server will refuse the change, or somebody may do more than before |
//! | `critical` | a certain outage, or a loss that cannot be undone |
//!
//! A report's level is that of its worst finding: many small findings do not add up to a large one, and one
//! large finding is not diluted by small ones.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A level of risk, in order: `none < low < medium < high < critical`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// No finding.
    #[default]
    None,
    /// Worth knowing.
    Low,
    /// Harm under common conditions, or a safeguard lost.
    Medium,
    /// Likely to be noticed, refused by the API server, or a wider permission.
    High,
    /// A certain outage, or a loss that cannot be undone.
    Critical,
}

/// A text that is no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a level: expected none, low, medium, high or critical")]
pub struct LevelError(String);

impl LevelError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "RISK_LEVEL_UNKNOWN"
    }
}

impl Level {
    /// Every level, in order.
    pub const ALL: [Self; 5] = [Self::None, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The level as documents write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The level of a whole: the highest of its parts, `none` without any.
    #[must_use]
    pub fn of_all(levels: impl IntoIterator<Item = Self>) -> Self {
        levels.into_iter().max().unwrap_or_default()
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = LevelError;

    fn from_str(text: &str) -> Result<Self, LevelError> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or_else(|| LevelError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DESIGN section 3: `none < low < medium < high < critical`.
    #[test]
    fn levels_are_ordered_and_read_as_they_are_written() {
        let texts = ["none", "low", "medium", "high", "critical"];
        let levels: Vec<Level> = texts.iter().map(|text| text.parse().unwrap()).collect();
        assert!(levels.is_sorted_by(|a, b| a < b));
        for (text, level) in texts.iter().zip(&levels) {
            assert_eq!(level.to_string(), *text);
            assert_eq!(serde_json::to_value(level).unwrap(), *text);
        }
        assert_eq!("High".parse::<Level>().unwrap_err().code(), "RISK_LEVEL_UNKNOWN");
    }

    #[test]
    fn the_level_of_a_whole_is_its_worst_part() {
        assert_eq!(Level::of_all([]), Level::None);
        assert_eq!(Level::of_all([Level::Low, Level::Low, Level::Low]), Level::Low);
        assert_eq!(Level::of_all([Level::Low, Level::Critical, Level::Medium]), Level::Critical);
    }
}
