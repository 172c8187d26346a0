//! Reading a report again. What follows from something else in it (units, where a price comes from) is passed over.

use std::collections::BTreeMap;
use std::fmt;

use kube_model::ObjectRef;
use price_book::{Confidence, Currency, Date, Money, PriceBook, Quote};
use rust_decimal::Decimal;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use super::range::{CertaintyJson, RangesJson};
use crate::report::ResourceChange;
use crate::{
    Assumptions, ContainerCost, CostReport, Figure, Figures, LineCost, ObjectCost, Part, Resource, Transient,
    UnknownCost,
};

#[derive(Deserialize)]
struct Report {
    estimated_cost: Total,
    cost_preview: Preview,
    assumptions: Assumptions,
    price: PriceBook,
    objects: Vec<Object>,
    unknown: Vec<Unknown>,
    notes: Vec<String>,
}

#[derive(Deserialize)]
struct Total {
    baseline: Cents,
    projected: Cents,
    delta: Cents,
    baseline_micros: i64,
    projected_micros: i64,
    delta_micros: i64,
    range: RangesJson,
    confidence: CertaintyJson,
}

#[derive(Deserialize)]
struct Preview {
    resources: BTreeMap<Resource, String>,
}

#[derive(Deserialize)]
struct Object {
    object: ObjectRef,
    labels: BTreeMap<String, String>,
    range: Option<RangesJson>,
    transient: Option<TransientJson>,
    baseline: Option<Cents>,
    projected: Option<Cents>,
    delta: Option<Cents>,
    baseline_micros: Option<i64>,
    projected_micros: Option<i64>,
    delta_micros: Option<i64>,
    parts: Vec<PartJson>,
    notes: Vec<String>,
}

#[derive(Deserialize)]
struct TransientJson {
    pods: u64,
    hour_micros: i64,
    how: String,
}

#[derive(Deserialize)]
struct QuoteJson {
    source: String,
    as_of: Date,
    confidence: Confidence,
    why: Option<String>,
}

#[derive(Deserialize)]
struct IdleJson {
    baseline_micros: Option<i64>,
    projected_micros: Option<i64>,
}

#[derive(Deserialize)]
struct PartJson {
    resource: Resource,
    class: Option<String>,
    amount: BeforeAfter,
    usage: BeforeAfter,
    unit_price: Decimal,
    price: QuoteJson,
    confidence: Confidence,
    assumed: Option<String>,
    range: RangesJson,
    idle: Option<IdleJson>,
    #[serde(default)]
    containers: Vec<ContainerCost>,
    baseline: Cents,
    projected: Cents,
    delta: Cents,
    baseline_micros: i64,
    projected_micros: i64,
    delta_micros: i64,
}

/// Amounts before and after, without a range.
#[derive(Deserialize)]
pub(super) struct FiguresJson {
    baseline: Cents,
    projected: Cents,
    delta: Cents,
    baseline_micros: i64,
    projected_micros: i64,
    delta_micros: i64,
}

impl FiguresJson {
    pub(super) fn read(self, currency: Currency) -> Figures {
        Figures {
            baseline: figure(currency, self.baseline, self.baseline_micros),
            projected: figure(currency, self.projected, self.projected_micros),
            delta: figure(currency, self.delta, self.delta_micros),
        }
    }
}

#[derive(Deserialize)]
struct BeforeAfter {
    before: String,
    after: String,
}

#[derive(Deserialize)]
struct Unknown {
    object: ObjectRef,
    why: String,
    changed: bool,
}

/// Hundredths, which are written as a number with at most two decimals. They are read from its digits.
#[derive(Clone, Copy)]
struct Cents(i64);

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;
        impl Visitor<'_> for Digits {
            type Value = Cents;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount with at most two decimals")
            }

            fn visit_i64<E: Error>(self, units: i64) -> Result<Cents, E> {
                units.checked_mul(100).map(Cents).ok_or_else(|| E::custom("the amount is too large"))
            }

            fn visit_u64<E: Error>(self, units: u64) -> Result<Cents, E> {
                i64::try_from(units).map_err(E::custom).and_then(|units| self.visit_i64(units))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Cents, E> {
                // The shortest text that means this float is the one that was written.
                let text = number.to_string();
                let (units, hundredths) = text.split_once('.').unwrap_or((&text, ""));
                match hundredths.len() {
                    0..=2 => format!("{units}{hundredths:0<2}").parse().map(Cents).map_err(E::custom),
                    _ => Err(E::custom("an amount has at most two decimals")),
                }
            }
        }
        deserializer.deserialize_any(Digits)
    }
}

