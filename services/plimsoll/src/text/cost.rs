//! `plimsoll cost` as text.

use budgets::Standing;
use cost_model::{Bill, CostReport, Figures, Range};
use price_book::Confidence;

use super::table::{self, Row};
use super::{Page, bill, count, sure, value};
use crate::estimate::Estimate;
use crate::estimate::budgets::NOT_CONNECTED;
use crate::estimate::compared::Compared;
use crate::estimate::explained::Explained;
use crate::estimate::lines::Line;
use crate::estimate::period::{Scale, Total};
use crate::style::{Style, Tone};

/// Whether there is a state before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sides {
    /// Before and after.
    Both,
    /// One state alone.
    After,
}

pub(crate) fn render(estimate: &Estimate, style: Style) -> String {
    let Estimate { report, sides, lines, scale, .. } = estimate;
    let mut page = Page::new(style);
    page.wrapped(0, Some(Tone::Strong), &headline(estimate));
    if estimate.bill.is_some() {
        page.wrapped(0, None, &format!("Cost, allocated: {}", verdict_in(report, *sides, *scale)));
    }
    held(&mut page, &estimate.budgets);
    asked(estimate).iter().for_each(|line| page.wrapped(0, None, line));
    if let Some(explained) = &estimate.explained {
        calculation(&mut page, explained);
        return page.finish();
    }
    page.line(&summary(report, *sides));
    details(&mut page, report, *sides, (lines, *scale));
    let bill = estimate.bill.as_ref().map(|bill| bill::render(bill, style));
    page.finish() + &bill.unwrap_or_default()
}

/// What there is to know first: what the invoice does where nodes are known, else what is allocated.
pub(crate) fn headline(estimate: &Estimate) -> String {
    let but = but_for(&estimate.report, estimate.sides);
    match &estimate.bill {
        Some(bill) => {
            let waits = waiting(bill).map(|pods| format!("; {pods}")).unwrap_or_default();
            format!("Bill for nodes: {}{waits}{but}", bill::verdict(bill, estimate.sides))
        }
        None => format!("Cost: {}{but}", verdict_in(&estimate.report, estimate.sides, estimate.scale)),
    }
}

/// What a figure leaves out, since nobody knows it; what does not change leaves no change out.
fn but_for(report: &CostReport, sides: Sides) -> String {
    let counts = |unknown: &&cost_model::UnknownCost| sides == Sides::After || unknown.changed;
    match report.unknown.iter().filter(counts).count() {
        0 => String::new(),
        more => format!(", but for {} whose cost is not known", count(more, "object", "objects")),
    }
}

/// A bill is no saving where less runs.
fn waiting(bill: &Bill) -> Option<String> {
    let more: u32 = bill.pending.iter().map(|pods| pods.after.saturating_sub(pods.before)).sum();
    (more > 0).then(|| match more {
        1 => "1 more pod stays Pending".to_owned(),
        more => format!("{more} more pods stay Pending"),
    })
}

/// A month's change: `+$17.20 a month (+14 %), on $125.40`.
pub(crate) fn verdict(report: &CostReport, sides: Sides) -> String {
    verdict_in(report, sides, Scale::month(report.book.currency))
}

/// The change for a span, no surer than it is: `about +$412.00 a month (+6 %), $0.00 to +$690.00, on $6,900.00`.
fn verdict_in(report: &CostReport, sides: Sides, scale: Scale) -> String {
    let Figures { delta, .. } = &report.total;
    // What does not fit has been refused.
    let Some(Total { before, after }) = scale.total(&report.total) else { return "not known".to_owned() };
    let (sure, range) = match sides {
        Sides::Both => (report.certainty.worst_of_change, report.ranges.delta),
        Sides::After => (report.certainty.worst, report.ranges.projected),
    };
    let about = if sure == Some(Confidence::Assumed) { "about " } else { "" };
    let span = scale.words();
    match sides {
        Sides::After => {
            let range = between(range, scale, Scale::text).map(|range| format!(" ({range})"));
            format!("{about}{} {span}{}", scale.text(after), range.unwrap_or_default())
        }
        Sides::Both if delta.money.micros == 0 && range.is_exact() => {
            format!("unchanged at {} {span}", scale.text(after))
        }
        Sides::Both => {
            let share = report.total.share().map(|share| format!(" ({share})")).unwrap_or_default();
            let range =
                between(range, scale, Scale::change).map(|range| format!(", {range}")).unwrap_or_default();
            let change = scale.change(after - before);
            format!("{about}{change} {span}{share}{range}, on {}", scale.text(before))
        }
    }
}

