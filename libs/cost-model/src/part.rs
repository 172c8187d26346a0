//! One item of an object, priced.

use std::collections::BTreeSet;

use price_book::{Confidence, PriceBook, Quote};
use rust_decimal::Decimal;

use crate::apportion::Pair;
use crate::containers::divide;
use crate::context::Context;
use crate::demand::{Demand, Held};
use crate::draft::figures;
use crate::item::Item;
use crate::range::{AllBounds, Bounds};
use crate::ratio::Ratio;
use crate::report::{ContainerCost, Part};

/// A part before it is known what is shown of it.
pub(crate) struct DraftPart {
    pub(crate) item: Item,
    pub(crate) before: Held,
    pub(crate) after: Held,
    quote: Quote,
    pub(crate) micros: Pair,
    idle: (Option<i64>, Option<i64>),
    pub(crate) bounds: AllBounds,
    containers: Vec<ContainerCost>,
}

/// Usage × unit price in micro-units: the one place where an amount of money is rounded.
pub(crate) fn price(usage: Ratio, price: Decimal) -> Option<i64> {
    let micros = usage.times(Ratio::of_decimal(price)?)?.times(Ratio::whole(1_000_000))?;
    i64::try_from(micros.round()).ok()
}

impl DraftPart {
    /// All parts of an object; none if an amount does not fit.
    pub(crate) fn all(before: &Demand, after: &Demand, cx: Context<'_, '_>) -> Option<Vec<Self>> {
        let items: BTreeSet<&Item> = before.held.keys().chain(after.held.keys()).collect();
        let mut parts = Vec::with_capacity(items.len());
        for item in items {
            let held = |demand: &Demand| demand.held.get(item).cloned().unwrap_or(Held::NOTHING);
            let (was, is) = (held(before), held(after));
            if was.is_nothing() && is.is_nothing() {
                continue;
            }
            let quote = item.quote(cx.book, &cx.assumptions.usage.traffic_prices);
            let mut part = Self::of(item.clone(), was, is, quote)?;
            let at_one_load = before.driver.is_some() && before.driver == after.driver;
            part.bounds.delta = part.delta_bounds(at_one_load);
            part.containers = ContainerCost::join(
                divide(part.micros.0, item, &before.containers),
                divide(part.micros.1, item, &after.containers),
            );
            parts.push(part);
        }
        Some(parts)
    }

    fn of(item: Item, before: Held, after: Held, quote: Quote) -> Option<Self> {
        let of = |usage: Ratio| price(usage, quote.price);
        let idle = |held: &Held| match held.idle {
            Some(idle) => of(idle).map(Some),
            None => Some(None),
        };
        let bounds = |held: &Held| {
            let most = match held.usage.most {
                Some(most) => Some(of(most)?),
                None => None,
            };
            Some(Bounds { least: Some(of(held.usage.least)?), most })
        };
        let micros = (of(before.usage.expected)?, of(after.usage.expected)?);
        let idle = (idle(&before)?, idle(&after)?);
        let bounds = AllBounds { before: bounds(&before)?, after: bounds(&after)?, delta: Bounds::NOTHING };
        Some(Self { item, before, after, quote, micros, idle, bounds, containers: Vec::new() })
    }

    pub(crate) fn is_unchanged(&self) -> bool {
        self.before.usage == self.after.usage
    }

    fn delta_bounds(&self, at_one_load: bool) -> Bounds {
        let AllBounds { before, after, .. } = self.bounds;
        if self.is_unchanged() {
            return Bounds::NOTHING;
        }
        let corner = |after: Option<i64>, before: Option<i64>| Some(after? - before?);
        let (least, most) = (corner(after.least, before.least), corner(after.most, before.most));
        match (at_one_load, least, most) {
            (true, Some(least), Some(most)) => Bounds::of(&[least, self.micros.1 - self.micros.0, most]),
            _ => after.minus(before),
        }
    }

    /// How sure the part is: as its price, and assumed where its quantity is.
    pub(crate) fn confidence(&self) -> Confidence {
        match self.assumed() {
            Some(_) => Confidence::Assumed,
            None => self.quote.confidence,
        }
    }

    /// How sure a change of the part is: a difference is as sure as the worse of its two sides.
    pub(crate) fn confidence_of_change(&self) -> Confidence {
        let is_guess = [&self.before, &self.after].iter().any(|held| held.assumed.is_some());
        if is_guess { Confidence::Assumed } else { self.quote.confidence }
    }

    /// Why the quantity is a guess: after the change, or before it if there is none after.
    fn assumed(&self) -> Option<&String> {
        let held = if self.after.is_nothing() { &self.before } else { &self.after };
        held.assumed.as_ref()
    }

    pub(crate) fn finish(&self, cents: Pair, book: &PriceBook) -> Option<Part> {
        const PLACES: u32 = 9;
        Some(Part {
            resource: self.item.resource(),
            class: self.item.class(),
            amount_before: self.before.amount.decimal(PLACES)?,
            amount_after: self.after.amount.decimal(PLACES)?,
            usage_before: self.before.usage.expected.decimal(PLACES)?,
            usage_after: self.after.usage.expected.decimal(PLACES)?,
            price: self.quote.clone(),
            confidence: self.confidence(),
            assumed: self.assumed().cloned(),
            figures: figures(self.micros, cents, book),
            ranges: self.bounds.ranges(book.currency),
            idle_micros: self.idle,
            containers: self.containers.clone(),
        })
    }
}
