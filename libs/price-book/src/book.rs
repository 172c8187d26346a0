//! The price book.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::file::{self, PriceBookError};
use crate::{Currency, Date, decimal};

const SHIPPED: &str = include_str!("../data/default.json");

/// What a unit costs, who says so and since when. As JSON it is the file that it is read from, with the prices as
/// texts. It comes from a file or from such JSON only, so that no price is negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
#[non_exhaustive]
pub struct PriceBook {
    /// What the prices are counted in.
    pub currency: Currency,
    /// The day as of which they hold.
    pub as_of: Date,
    /// Who says so: a contract, a provider's list, the shipped default.
    pub source: String,
    /// A CPU core for an hour.
    pub cpu_core_hour: Decimal,
    /// A GiB (2³⁰ bytes) of memory for an hour.
    pub ram_gib_hour: Decimal,
    /// A GPU for an hour.
    pub gpu_hour: Decimal,
    /// A GiB (2³⁰ bytes) of a volume for a month of 730 hours.
    pub storage_gib_month: Decimal,
    /// A load balancer for an hour, without its traffic.
    pub load_balancer_hour: Decimal,
}

/// A book as it is written: prices are texts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    currency: Currency,
    as_of: Date,
    source: String,
    cpu_core_hour: String,
    ram_gib_hour: String,
    gpu_hour: String,
    storage_gib_month: String,
    load_balancer_hour: String,
}

impl TryFrom<Written> for PriceBook {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let price = |text: String| match decimal::parse(&text) {
            Ok(price) if price.is_sign_negative() => Err(format!("{text:?}: a price cannot be negative")),
            Ok(price) => Ok(price),
            Err(why) => Err(format!("{text:?} {why}")),
        };
        Ok(Self {
            currency: written.currency,
            as_of: written.as_of,
            source: written.source,
            cpu_core_hour: price(written.cpu_core_hour)?,
            ram_gib_hour: price(written.ram_gib_hour)?,
            gpu_hour: price(written.gpu_hour)?,
            storage_gib_month: price(written.storage_gib_month)?,
            load_balancer_hour: price(written.load_balancer_hour)?,
        })
    }
}

impl PriceBook {
    /// Reads a price file: a JSON object with exactly the fields of this struct. Prices are numbers, or texts
    /// that hold one; they are read exactly.
    ///
    /// # Errors
    /// When it is not JSON, a field is missing, unknown or given twice, a price is negative or no number, the
    /// date does not exist, or the currency is no ISO 4217 code. The message names the field.
    pub fn parse(json: &str) -> Result<Self, PriceBookError> {
        file::parse(json)
    }

    /// The book that is shipped: OpenCost's default unit prices (see `data/SOURCES.md`).
    ///
    /// # Errors
    /// Never in a build whose tests pass: the file is part of the crate, and a test reads it.
    pub fn shipped() -> Result<Self, PriceBookError> {
        Self::parse(SHIPPED)
    }
}
