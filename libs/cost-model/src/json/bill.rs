//! The bill as JSON: `bill` of `schemas/json/cost.schema.json`.

use packing::Effect;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::bill::{Bill, BillLine, Priced};
use crate::figures::{Figure, Figures};

impl Serialize for Bill {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let range =
            self.delta_range.map(|(low, high)| json!({"low_micros": low.micros, "high_micros": high.micros}));
        let pending = self.pending.iter().map(|one| {
            json!({"controller": one.controller.to_string(), "before": one.before, "after": one.after,
                "text": one.text})
        });
        let prices = json!({"as_of": self.prices.as_of.to_string(), "source": self.prices.source});
        json!({
            "total": self.total.map(figures),
            "currency": self.prices.currency.code(),
            "delta_range": range,
            "effect": effect(self.effect),
            "nodes": self.nodes.iter().map(line).collect::<Vec<_>>(),
            "pending": pending.collect::<Vec<_>>(),
            "price": prices,
            "notes": self.notes,
        })
        .serialize(serializer)
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Fits => "fits",
        Effect::Frees => "frees",
        Effect::Keeps => "keeps",
        Effect::Adds => "adds",
    }
}

fn figures(figures: Figures) -> Value {
    let Figures { baseline, projected, delta } = figures;
    let micros = |figure: Figure| figure.money.micros;
    json!({
        "baseline": baseline.number(), "projected": projected.number(), "delta": delta.number(),
        "baseline_micros": micros(baseline), "projected_micros": micros(projected), "delta_micros": micros(delta),
    })
}

fn line(line: &BillLine) -> Value {
    let (confidence, why) = match &line.price {
        Priced::Given(_) => ("given", None),
        Priced::Listed(_) => ("list", None),
        Priced::Assumed(_, why) => ("assumed", Some(why.clone())),
        Priced::Unknown(why) => ("unknown", Some(why.clone())),
    };
    json!({
        "group": line.kind.group, "instance_type": line.kind.instance_type, "region": line.kind.region,
        "capacity_type": line.kind.capacity_type, "present": line.present, "before": line.before,
        "after": line.after, "effect": effect(line.effect), "price_per_hour": line.price.hour().map(|hour| hour.to_string()),
        "confidence": confidence, "why": why, "cost": line.figures.map(figures),
    })
}
