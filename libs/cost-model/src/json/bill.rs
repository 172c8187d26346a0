//! The bill as JSON: `bill` of `schemas/json/cost.schema.json`.

use packing::{Controller, Effect, NodeKind, StuckRollout};
use price_book::{Confidence, Currency, Date, InstanceQuote, Money, Quote};
use rust_decimal::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::read::FiguresJson;
use crate::assumptions::DaemonPods;
use crate::bill::{Bill, BillLine, PendingPods, Priced, PricesFrom};
use crate::figures::Figures;

/// The whole. `T` is how figures are written, or read.
#[derive(Serialize, Deserialize)]
struct BillJson<T> {
    total: Option<T>,
    currency: Currency,
    delta_range: Option<Range>,
    confidence: Option<Confidence>,
    effect: EffectJson,
    nodes: Vec<Line<T>>,
    pending: Vec<Pending>,
    stuck_rollouts: Vec<Stuck>,
    daemons: Vec<DaemonPods>,
    price: Origin,
    notes: Vec<String>,
    /// `1.33`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kubelet_version: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Range {
    low_micros: i64,
    high_micros: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EffectJson {
    Fits,
    Frees,
    Keeps,
    Adds,
}

#[derive(Serialize, Deserialize)]
struct Line<T> {
    group: Option<String>,
    instance_type: Option<String>,
    region: Option<String>,
    capacity_type: Option<String>,
    present: u32,
    before: u32,
    after: u32,
    effect: EffectJson,
    price_per_hour: Option<Decimal>,
    /// The least and the most that it has been.
    price_range: Option<[Decimal; 2]>,
    confidence: Option<Confidence>,
    /// Who says so, and since when; nobody but the description of the nodes where there is a price and no source.
    source: Option<String>,
    as_of: Option<Date>,
    why: Option<String>,
    cost: Option<T>,
}

#[derive(Serialize, Deserialize)]
struct Pending {
    controller: String,
    before: u32,
    after: u32,
    wanted: u32,
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Stuck {
    controller: String,
    surge: u32,
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Origin {
    as_of: Date,
    source: String,
}

impl Serialize for Bill {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pending = self.pending.iter().map(|one| Pending {
            controller: one.controller.to_string(),
            before: one.before,
            after: one.after,
            wanted: one.wanted,
            text: one.text.clone(),
        });
        let stuck = self.stuck.iter().map(|one| Stuck {
            controller: one.controller.to_string(),
            surge: one.surge,
            text: one.text.clone(),
        });
        BillJson::<Figures> {
            total: self.total,
            currency: self.prices.currency,
            delta_range: self
                .delta_range
                .map(|(low, high)| Range { low_micros: low.micros, high_micros: high.micros }),
            confidence: self.confidence,
            effect: self.effect.into(),
            nodes: self.nodes.iter().map(line).collect(),
            pending: pending.collect(),
            stuck_rollouts: stuck.collect(),
            daemons: self.daemons.clone(),
            price: Origin { as_of: self.prices.as_of.clone(), source: self.prices.source.clone() },
            notes: self.notes.clone(),
            kubelet_version: self.kubelet.map(|(major, minor)| format!("{major}.{minor}")),
        }
        .serialize(serializer)
    }
}

fn line(line: &BillLine) -> Line<Figures> {
    let NodeKind { group, instance_type, region, capacity_type } = line.kind.clone();
    let quote = match &line.price {
        Priced::Quoted(quote) => Some(quote),
        Priced::Given(_) | Priced::Unknown(_) => None,
    };
    let why = match &line.price {
        Priced::Unknown(why) => Some(why.clone()),
        _ => quote.and_then(|quote| quote.hour.why.clone()),
    };
    Line {
        group,
        instance_type,
        region,
        capacity_type,
        present: line.present,
        before: line.before,
        after: line.after,
        effect: line.effect.into(),
        price_per_hour: line.price.hour(),
        price_range: quote.and_then(|quote| quote.range).map(|(low, high)| [low, high]),
        confidence: line.price.confidence(),
        source: quote.map(|quote| quote.hour.source.clone()),
        as_of: quote.map(|quote| quote.hour.as_of.clone()),
        why,
        cost: line.figures,
    }
}

impl From<Effect> for EffectJson {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Fits => Self::Fits,
            Effect::Frees => Self::Frees,
            Effect::Keeps => Self::Keeps,
            Effect::Adds => Self::Adds,
        }
    }
}

