//! The bill for nodes, as text.

use cost_model::{Bill, BillLine, Figure, Priced};
use packing::StuckRollout;
use price_book::Confidence;

use super::Page;
use super::cost::Sides;
use super::table::{self, Row};
use crate::style::Style;

/// What the bill is made of, where its verdict stands above already.
pub(crate) fn render(bill: &Bill, style: Style) -> String {
    let mut page = Page::new(style);
    page.heading("The nodes");
    details(&mut page, bill);
    page.finish()
}

/// The bill, below the cost.
pub(crate) fn write(page: &mut Page, bill: &Bill, sides: Sides) {
    page.heading(&format!("Bill for nodes: {}", verdict(bill, sides)));
    details(page, bill);
}

fn details(page: &mut Page, bill: &Bill) {
    let style = page.style;
    page.wrapped(0, None, &effect(bill));
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
    if !bill.stuck.is_empty() {
        page.heading("Rollouts without room");
        bill.stuck.iter().for_each(|one| page.wrapped(2, None, &stuck(one)));
    }
    page.blank();
    about(bill).iter().for_each(|line| page.wrapped(0, None, line));
}

/// `+$70.08 a month (+100 %), on $70.08`; of one state alone what it costs.
pub(crate) fn verdict(bill: &Bill, sides: Sides) -> String {
    match (sides, bill.total) {
        (Sides::After, Some(total)) => {
            let range = bill.range().map(|range| format!(" (the change is {range})")).unwrap_or_default();
            format!("{} a month{range}", total.projected.text())
        }
        _ => bill.verdict(),
    }
}

/// What the change does to the nodes, in a sentence.
pub(crate) fn effect(bill: &Bill) -> String {
    let mut deed = bill.deed() + ".";
    deed.replace_range(..1, &deed[..1].to_uppercase());
    deed
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
        Priced::Quoted(quote) => {
            let hour = quote.hour.price;
            match (quote.hour.confidence, &quote.hour.why) {
                (Confidence::Assumed, why) => {
                    format!(
                        "{hour} an hour (assumed: {})",
                        why.as_deref().unwrap_or("its place is not known")
                    )
                }
                (Confidence::List, _) => format!("{hour} an hour, as listed"),
                (Confidence::Contract, _) => format!("{hour} an hour, your price"),
                (Confidence::Measured, _) => format!("{hour} an hour, as billed"),
            }
        }
        Priced::Unknown(why) => format!("the price is not known: {why}"),
    }
}

/// Why a rollout does not go on.
pub(crate) fn stuck(rollout: &StuckRollout) -> String {
    format!("{}: beside the old pods {}", rollout.controller, rollout.text)
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
