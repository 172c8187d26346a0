//! How bad a finding is: its impact by its likelihood.
//!
//! A rule says what the harm would be ([`Impact`]) and how sure the evidence makes it ([`Likelihood`]); the level is
//! looked up in one table, [`LEVELS`]. A report's level is that of its worst finding: many small findings do not
//! add up to a large one, and one large finding is not diluted by small ones.

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
    /// Worth knowing; nobody is harmed by it alone.
    Low,
    /// Harm under conditions that the files do not show, or a safeguard lost.
    Medium,
    /// Likely to be noticed, refused by the API server, or a wider permission.
    High,
    /// An outage of the whole, or a loss that cannot be undone.
    Critical,
}

/// What the harm would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Impact {
    /// Worth knowing; nobody is harmed by it alone.
    Notice,
    /// A safeguard is lost, or something works worse than it could.
    Safeguard,
    /// Users notice, the API server refuses the change, or somebody may do more than before.
    Harm,
    /// An outage of the whole, a loss that cannot be undone, or control of the cluster.
    Disaster,
}

/// How likely the harm is, judged by the evidence: the confidence of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Likelihood {
    /// It depends on something that the files do not show.
    Possible,
    /// It holds in most clusters and for most software.
    Likely,
    /// It follows from the files and from what Kubernetes documents.
    Certain,
}

/// The level of each impact (rows, in order) at each likelihood (columns, in order).
pub const LEVELS: [[Level; 3]; 4] = [
    [Level::Low, Level::Low, Level::Low],
    [Level::Low, Level::Medium, Level::Medium],
    [Level::Medium, Level::High, Level::High],
    [Level::High, Level::Critical, Level::Critical],
];

/// An impact and how likely it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Risk {
    pub(crate) impact: Impact,
    pub(crate) likelihood: Likelihood,
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

    /// The level of an impact at a likelihood, by the table [`LEVELS`].
    #[must_use]
    pub fn of(impact: Impact, likelihood: Likelihood) -> Self {
        LEVELS[impact as usize][likelihood as usize]
    }

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

    /// What a finding of this level means, in a sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::None => "no finding",
            Self::Low => "worth knowing; nobody is harmed by it alone",
            Self::Medium => "harm under conditions that the files do not show, or a safeguard lost",
            Self::High => "likely to be noticed, refused by the API server, or a wider permission",
            Self::Critical => "an outage of the whole, or a loss that cannot be undone",
        }
    }

    /// The level of a whole: the highest of its parts, `none` without any.
    #[must_use]
    pub fn of_all(levels: impl IntoIterator<Item = Self>) -> Self {
        levels.into_iter().max().unwrap_or_default()
    }
}

impl Impact {
    /// Every impact, in order.
    pub const ALL: [Self; 4] = [Self::Notice, Self::Safeguard, Self::Harm, Self::Disaster];

    /// The impact as documents write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Safeguard => "safeguard",
            Self::Harm => "harm",
            Self::Disaster => "disaster",
        }
    }

    pub(crate) const fn possible(self) -> Risk {
        Risk { impact: self, likelihood: Likelihood::Possible }
    }

    pub(crate) const fn likely(self) -> Risk {
        Risk { impact: self, likelihood: Likelihood::Likely }
    }

    pub(crate) const fn certain(self) -> Risk {
        Risk { impact: self, likelihood: Likelihood::Certain }
    }
}

impl Likelihood {
    /// Every likelihood, in order.
    pub const ALL: [Self; 3] = [Self::Possible, Self::Likely, Self::Certain];

    /// The likelihood as documents write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
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

    /// A worse harm or a surer one is never a lower level, and what nobody is harmed by is never above low.
    #[test]
    fn the_table_of_levels_rises_in_both_directions() {
        for impact in Impact::ALL {
            let row: Vec<Level> = Likelihood::ALL.iter().map(|sure| Level::of(impact, *sure)).collect();
            assert!(row.is_sorted() && row[0] > Level::None, "{impact:?}");
        }
        for likelihood in Likelihood::ALL {
            let column: Vec<Level> = Impact::ALL.iter().map(|harm| Level::of(*harm, likelihood)).collect();
            assert!(column.is_sorted(), "{likelihood:?}");
        }
        assert_eq!(Level::of(Impact::Notice, Likelihood::Certain), Level::Low);
        assert_eq!(Level::of(Impact::Disaster, Likelihood::Possible), Level::High);
        assert_eq!(Level::of(Impact::Harm, Likelihood::Likely), Level::High);
    }

    #[test]
    fn impacts_and_likelihoods_are_written_as_documents_write_them() {
        for impact in Impact::ALL {
            assert_eq!(serde_json::to_value(impact).unwrap(), impact.as_str());
        }
        for likelihood in Likelihood::ALL {
            assert_eq!(serde_json::to_value(likelihood).unwrap(), likelihood.as_str());
        }
    }
}
