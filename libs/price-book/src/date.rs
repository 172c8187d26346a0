//! The day as of which prices hold.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A day of the Gregorian calendar, written `YYYY-MM-DD` (ISO 8601). Days order as their texts do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Date(String);

/// A text that is no such day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date: expected YYYY-MM-DD, such as 2026-09-06")]
pub struct NotADate(String);

impl Date {
    /// The date as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let number = |range: std::ops::Range<usize>| -> Option<u32> {
            let digits = text.get(range)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let separators = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        match (number(0..4), number(5..7), number(8..10)) {
            (Some(year), Some(month), Some(day)) if separators && exists(year, month, day) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(NotADate(text.to_owned())),
        }
    }
}

fn exists(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl TryFrom<String> for Date {
    type Error = NotADate;

    fn try_from(text: String) -> Result<Self, NotADate> {
        text.parse()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_dates() {
        for text in ["2026-09-06", "2024-02-29", "2000-02-29", "0001-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "2026-9-6",
            "06.09.2026",
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-04-31",
            "2026-00-10",
            "2026-01-00",
            "2026-09-06T00:00:00Z",
            "+026-09-06",
            "2026/09/06",
            "2026-09-0é",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
