//! The report as JSON (`schemas/json/cost.schema.json`).

mod bill;
mod range;
mod read;

use std::collections::BTreeMap;

use kube_model::ObjectKey;
use price_book::{Confidence, Currency, PriceBook};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::assumptions::HOURS_A_MONTH;
use crate::figures::MaybeFigures;
use crate::{
    Assumptions, Certainty, ContainerCost, CostReport, Figures, ObjectCost, Part, Ranges, Resource,
    UnknownCost,
};

/// The total: `{"baseline": 125.4, "projected": 142.6, "delta": 17.2, "currency": "USD", …}`.
#[derive(Debug, Clone, Serialize)]
pub struct EstimatedCost {
    #[serde(flatten)]
    figures: Figures,
    currency: Currency,
    range: Ranges,
    confidence: Certainty,
}

/// The change in a nutshell: `{"delta_monthly_usd": 17.2, "resources": {"cpu": "+2 vCPU", "memory": "+8 GiB"}}`.
#[derive(Debug, Clone, Serialize)]
pub struct CostPreview {
    /// Only where the prices are in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    delta_monthly_usd: Option<f64>,
    resources: BTreeMap<Resource, String>,
}

impl CostReport {
    /// The total, as JSON documents hold it.
    #[must_use]
    pub fn estimated_cost(&self) -> EstimatedCost {
        EstimatedCost {
            figures: self.total,
            currency: self.book.currency,
            range: self.ranges,
            confidence: self.certainty.clone(),
        }
    }

    /// The change in a nutshell, as JSON documents hold it.
    #[must_use]
    pub fn cost_preview(&self) -> CostPreview {
        let in_dollars = self.book.currency == Currency::USD;
        CostPreview {
            delta_monthly_usd: in_dollars.then(|| self.total.delta.number()),
            resources: self.resources.iter().map(|change| (change.resource, change.text.clone())).collect(),
        }
    }
}

impl Serialize for CostReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let objects: Vec<_> = self.objects.iter().map(|object| object_json(object, &self.book)).collect();
        let unknown: Vec<_> = self.unknown.iter().map(unknown_json).collect();
        let mut report = serializer.serialize_struct("CostReport", 7)?;
        report.serialize_field("estimated_cost", &self.estimated_cost())?;
        report.serialize_field("cost_preview", &self.cost_preview())?;
        report.serialize_field("assumptions", &AssumptionsJson::of(&self.assumptions))?;
        report.serialize_field("price", &self.book)?;
        report.serialize_field("objects", &objects)?;
        report.serialize_field("unknown", &unknown)?;
        report.serialize_field("notes", &self.notes)?;
        report.end()
    }
}

#[derive(Serialize)]
struct AssumptionsJson<'a> {
    hours_a_month: u32,
    #[serde(flatten)]
    assumptions: &'a Assumptions,
}

impl<'a> AssumptionsJson<'a> {
    fn of(assumptions: &'a Assumptions) -> Self {
        Self { hours_a_month: HOURS_A_MONTH, assumptions }
    }
}

#[derive(Serialize)]
struct ObjectRef<'a> {
    api_version: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

fn reference<'a>(api_version: &'a str, key: &'a ObjectKey) -> ObjectRef<'a> {
    ObjectRef { api_version, kind: &key.kind, namespace: key.namespace.as_deref(), name: &key.name }
}

/// Where prices come from and since when they hold.
#[derive(Serialize)]
struct PriceOrigin<'a> {
    source: &'a str,
    as_of: &'a str,
}

impl<'a> PriceOrigin<'a> {
    fn of(book: &'a PriceBook) -> Self {
        Self { source: &book.source, as_of: book.as_of.as_str() }
    }
}

#[derive(Serialize)]
struct ObjectJson<'a> {
    object: ObjectRef<'a>,
    labels: &'a BTreeMap<String, String>,
    #[serde(flatten)]
    figures: MaybeFigures,
    range: Option<Ranges>,
    confidence: Option<Confidence>,
    price: PriceOrigin<'a>,
    parts: Vec<PartJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transient: Option<TransientJson<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct TransientJson<'a> {
    pods: u64,
    hour_micros: i64,
    how: &'a str,
}

fn object_json<'a>(object: &'a ObjectCost, book: &'a PriceBook) -> ObjectJson<'a> {
    ObjectJson {
        object: reference(&object.api_version, &object.key),
        labels: &object.labels,
        range: object.ranges,
        confidence: object.confidence(),
        transient: object.transient.as_ref().map(|transient| TransientJson {
            pods: transient.pods,
            hour_micros: transient.hour.micros,
            how: &transient.how,
        }),
        figures: MaybeFigures {
            baseline: object.baseline(),
            projected: object.projected(),
            delta: object.delta(),
        },
        price: PriceOrigin::of(book),
        parts: object.parts.iter().map(part_json).collect(),
        notes: &object.notes,
    }
}

#[derive(Serialize)]
struct BeforeAfter<'a> {
    before: &'a str,
    after: &'a str,
}

/// A price's origin, as far as it is not the price itself.
#[derive(Serialize)]
struct QuoteJson<'a> {
    source: &'a str,
    as_of: &'a str,
    confidence: Confidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct PartJson<'a> {
    resource: Resource,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'a str>,
    amount: BeforeAfter<'a>,
    unit: &'static str,
    usage: BeforeAfter<'a>,
    usage_unit: &'static str,
    unit_price: String,
    price: QuoteJson<'a>,
    confidence: Confidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed: Option<&'a str>,
    #[serde(flatten)]
    figures: &'a Figures,
    range: Ranges,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle: Option<IdleJson>,
    #[serde(skip_serializing_if = "<[ContainerCost]>::is_empty")]
    containers: &'a [ContainerCost],
}

/// Micro-units of what is asked for and not used.
#[derive(Serialize)]
struct IdleJson {
    baseline_micros: Option<i64>,
    projected_micros: Option<i64>,
}

fn part_json(part: &Part) -> PartJson<'_> {
    let quote = &part.price;
    PartJson {
        resource: part.resource,
        class: part.class.as_deref(),
        amount: BeforeAfter { before: &part.amount_before, after: &part.amount_after },
        unit: part.resource.unit(),
        usage: BeforeAfter { before: &part.usage_before, after: &part.usage_after },
        usage_unit: part.resource.usage_unit(),
        unit_price: quote.price.to_string(),
        price: QuoteJson {
            source: &quote.source,
            as_of: quote.as_of.as_str(),
            confidence: quote.confidence,
            why: quote.why.as_deref(),
        },
        confidence: part.confidence,
        assumed: part.assumed.as_deref(),
        figures: &part.figures,
        range: part.ranges,
        idle: (part.idle_micros != (None, None)).then_some(IdleJson {
            baseline_micros: part.idle_micros.0,
            projected_micros: part.idle_micros.1,
        }),
        containers: &part.containers,
    }
}

#[derive(Serialize)]
struct UnknownJson<'a> {
    object: ObjectRef<'a>,
    why: &'a str,
    changed: bool,
}

fn unknown_json(unknown: &UnknownCost) -> UnknownJson<'_> {
    UnknownJson {
        object: reference(&unknown.api_version, &unknown.key),
        why: &unknown.why,
        changed: unknown.changed,
    }
}