impl From<EffectJson> for Effect {
    fn from(effect: EffectJson) -> Self {
        match effect {
            EffectJson::Fits => Self::Fits,
            EffectJson::Frees => Self::Frees,
            EffectJson::Keeps => Self::Keeps,
            EffectJson::Adds => Self::Adds,
        }
    }
}

impl<'de> Deserialize<'de> for Bill {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bill = BillJson::<FiguresJson>::deserialize(deserializer)?;
        let currency = bill.currency;
        let money = |micros| Money { micros, currency };
        let nodes = bill.nodes.into_iter().map(|line| line.read(currency));
        Ok(Self {
            nodes: nodes.collect::<Result<_, _>>().map_err(D::Error::custom)?,
            total: bill.total.map(|total| total.read(currency)),
            delta_range: bill.delta_range.map(|range| (money(range.low_micros), money(range.high_micros))),
            confidence: bill.confidence,
            effect: bill.effect.into(),
            pending: bill
                .pending
                .into_iter()
                .map(Pending::read)
                .collect::<Option<_>>()
                .ok_or_else(|| D::Error::custom(NO_CONTROLLER))?,
            stuck: bill
                .stuck_rollouts
                .into_iter()
                .map(Stuck::read)
                .collect::<Option<_>>()
                .ok_or_else(|| D::Error::custom(NO_CONTROLLER))?,
            daemons: bill.daemons,
            notes: bill.notes,
            kubelet: bill.kubelet_version.as_deref().and_then(version),
            prices: PricesFrom { currency, as_of: bill.price.as_of, source: bill.price.source },
        })
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

impl Line<FiguresJson> {
    fn read(self, currency: Currency) -> Result<BillLine, &'static str> {
        let price = match (self.price_per_hour, self.confidence, self.source, self.as_of) {
            (Some(price), Some(confidence), Some(source), Some(as_of)) => {
                let hour = Quote { price, confidence, source, as_of, why: self.why };
                let range = self.price_range.map(|[low, high]| (low, high));
                Priced::Quoted(Box::new(InstanceQuote { hour, range }))
            }
            (Some(price), _, None, None) => Priced::Given(price),
            (None, ..) => Priced::Unknown(self.why.unwrap_or_default()),
            _ => return Err("a price has its source, its day and its confidence"),
        };
        let Self { group, instance_type, region, capacity_type, present, before, after, .. } = self;
        Ok(BillLine {
            kind: NodeKind { group, instance_type, region, capacity_type },
            present,
            before,
            after,
            effect: self.effect.into(),
            price,
            figures: self.cost.map(|cost| cost.read(currency)),
        })
    }
}

const NO_CONTROLLER: &str = "a controller is KIND/NAMESPACE/NAME";

fn controller(text: &str) -> Option<Controller> {
    let mut parts = text.splitn(3, '/').map(str::to_owned);
    Some(Controller { kind: parts.next()?, namespace: parts.next()?, name: parts.next()? })
}

impl Pending {
    fn read(self) -> Option<PendingPods> {
        let Self { before, after, wanted, text, .. } = self;
        Some(PendingPods { controller: controller(&self.controller)?, before, after, wanted, text })
    }
}

impl Stuck {
    fn read(self) -> Option<StuckRollout> {
        Some(StuckRollout { controller: controller(&self.controller)?, surge: self.surge, text: self.text })
    }
}
