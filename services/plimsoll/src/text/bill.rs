//! The bill for nodes, as text.

use cost_model::{Bill, BillLine, Figure, Priced};
use packing::Effect;

use super::Page;
use super::cost::Sides;
use super::table::{self, Row};
use crate::style::Style;

/// The bill, below the cost.
pub(crate) fn render(bill: &Bill, sides: Sides, style: Style) -> String {
    let mut page = Page::new(style);
    page.blank();
    page.line(&format!("Bill for nodes: {}", verdict(bill, sides)));
    page.wrapped(0, None, effect(bill));
    if !bill.nodes.is_empty() {
        page.blank();
        table::lines(&rows(bill), style).iter().for_each(|line| page.line(line));
    }
    if !bill.pending.is_empty() {
        page.heading("Does not fit");
        for pending in &bill.pending {
            page.wrapped(2, None, &format!("{}: {}", pending.controller, pending.text));
        }
    }
    page.blank();
    about(bill).iter().for_each(|line| page.wrapped(0, None, line));
    page.finish()
}

/// `+$70.08 a month: $70.08 → $140.16`.
pub(crate) fn verdict(bill: &Bill, sides: Sides) -> String {
    let Some(total) = bill.total else { return "not known: not every node has a price".to_owned() };
    let range = match bill.delta_range {
        Some((low, high)) if low != high => {
            let text = |money: price_book::Money| money.currency.format_change(money.cents());
            format!(" (from {} to {}, as the autoscaler chooses)", text(low), text(high))
        }
        _ => String::new(),
    };
    let change = match sides {
        Sides::After => format!("{} a month", total.projected.text()),
        Sides::Both if total.delta.money.micros == 0 => {
            format!("unchanged at {} a month", total.projected.text())
        }
        Sides::Both => format!(
            "{} a month: {} → {}",
            total.delta.change_text(),
            total.baseline.text(),
            total.projected.text()
        ),
    };
    change + &range
}

/// What the change does to the nodes, in a sentence.
pub(crate) fn effect(bill: &Bill) -> &'static str {
    match bill.effect {
        _ if !bill.pending.is_empty() => "Not all of its pods find a place; what waits costs nothing here.",
        Effect::Fits => "It fits into what is free: as many nodes as without it.",
        Effect::Frees => "Nodes can go that would stay without it.",
        Effect::Keeps => "No node is added, but nodes stay that would go without it.",
        Effect::Adds => "Nodes are added.",
    }
}

/// The kind of a node, and what says so.
pub(crate) fn kind(line: &BillLine) -> String {
    let parts = [&line.kind.group, &line.kind.instance_type, &line.kind.capacity_type];
    let known: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    if known.is_empty() { "of no known kind".to_owned() } else { known.join(", ") }
}

/// What one of them costs an hour, in words.
pub(crate) fn price(line: &BillLine) -> String {
    match &line.price {
        Priced::Given(hour) => format!("{hour} an hour, as the description of the nodes says"),
        Priced::Listed(hour) => format!("{hour} an hour, as listed"),
        Priced::Assumed(hour, why) => format!("{hour} an hour (assumed: {why})"),
        Priced::Unknown(why) => format!("the price is not known: {why}"),
    }
}

/// The source of the prices, and what was taken for granted.
pub(crate) fn about(bill: &Bill) -> Vec<String> {
    let mut lines = vec![format!("Prices of instances as of {}: {}.", bill.prices.as_of, bill.prices.source)];
    lines.extend(bill.notes.iter().map(|note| format!("Assumed: {note}.")));
    lines
}

fn rows(bill: &Bill) -> Vec<Row> {
    let heads = ["now", "before", "after", "a month"];
    let mut rows = vec![Row::new("nodes".into(), heads.map(str::to_owned).to_vec())];
    for line in &bill.nodes {
        let month = line.figures.map(|figures| figures.projected).map_or("unknown".to_owned(), Figure::text);
        let counts = [line.present, line.before, line.after].map(|nodes| nodes.to_string());
        let mut row = Row::new(kind(line), counts.into_iter().chain([month]).collect());
        row.notes.push(price(line));
        rows.push(row);
    }
    rows
}
