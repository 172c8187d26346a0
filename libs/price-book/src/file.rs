//! A price book as a file.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{PriceBook, decimal};

/// Why a price file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceBookError {
    /// It is not JSON.
    #[error("the price file is not valid JSON: {0}")]
    Syntax(String),
    /// It is JSON, but does not have the fields of a price book.
    #[error("the price file is not a price book: {0}")]
    Fields(String),
    /// A field holds what it cannot.
    #[error("the price file's `{field}` {why}")]
    Value {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl PriceBookError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "PRICE_BOOK_SYNTAX",
            Self::Fields(_) | Self::Value { .. } => "PRICE_BOOK_INVALID",
        }
    }
}

/// The fields as they are written: a number's own digits are needed, and serde's messages do not name the field
/// that has the wrong type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<'a> {
    #[serde(borrow)]
    currency: &'a RawValue,
    #[serde(borrow)]
    as_of: &'a RawValue,
    #[serde(borrow)]
    source: &'a RawValue,
    #[serde(borrow)]
    cpu_core_hour: &'a RawValue,
    #[serde(borrow)]
    ram_gib_hour: &'a RawValue,
    #[serde(borrow)]
    gpu_hour: &'a RawValue,
    #[serde(borrow)]
    storage_gib_month: &'a RawValue,
    #[serde(borrow)]
    load_balancer_hour: &'a RawValue,
}

pub(crate) fn parse(json: &str) -> Result<PriceBook, PriceBookError> {
    let fields: Fields = serde_json::from_str(json).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => PriceBookError::Fields(error.to_string()),
        _ => PriceBookError::Syntax(error.to_string()),
    })?;
    Ok(PriceBook {
        currency: parsed("currency", fields.currency)?,
        as_of: parsed("as_of", fields.as_of)?,
        source: source(fields.source)?,
        cpu_core_hour: price("cpu_core_hour", fields.cpu_core_hour)?,
        ram_gib_hour: price("ram_gib_hour", fields.ram_gib_hour)?,
        gpu_hour: price("gpu_hour", fields.gpu_hour)?,
        storage_gib_month: price("storage_gib_month", fields.storage_gib_month)?,
        load_balancer_hour: price("load_balancer_hour", fields.load_balancer_hour)?,
    })
}

fn refuse(field: &'static str, why: impl Into<String>) -> PriceBookError {
    PriceBookError::Value { field, why: why.into() }
}

fn text(field: &'static str, raw: &RawValue) -> Result<String, PriceBookError> {
    serde_json::from_str(raw.get()).map_err(|_| refuse(field, format!("is {}, and not a text", raw.get())))
}

fn parsed<T>(field: &'static str, raw: &RawValue) -> Result<T, PriceBookError>
where
    T: FromStr<Err: std::fmt::Display>,
{
    text(field, raw)?.parse().map_err(|error: T::Err| refuse(field, format!("is wrong: {error}")))
}

/// A price that nobody vouches for is no price.
fn source(raw: &RawValue) -> Result<String, PriceBookError> {
    let source = text("source", raw)?.trim().to_owned();
    if source.is_empty() {
        return Err(refuse("source", "is empty: say where the prices come from"));
    }
    Ok(source)
}

fn price(field: &'static str, raw: &RawValue) -> Result<Decimal, PriceBookError> {
    let quoted = raw.get().starts_with('"');
    let written = if quoted { text(field, raw)? } else { raw.get().to_owned() };
    let price =
        decimal::parse(&written).map_err(|why| refuse(field, format!("is {}: it {why}", raw.get())))?;
    if price.is_sign_negative() {
        return Err(refuse(field, format!("is {}: a price cannot be negative", raw.get())));
    }
    Ok(price)
}
