//! What things cost, who says so and since when.
//!
//! A [`PriceBook`] is lists of prices ([`PriceList`]), each before the ones that follow it: a customer's own, an imported list of
//! a provider, the default that is shipped. What it is asked for it answers with a [`Quote`]: an exact price
//! ([`rust_decimal::Decimal`]), its source and date, how sure it is ([`Confidence`]), and why where it is assumed. [`Money`] is an
//! integer of micro-units and a [`Currency`]; it is never a float. The crate does no I/O.

mod book;
mod check;
mod commitments;
mod currency;
mod date;
mod decimal;
mod exact;
mod file;
mod hourly;
mod instances;
mod list;
mod money;
mod offers;
mod quote;
mod rates;
mod rules;
mod split;
mod storage;
mod unit;

pub use book::PriceBook;
pub use commitments::{Commitment, PlanRate, Settlement, Term, Usage};
pub use currency::{Currency, NotACurrency};
pub use date::{Date, NotADate};
pub use decimal::parse as parse_decimal;
pub use file::PriceBookError;
pub use instances::{InstancePrice, InstanceQuote};
pub use list::{Hourly, Instance, PriceList, Region, StorageClass};
pub use money::{MICROS_A_CENT, Money, MoneyError, round_half_even};
pub use quote::{Confidence, Quote};
pub use rates::Rate;
pub use rules::{Rule, Scope};
pub use split::{NodeShape, NodeSplit, NodeUnitPrices};
pub use storage::{StorageAsk, StorageQuote};
pub use unit::{Unit, UnitPrices};
