//! The lines of the table of costs, which text and Markdown print alike.

use std::cmp::Reverse;

use cost_model::{CostReport, Figure, LineCost, ObjectCost};
use price_book::Money;

use crate::text::cost::Sides;
use crate::text::{count, value};

/// Which lines a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    /// Every object that costs something, in the order of lists.
    All,
    /// What changes most (of one state alone, what costs most), and the rest in a line or two: it fits a screen.
    Largest,
}

/// As many objects fit a screen.
const SHOWN: usize = 10;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Object,
    /// Several together, in words.
    Several,
    Total,
}

/// A line of the table. A figure that is not known is none.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) about: About,
    pub(crate) before: Option<Figure>,
    pub(crate) after: Option<Figure>,
    pub(crate) delta: Option<Figure>,
    pub(crate) notes: Vec<String>,
}

/// The lines of a report, the total last.
pub(crate) fn lines(report: &CostReport, sides: Sides, which: Lines) -> Vec<Line> {
    let mut lines = match which {
        Lines::All => report.objects.iter().map(of_object).collect(),
        Lines::Largest => largest(report, sides),
    };
    let total = &report.total;
    lines.push(Line {
        label: "total".to_owned(),
        about: About::Total,
        before: Some(total.baseline),
        after: Some(total.projected),
        delta: Some(total.delta),
        notes: Vec::new(),
    });
    lines
}

fn largest(report: &CostReport, sides: Sides) -> Vec<Line> {
    let size = |object: &ObjectCost| match sides {
        Sides::Both => object.delta().map_or(u64::MAX, |delta| delta.money.micros.unsigned_abs()),
        Sides::After => object.projected().map_or(u64::MAX, |cost| cost.money.micros.unsigned_abs()),
    };
    let is_open = |object: &ObjectCost| {
        let unknown = || report.unknown.iter().any(|unknown| unknown.changed && unknown.key == object.key);
        object.delta().is_none() && unknown()
    };
    let moves = |object: &ObjectCost| match sides {
        Sides::Both => object.delta().map_or_else(|| is_open(object), |delta| delta.money.micros != 0),
        Sides::After => true,
    };
    let (mut moving, mut staying): (Vec<&ObjectCost>, Vec<&ObjectCost>) =
        report.objects.iter().partition(|object| moves(object));
    // What is not known and does not change is said below the table.
    staying.retain(|object| object.delta().is_some());
    // The sort is stable: equal costs stay in the order of lists.
    moving.sort_by_key(|object| Reverse(size(object)));
    let rest = moving.split_off(moving.len().min(SHOWN));
    let mut lines: Vec<Line> = moving.into_iter().map(of_object).collect();
    let (one, many) = match sides {
        Sides::Both => ("more object that changes", "more objects that change"),
        Sides::After => ("more object", "more objects"),
    };
    lines.extend(together(report, &rest, one, many));
    lines.extend(together(report, &staying, "object whose cost stays", "objects whose cost stays"));
    lines
}

fn of_object(object: &ObjectCost) -> Line {
    let is_known = matches!(object.cost, LineCost::Known(_));
    Line {
        label: value::key(&object.key),
        about: About::Object,
        before: object.baseline(),
        after: object.projected(),
        delta: object.delta(),
        notes: if is_known { object.notes.clone() } else { Vec::new() },
    }
}

/// Several objects in one line; none of no object. What is not known of them is in no figure.
fn together(report: &CostReport, objects: &[&ObjectCost], one: &str, many: &str) -> Option<Line> {
    let sum = |of: fn(&ObjectCost) -> Option<Figure>| {
        let currency = report.book.currency;
        objects.iter().filter_map(|object| of(object)).fold(
            Figure { money: Money::zero(currency), cents: 0 },
            // A part of a total that fits.
            |sum, figure| Figure {
                money: Money { micros: sum.money.micros.saturating_add(figure.money.micros), currency },
                cents: sum.cents.saturating_add(figure.cents),
            },
        )
    };
    (!objects.is_empty()).then(|| Line {
        label: count(objects.len(), one, many),
        about: About::Several,
        before: Some(sum(ObjectCost::baseline)),
        after: Some(sum(ObjectCost::projected)),
        delta: Some(sum(ObjectCost::delta)),
        notes: Vec::new(),
    })
}
