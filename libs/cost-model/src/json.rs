//! The report as JSON (`schemas/json/cost.schema.json`).

mod bill;
mod read;

use std::collections::BTreeMap;

use kube_model::ObjectKey;
use price_book::{Currency, PriceBook};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::assumptions::HOURS_A_MONTH;
use crate::figures::MaybeFigures;
use crate::{Assumptions, CostReport, Figures, ObjectCost, Part, Resource, UnknownCost};

/// The total: `{"baseline": 125.4, "projected": 142.6, "delta": 17.2, "currency": "USD", …}`.
#[derive(Debug, Clone, Serialize)]
pub struct EstimatedCost {
    #[serde(flatten)]
    figures: Figures,
    currency: Currency,
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
        EstimatedCost { figures: self.total, currency: self.book.currency }
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
        let mut report = serializer.serialize_struct("CostReport", 6)?;
        report.serialize_field("estimated_cost", &self.estimated_cost())?;
        report.serialize_field("cost_preview", &self.cost_preview())?;
        report.serialize_field("assumptions", &AssumptionsJson::of(&self.assumptions))?;
        report.serialize_field("price", &self.book)?;
        report.serialize_field("objects", &objects)?;
        report.serialize_field("unknown", &unknown)?;
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
    #[serde(flatten)]
    figures: MaybeFigures,
    price: PriceOrigin<'a>,
    parts: Vec<PartJson<'a>>,
    notes: &'a [String],
}

fn object_json<'a>(object: &'a ObjectCost, book: &'a PriceBook) -> ObjectJson<'a> {
    ObjectJson {
        object: reference(&object.api_version, &object.key),
        figures: MaybeFigures {
            baseline: object.baseline(),
            projected: object.projected(),
            delta: object.delta(),
        },
        price: PriceOrigin::of(book),
        parts: object.parts.iter().map(|part| part_json(part, book)).collect(),
        notes: &object.notes,
    }
}

#[derive(Serialize)]
struct BeforeAfter<'a> {
    before: &'a str,
    after: &'a str,
}

#[derive(Serialize)]
struct PartJson<'a> {
    resource: Resource,
    amount: BeforeAfter<'a>,
    unit: &'static str,
    usage: BeforeAfter<'a>,
    usage_unit: &'static str,
    unit_price: String,
    price: PriceOrigin<'a>,
    #[serde(flatten)]
    figures: &'a Figures,
}

fn part_json<'a>(part: &'a Part, book: &'a PriceBook) -> PartJson<'a> {
    PartJson {
        resource: part.resource,
        amount: BeforeAfter { before: &part.amount_before, after: &part.amount_after },
        unit: part.resource.unit(),
        usage: BeforeAfter { before: &part.usage_before, after: &part.usage_after },
        usage_unit: part.resource.usage_unit(),
        unit_price: part.unit_price.to_string(),
        price: PriceOrigin::of(book),
        figures: &part.figures,
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
