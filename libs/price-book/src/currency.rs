//! Currencies, by their ISO 4217 codes, and how an amount of one is written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A currency's alphabetic code in ISO 4217: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// A text that is no currency code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a currency: expected three capital letters, as ISO 4217 has them (USD, EUR)")]
pub struct NotACurrency(String);

impl Currency {
    /// The US dollar.
    pub const USD: Self = Self(*b"USD");

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        // The bytes are capital letters by construction, so this never takes the default.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// An amount in hundredths as people write it: `$1,234.50`, `-$3.10`, `1,234.50 CHF`.
    #[must_use]
    pub fn format(self, cents: i64) -> String {
        self.write(cents, if cents < 0 { "-" } else { "" })
    }

    /// A change in hundredths: as [`Self::format`], with a `+` in front of an increase.
    #[must_use]
    pub fn format_change(self, cents: i64) -> String {
        let sign = match cents {
            ..0 => "-",
            0 => "",
            1.. => "+",
        };
        self.write(cents, sign)
    }

    fn write(self, cents: i64, sign: &str) -> String {
        let magnitude = cents.unsigned_abs();
        let number = format!("{}.{:02}", with_separators(magnitude / 100), magnitude % 100);
        match self.code() {
            "USD" => format!("{sign}${number}"),
            "EUR" => format!("{sign}€{number}"),
            "GBP" => format!("{sign}£{number}"),
            code => format!("{sign}{number} {code}"),
        }
    }
}

fn with_separators(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl FromStr for Currency {
    type Err = NotACurrency;

    fn from_str(text: &str) -> Result<Self, NotACurrency> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(NotACurrency(text.to_owned())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_three_capital_letters() {
        assert_eq!("CHF".parse::<Currency>().unwrap().to_string(), "CHF");
        for text in ["", "US", "usd", "USDT", "U$D", "ÄÖ", "US1"] {
            assert!(text.parse::<Currency>().is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_written_as_people_write_them() {
        let chf: Currency = "CHF".parse().unwrap();
        for (text, expected) in [
            (Currency::USD.format(0), "$0.00"),
            (Currency::USD.format(5), "$0.05"),
            (Currency::USD.format(123_456_789), "$1,234,567.89"),
            (Currency::USD.format(-310), "-$3.10"),
            (Currency::USD.format_change(1720), "+$17.20"),
            (Currency::USD.format_change(-100_000), "-$1,000.00"),
            (Currency::USD.format_change(0), "$0.00"),
            (chf.format_change(1720), "+17.20 CHF"),
            ("EUR".parse::<Currency>().unwrap().format(99_999), "€999.99"),
            (Currency::USD.format(i64::MIN), "-$92,233,720,368,547,758.08"),
        ] {
            assert_eq!(text, expected);
        }
    }
}
