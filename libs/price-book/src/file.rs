//! A price book as a file: a list of prices, and the lists that come after it.

use std::str::FromStr;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{Confidence, Date, PriceList, Unit, UnitPrices, exact};

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

    pub(crate) fn value(field: &'static str, why: impl Into<String>) -> Self {
        Self::Value { field, why: why.into() }
    }
}

/// The lists of a file, in order, and the day that its rules are held against.
pub(crate) struct File {
    pub(crate) lists: Vec<PriceList>,
    pub(crate) day: Option<Date>,
}

/// The fields as they are written: a number's own digits are needed, and serde's messages do not name the field
/// that has the wrong type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<'a> {
    #[serde(borrow)]
    version: Option<&'a RawValue>,
    #[serde(borrow)]
    currency: &'a RawValue,
    #[serde(borrow)]
    as_of: &'a RawValue,
    #[serde(borrow)]
    source: &'a RawValue,
    #[serde(borrow)]
    confidence: Option<&'a RawValue>,
    #[serde(borrow)]
    why: Option<&'a RawValue>,
    #[serde(borrow)]
    cpu_core_hour: Option<&'a RawValue>,
    #[serde(borrow)]
    ram_gib_hour: Option<&'a RawValue>,
    #[serde(borrow)]
    gpu_hour: Option<&'a RawValue>,
    #[serde(borrow)]
    storage_gib_month: Option<&'a RawValue>,
    #[serde(borrow)]
    load_balancer_hour: Option<&'a RawValue>,
    #[serde(borrow)]
    storage: Option<&'a RawValue>,
    #[serde(borrow)]
    load_balancers: Option<&'a RawValue>,
    #[serde(borrow)]
    clusters: Option<&'a RawValue>,
    #[serde(borrow)]
    gpus: Option<&'a RawValue>,
    #[serde(borrow)]
    instances: Option<&'a RawValue>,
    #[serde(borrow)]
    rates: Option<&'a RawValue>,
    #[serde(borrow)]
    rules: Option<&'a RawValue>,
    #[serde(borrow)]
    day: Option<&'a RawValue>,
    #[serde(borrow)]
    below: Option<Vec<&'a RawValue>>,
}

pub(crate) fn parse(json: &str) -> Result<File, PriceBookError> {
    let fields = fields(json)?;
    let mut lists = vec![list(&fields)?];
    for below in fields.below.iter().flatten() {
        let fields = self::fields(below.get())?;
        if fields.below.is_some() || fields.day.is_some() {
            return Err(PriceBookError::value("below", "holds lists, and each of them no further ones"));
        }
        lists.push(list(&fields)?);
    }
    let day = fields.day.map(|raw| parsed("day", raw)).transpose()?;
    Ok(File { lists, day })
}

fn fields(json: &str) -> Result<Fields<'_>, PriceBookError> {
    serde_json::from_str(json).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => PriceBookError::Fields(error.to_string()),
        _ => PriceBookError::Syntax(error.to_string()),
    })
}

fn list(fields: &Fields<'_>) -> Result<PriceList, PriceBookError> {
    check_version(fields)?;
    let list = PriceList {
        currency: parsed("currency", fields.currency)?,
        as_of: parsed("as_of", fields.as_of)?,
        source: source(fields.source)?,
        confidence: fields.confidence.map_or(Ok(Confidence::Contract), |raw| nested("confidence", raw))?,
        why: fields.why.map(|raw| text("why", raw)).transpose()?,
        units: units(fields)?,
        storage: nested_list("storage", fields.storage)?,
        load_balancers: nested_list("load_balancers", fields.load_balancers)?,
        clusters: nested_list("clusters", fields.clusters)?,
        gpus: nested_list("gpus", fields.gpus)?,
        instances: nested_list("instances", fields.instances)?,
        rates: nested_list("rates", fields.rates)?,
        rules: nested_list("rules", fields.rules)?,
    };
    list.checked()
}

/// Version 1 is the five unit prices; version 2 has the rest.
fn check_version(fields: &Fields<'_>) -> Result<(), PriceBookError> {
    let version = fields.version.map_or("1", |raw| raw.get());
    let later = [
        ("storage", fields.storage),
        ("load_balancers", fields.load_balancers),
        ("clusters", fields.clusters),
        ("gpus", fields.gpus),
        ("instances", fields.instances),
        ("rates", fields.rates),
        ("rules", fields.rules),
        ("day", fields.day),
    ];
    match version {
        "2" => Ok(()),
        "1" => match later.into_iter().find(|(_, raw)| raw.is_some()) {
            None => Ok(()),
            Some((field, _)) => Err(PriceBookError::value(field, "needs \"version\": 2")),
        },
        other => Err(PriceBookError::value("version", format!("is {other}: this release reads 1 and 2"))),
    }
}

fn units(fields: &Fields<'_>) -> Result<UnitPrices, PriceBookError> {
    let mut units = UnitPrices::default();
    for unit in Unit::ALL {
        let raw = match unit {
            Unit::CpuCoreHour => fields.cpu_core_hour,
            Unit::RamGibHour => fields.ram_gib_hour,
            Unit::GpuHour => fields.gpu_hour,
            Unit::StorageGibMonth => fields.storage_gib_month,
            Unit::LoadBalancerHour => fields.load_balancer_hour,
        };
        if let Some(raw) = raw {
            let price = exact::price(raw).map_err(|why| PriceBookError::value(unit.name(), why))?;
            units.set(unit, price);
        }
    }
    Ok(units)
}

fn nested<T: DeserializeOwned>(field: &'static str, raw: &RawValue) -> Result<T, PriceBookError> {
    let mut reader = serde_json::Deserializer::from_str(raw.get());
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = match error.path().iter().next() {
            Some(_) => format!(", at {}, ", error.path()),
            None => " ".to_owned(),
        };
        let message = error.inner().to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        PriceBookError::value(field, format!("is wrong{path}{message}").replace("wrong ", "wrong: "))
    })
}

fn nested_list<T: DeserializeOwned>(
    field: &'static str,
    raw: Option<&RawValue>,
) -> Result<Vec<T>, PriceBookError> {
    raw.map_or_else(|| Ok(Vec::new()), |raw| nested(field, raw))
}

fn text(field: &'static str, raw: &RawValue) -> Result<String, PriceBookError> {
    let wrong = |_| PriceBookError::value(field, format!("is {}, and not a text", raw.get()));
    serde_json::from_str(raw.get()).map_err(wrong)
}

fn parsed<T>(field: &'static str, raw: &RawValue) -> Result<T, PriceBookError>
where
    T: FromStr<Err: std::fmt::Display>,
{
    let wrong = |error: T::Err| PriceBookError::value(field, format!("is wrong: {error}"));
    text(field, raw)?.parse().map_err(wrong)
}

/// A price that nobody vouches for is no price.
fn source(raw: &RawValue) -> Result<String, PriceBookError> {
    let source = text("source", raw)?.trim().to_owned();
    if source.is_empty() {
        return Err(PriceBookError::value("source", "is empty: say where the prices come from"));
    }
    Ok(source)
}