/// `$0.00 to +$690.00`; none where it is one amount.
fn between(range: Range, scale: Scale, text: fn(Scale, i64) -> String) -> Option<String> {
    let shown = |money: Option<price_book::Money>| Some(text(scale, scale.units(money?.micros)?));
    match (shown(range.low), shown(range.high)) {
        _ if range.is_exact() => None,
        (Some(low), Some(high)) => Some(format!("{low} to {high}")),
        (Some(low), None) => Some(format!("at least {low}, and nothing bounds it")),
        (None, Some(high)) => Some(format!("at most {high}")),
        (None, None) => Some("and nothing bounds it".to_owned()),
    }
}

/// What was asked for beside two states, in a line each.
pub(crate) fn asked(estimate: &Estimate) -> Vec<String> {
    let mut lines = Vec::new();
    if !estimate.set.is_empty() {
        lines.push(format!("What if: with another value at {}", estimate.set.join(", ")));
    }
    if let Some(compared) = &estimate.compared {
        lines.extend(against_saved(compared, estimate.scale));
    }
    lines
}

/// What the saved result is, and whether the two can be compared.
fn against_saved(compared: &Compared, scale: Scale) -> Vec<String> {
    let Compared { as_of, source, differences, .. } = compared;
    if compared.is_alike {
        return vec![format!(
            "Before is the saved result, of the same prices ({as_of}: {source}) and assumptions."
        )];
    }
    let mut lines = vec!["Before is the saved result, and the two are not alike:".to_owned()];
    lines.extend(differences.iter().map(|difference| format!("- {difference}")));
    if let Some((prices, quantities)) = compared.of_prices_micros.zip(compared.of_quantities_micros) {
        let text = |micros| scale.units(micros).map_or("too much".to_owned(), |units| scale.change(units));
        let (prices, quantities) = (text(prices), text(quantities));
        lines.push(format!("Of the change, {prices} is other prices, and {quantities} what is held."));
    }
    lines
}

/// The calculation for an object.
fn calculation(page: &mut Page, explained: &Explained) {
    for (when, lines) in calculations(explained) {
        page.heading(&format!("{}{when}", explained.object));
        lines.iter().for_each(|line| {
            let indent = line.len() - line.trim_start().len();
            page.wrapped(2 + indent, None, line);
        });
    }
}

/// The calculations before and after; one, where they are the same.
pub(crate) fn calculations(explained: &Explained) -> Vec<(&'static str, Vec<String>)> {
    let free = || vec!["it costs nothing by itself".to_owned()];
    match (&explained.before, &explained.after) {
        (Some(before), Some(after)) if before == after => vec![("", after.clone())],
        (Some(before), Some(after)) => {
            vec![(", before the change", before.clone()), (", after it", after.clone())]
        }
        (Some(before), None) => vec![(", before the change", before.clone()), (", after it", free())],
        (None, after) => vec![("", after.clone().unwrap_or_else(free))],
    }
}

/// How the budgets stand, a line each.
pub(crate) fn held(page: &mut Page, budgets: &[Standing]) {
    for standing in budgets {
        let tone = standing.is_against().then_some(Tone::Bad);
        page.wrapped(0, tone, &budget(standing));
    }
    if !budgets.is_empty() {
        page.wrapped(0, Some(Tone::Quiet), NOT_CONNECTED);
    }
}

/// `Budget production: $57.40 left of $1,200.00 a month`.
pub(crate) fn budget(standing: &Standing) -> String {
    format!("Budget {}: {}", standing.budget.label(), standing.text())
}

