//! Prices and dates as the files write them.

use price_book::{Date, parse_decimal};
use rust_decimal::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::ImportError;

/// A number of JSON, or a text that holds one, by its own digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exact(pub(crate) Decimal);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get().trim_matches('"');
        parse_decimal(text).map(Self).map_err(|why| D::Error::custom(format!("{} {why}", raw.get())))
    }
}

/// Above this no unit of anything costs in any currency; it is a figure in a wrong column.
const ABSURD: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// The price, if it can be one.
pub(crate) fn checked(price: Decimal, file: &str, what: &str) -> Result<Decimal, ImportError> {
    let wrong = |why: String| Err(ImportError::Price { file: file.to_owned(), what: what.to_owned(), why });
    match price {
        price if price.is_sign_negative() && !price.is_zero() => {
            wrong(format!("is {price}: it cannot be negative"))
        }
        price if price >= ABSURD => wrong(format!("is {price}: nothing costs that")),
        price => Ok(price.normalize()),
    }
}

/// The price in a text.
pub(crate) fn parsed(text: &str, file: &str, what: &str) -> Result<Decimal, ImportError> {
    let wrong = |why| ImportError::Price {
        file: file.to_owned(),
        what: what.to_owned(),
        why: format!("is {text:?}: it {why}"),
    };
    checked(parse_decimal(text.trim()).map_err(wrong)?, file, what)
}

/// The day of a timestamp (`2024-11-20T21:03:27Z`, `2024-11-20 21:03:27 UTC`, `2024-11-20`), not after today.
pub(crate) fn day(text: &str, file: &str, today: &Date) -> Result<Date, ImportError> {
    let date: Date = text.get(..10).unwrap_or(text).parse().map_err(|error: price_book::NotADate| {
        ImportError::Schema { file: file.to_owned(), why: error.to_string() }
    })?;
    match date > *today {
        true => Err(ImportError::Future { file: file.to_owned(), date, today: today.clone() }),
        false => Ok(date),
    }
}
