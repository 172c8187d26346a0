//! An amount of money, as people write it: `50`, `49.90`, `50USD`, `1200.00 EUR`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

/// An amount in micro-units, and its currency where the text names one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Amount {
    /// Millionths of the currency's unit; never negative.
    pub micros: i64,
    /// The ISO 4217 code.
    pub currency: Option<String>,
}

/// A text that is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an amount: expected a number with an optional currency, such as \"50\" or \"50.00 USD\""
)]
pub struct AmountError(String);

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let fail = || AmountError(text.to_owned());
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, currency) = text.split_at(end);
        let micros = micros(number).ok_or_else(fail)?;
        let currency = match currency.strip_prefix(' ').unwrap_or(currency) {
            "" if currency.is_empty() => None,
            code if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) => Some(code.to_owned()),
            _ => return Err(fail()),
        };
        Ok(Self { micros, currency })
    }
}

/// `12.5` as 12,500,000; at most six digits after the point, and no sign.
pub(crate) fn micros(number: &str) -> Option<i64> {
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 6 {
        return None;
    }
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(part)
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl TryFrom<String> for Amount {
    type Error = AmountError;

    fn try_from(text: String) -> Result<Self, AmountError> {
        text.parse()
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.micros / 1_000_000, self.micros % 1_000_000);
        let part = format!("{part:06}");
        let part = part.trim_end_matches('0');
        write!(f, "{whole}.{part:0<2}")?;
        self.currency.iter().try_for_each(|currency| write!(f, " {currency}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (text, micros, currency, shown) in [
            ("50", 50_000_000, None, "50.00"),
            ("0.000001", 1, None, "0.000001"),
            ("49.9USD", 49_900_000, Some("USD"), "49.90 USD"),
            ("1200.00 EUR", 1_200_000_000, Some("EUR"), "1200.00 EUR"),
        ] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!((amount.micros, amount.currency.as_deref()), (micros, currency), "{text}");
            assert_eq!(amount.to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            "-5",
            "5.",
            ".5",
            "1,000",
            "5 usd",
            "5 ",
            "$5",
            "1e3",
            "0.0000001",
            "9999999999999999",
            "5  USD",
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }
}
