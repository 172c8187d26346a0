//! What a unit costs, who says so and since when.
//!
//! A [`PriceBook`] holds exact unit prices ([`rust_decimal::Decimal`]) with their source and date: a customer's own
//! file ([`PriceBook::parse`]) or the default that is shipped ([`PriceBook::shipped`]). [`Money`] is an integer of
//! micro-units and a [`Currency`]; it is never a float. The crate does no I/O.

mod book;
mod currency;
mod date;
mod decimal;
mod file;
mod instances;
mod money;

pub use book::PriceBook;
pub use currency::{Currency, NotACurrency};
pub use date::{Date, NotADate};
pub use file::PriceBookError;
pub use instances::{InstancePrice, InstancePrices};
pub use money::{MICROS_A_CENT, Money, MoneyError, round_half_even};
