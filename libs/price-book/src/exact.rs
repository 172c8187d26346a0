//! Prices in JSON, read from their digits: a number must not pass through a float.

use rust_decimal::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::decimal;

/// A price as JSON writes it, as a number or as a text that holds one.
pub(crate) fn price(raw: &RawValue) -> Result<Decimal, String> {
    let quoted = raw.get().starts_with('"');
    let written: String = match quoted {
        true => serde_json::from_str(raw.get()).map_err(|error| error.to_string())?,
        false => raw.get().to_owned(),
    };
    let price = decimal::parse(&written).map_err(|why| format!("is {}: it {why}", raw.get()))?;
    match price.is_sign_negative() {
        true => Err(format!("is {}: a price cannot be negative", raw.get())),
        false => Ok(price),
    }
}

/// For `deserialize_with`.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    price(&raw).map_err(D::Error::custom)
}

/// For `deserialize_with`, of what may be missing.
pub(crate) fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    read(deserializer).map(Some)
}
