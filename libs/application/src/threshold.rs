//! How much more a change may cost: an amount (`50USD`), or a share of what there is (`10%`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use crate::amount::{self, Amount};

/// A share, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Percent {
    /// Millionths of a hundredth: 10 % is 10,000,000; never negative.
    pub micros: i64,
}

/// How much more a change may cost a month.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Threshold {
    /// So much money.
    Amount(Amount),
    /// This share of what the state before costs.
    Share(Percent),
}

/// A text that is no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a share: expected a number and a percent sign, such as \"10%\"")]
pub struct PercentError(String);

/// A text that is neither an amount nor a share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an amount nor a share: expected such as \"50\", \"50.00 USD\" or \"10%\"")]
pub struct ThresholdError(String);

impl Percent {
    /// Whether a rise from `baseline` is more than this share of it. Of nothing any rise is.
    #[must_use]
    pub fn is_exceeded(self, baseline_micros: i64, delta_micros: i64) -> bool {
        const WHOLE: i128 = 100_000_000;
        i128::from(delta_micros) * WHOLE > i128::from(baseline_micros) * i128::from(self.micros)
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        let number = text.strip_suffix('%').map(|number| number.strip_suffix(' ').unwrap_or(number));
        let micros = number.and_then(amount::micros).ok_or_else(|| PercentError(text.to_owned()))?;
        Ok(Self { micros })
    }
}

impl FromStr for Threshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        let fail = || ThresholdError(text.to_owned());
        match text.ends_with('%') {
            true => text.parse().map(Self::Share).map_err(|_| fail()),
            false => text.parse().map(Self::Amount).map_err(|_| fail()),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.micros / 1_000_000, self.micros % 1_000_000);
        match part {
            0 => write!(f, "{whole}%"),
            _ => write!(f, "{whole}.{}%", format!("{part:06}").trim_end_matches('0')),
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Amount(amount) => amount.fmt(f),
            Self::Share(percent) => percent.fmt(f),
        }
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl TryFrom<String> for Percent {
    type Error = PercentError;

    fn try_from(text: String) -> Result<Self, PercentError> {
        text.parse()
    }
}

impl TryFrom<String> for Threshold {
    type Error = ThresholdError;

    fn try_from(text: String) -> Result<Self, ThresholdError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_and_written_alike() {
        for (text, shown) in [
            ("50", "50.00"),
            ("50USD", "50.00 USD"),
            ("10%", "10%"),
            ("12.5 %", "12.5%"),
            ("0.000001%", "0.000001%"),
        ] {
            let threshold: Threshold = text.parse().unwrap();
            assert_eq!(threshold.to_string(), shown);
            assert_eq!(shown.parse::<Threshold>().unwrap(), threshold);
        }
        for text in ["", "%", "-1%", "10%%", "1e3%", "10 percent", "10% USD", "ten%"] {
            assert!(text.parse::<Threshold>().is_err(), "{text}");
        }
    }

    /// 10 % of 125.40 is 12.54.
    #[test]
    fn a_share_is_of_what_there_is_before() {
        let tenth: Percent = "10%".parse().unwrap();
        assert!(!tenth.is_exceeded(125_400_000, 12_540_000));
        assert!(tenth.is_exceeded(125_400_000, 12_540_001));
        assert!(!tenth.is_exceeded(125_400_000, -99_000_000));
        assert!(tenth.is_exceeded(0, 1) && !tenth.is_exceeded(0, 0));
        // Neither product fits into 64 bits.
        assert!(tenth.is_exceeded(i64::MAX, i64::MAX) && !tenth.is_exceeded(i64::MAX, i64::MAX / 10));
    }
}