/// `2 objects cost more, 1 costs less, 8 the same; the cost of 1 is not known`.
fn summary(report: &CostReport, sides: Sides) -> String {
    let with = |test: fn(i64) -> bool| {
        report
            .objects
            .iter()
            .filter(|object| object.delta().is_some_and(|delta| test(delta.money.micros)))
            .count()
    };
    let same = with(|delta| delta == 0);
    let known = match sides {
        Sides::Both if same == with(|_| true) => {
            format!(
                "{}, and the cost of none changes",
                count(same, "object costs something", "objects cost something")
            )
        }
        Sides::After => count(with(|_| true), "object costs something", "objects cost something"),
        Sides::Both => format!(
            "{}, {}, {} the same",
            count(with(|delta| delta > 0), "object costs more", "objects cost more"),
            count(with(|delta| delta < 0), "costs less", "cost less"),
            same
        ),
    };
    match report.unknown.len() {
        0 => known,
        unknown => format!("{known}; not all of the cost of {unknown} is known"),
    }
}

/// The table, what is not known, the prices and what was assumed.
pub(crate) fn details(page: &mut Page, report: &CostReport, sides: Sides, table: (&[Line], Scale)) {
    let rows = rows(sides, table);
    if !report.objects.is_empty() {
        page.blank();
        table::lines(&rows, page.style).iter().for_each(|line| page.line(line));
    }
    if !report.unknown.is_empty() {
        page.heading("Not known, and in no figure above");
        for unknown in &report.unknown {
            let changed = if unknown.changed && sides == Sides::Both { " (changed)" } else { "" };
            let object = value::key(&unknown.key);
            page.wrapped(2, None, &format!("{object}{changed}: {}", unknown.why));
        }
    }
    page.blank();
    page.wrapped(0, Some(Tone::Quiet), &prices(report));
    page.wrapped(0, Some(Tone::Quiet), &assumed(report));
    sure::lines(report).iter().for_each(|line| page.wrapped(0, Some(Tone::Quiet), line));
}

pub(crate) fn prices(report: &CostReport) -> String {
    format!("Prices as of {}: {}.", report.book.as_of, report.book.source)
}

pub(crate) fn assumed(report: &CostReport) -> String {
    let has = |kinds: &[&str]| report.objects.iter().any(|object| kinds.contains(&object.key.kind.as_str()));
    let mut text =
        format!("Assumed: requests are what is paid for; a month has {} hours", cost_model::HOURS_A_MONTH);
    if has(&["Job", "CronJob"]) {
        let minutes = count(report.assumptions.run_minutes as usize, "minute", "minutes");
        text.push_str(&format!("; a run of a Job takes {minutes} (--run-minutes)"));
    }
    if let (Some(nodes), true) = (report.assumptions.node_count, has(&["DaemonSet"])) {
        text.push_str(&format!("; a DaemonSet runs on {}", count(nodes as usize, "node", "nodes")));
    }
    text.push('.');
    report.notes.iter().for_each(|note| text.push_str(&format!(" Note: {note}.")));
    text
}

fn rows(sides: Sides, (lines, scale): (&[Line], Scale)) -> Vec<Row> {
    let span = scale.words().to_owned();
    let head = match sides {
        Sides::Both => Row::new(span, vec!["before".into(), "after".into(), "change".into()]),
        Sides::After => Row::new(String::new(), vec![span]),
    };
    let row = |line: &Line| {
        let tone = tone(line.delta(), sides);
        let mut row = Row::new(line.label.clone(), cells(line, sides, scale)).last_toned(tone);
        row.notes.clone_from(&line.notes);
        row
    };
    std::iter::once(head).chain(lines.iter().map(row)).collect()
}

/// The figures of a line, as they are shown.
pub(crate) fn cells(line: &Line, sides: Sides, scale: Scale) -> Vec<String> {
    let unknown = || "unknown".to_owned();
    let text = |units: Option<i64>| units.map_or_else(unknown, |units| scale.text(units));
    let change = line.delta().map_or_else(unknown, |units| scale.change(units));
    match sides {
        Sides::After => vec![text(line.after)],
        Sides::Both => vec![text(line.before), text(line.after), change],
    }
}

fn tone(delta: Option<i64>, sides: Sides) -> Option<Tone> {
    match delta {
        _ if sides == Sides::After => None,
        None => Some(Tone::Careful),
        Some(1..) => Some(Tone::Bad),
        Some(0) => None,
        Some(..0) => Some(Tone::Good),
    }
}