fn figure(currency: Currency, cents: Cents, micros: i64) -> Figure {
    Figure { money: Money { micros, currency }, cents: cents.0 }
}

impl<'de> Deserialize<'de> for CostReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Report { estimated_cost: total, cost_preview, assumptions, price: book, objects, unknown, notes } =
            Report::deserialize(deserializer)?;
        let currency = book.currency;
        let resources = cost_preview.resources.into_iter();
        let objects = objects.into_iter().map(|object| object.read(currency));
        Ok(Self {
            total: Figures {
                baseline: figure(currency, total.baseline, total.baseline_micros),
                projected: figure(currency, total.projected, total.projected_micros),
                delta: figure(currency, total.delta, total.delta_micros),
            },
            ranges: total.range.read(currency),
            certainty: total.confidence.into(),
            resources: resources.map(|(resource, text)| ResourceChange { resource, text }).collect(),
            assumptions,
            book,
            objects: objects.collect::<Result<_, _>>().map_err(D::Error::custom)?,
            unknown: unknown.into_iter().map(Unknown::read).collect(),
            notes,
        })
    }
}

impl Object {
    fn read(self, currency: Currency) -> Result<ObjectCost, &'static str> {
        let read = |cents: Option<Cents>, micros: Option<i64>| match (cents, micros) {
            (Some(cents), Some(micros)) => Ok(Some(figure(currency, cents, micros))),
            (None, None) => Ok(None),
            _ => Err("an amount is shown and exact, or neither"),
        };
        let baseline = read(self.baseline, self.baseline_micros)?;
        let projected = read(self.projected, self.projected_micros)?;
        let cost = match (baseline, projected, read(self.delta, self.delta_micros)?) {
            (Some(baseline), Some(projected), Some(delta)) => {
                LineCost::Known(Figures { baseline, projected, delta })
            }
            (baseline, projected, None) => LineCost::Unknown { baseline, projected },
            _ => return Err("a change of what is not known"),
        };
        Ok(ObjectCost {
            key: self.object.key(),
            api_version: self.object.api_version,
            labels: self.labels,
            ranges: self.range.map(|range| range.read(currency)),
            transient: self.transient.map(|transient| Transient {
                pods: transient.pods,
                hour: Money { micros: transient.hour_micros, currency },
                how: transient.how,
            }),
            cost,
            parts: self.parts.into_iter().map(|part| part.read(currency)).collect(),
            notes: self.notes,
        })
    }
}

impl PartJson {
    fn read(self, currency: Currency) -> Part {
        Part {
            resource: self.resource,
            amount_before: self.amount.before,
            amount_after: self.amount.after,
            usage_before: self.usage.before,
            usage_after: self.usage.after,
            class: self.class,
            price: Quote {
                price: self.unit_price,
                confidence: self.price.confidence,
                source: self.price.source,
                as_of: self.price.as_of,
                why: self.price.why,
            },
            confidence: self.confidence,
            assumed: self.assumed,
            ranges: self.range.read(currency),
            idle_micros: self.idle.map_or((None, None), |idle| (idle.baseline_micros, idle.projected_micros)),
            containers: self.containers,
            figures: Figures {
                baseline: figure(currency, self.baseline, self.baseline_micros),
                projected: figure(currency, self.projected, self.projected_micros),
                delta: figure(currency, self.delta, self.delta_micros),
            },
        }
    }
}

impl Unknown {
    fn read(self) -> UnknownCost {
        UnknownCost {
            key: self.object.key(),
            api_version: self.object.api_version,
            why: self.why,
            changed: self.changed,
        }
    }
}
