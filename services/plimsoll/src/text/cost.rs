//! `plimsoll cost` as text.

use budgets::Standing;
use cost_model::{CostReport, Figure, Figures};

use super::table::{self, Row};
use super::{Page, bill, count, value};
use crate::estimate::Estimate;
use crate::estimate::budgets::NOT_CONNECTED;
use crate::estimate::lines::{Line, Lines, lines};
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
    let (report, sides) = (&estimate.report, estimate.sides());
    let mut page = Page::new(style);
    page.wrapped(0, Some(Tone::Strong), &format!("Cost: {}", verdict(report, sides)));
    held(&mut page, &estimate.budgets);
    if !estimate.set.is_empty() {
        page.wrapped(0, None, &asked(&estimate.set));
    }
    page.line(&summary(report, sides));
    details(&mut page, report, sides, estimate.lines);
    let bill = estimate.bill.as_ref().map(|bill| bill::render(bill, sides, style));
    page.finish() + &bill.unwrap_or_default()
}

/// `+$17.20 a month (+14 %), on $125.40`.
pub(crate) fn verdict(report: &CostReport, sides: Sides) -> String {
    let Figures { baseline, projected, delta } = &report.total;
    match sides {
        Sides::After => format!("{} a month", projected.text()),
        Sides::Both if delta.cents == 0 && delta.money.micros == 0 => {
            format!("unchanged at {} a month", projected.text())
        }
        Sides::Both => {
            let share = report.total.share().map(|share| format!(" ({share})")).unwrap_or_default();
            format!("{} a month{share}, on {}", delta.change_text(), baseline.text())
        }
    }
}

/// What the state after has otherwise than its files.
pub(crate) fn asked(set: &[String]) -> String {
    format!("What if: with another value at {}", set.join(", "))
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
pub(crate) fn details(page: &mut Page, report: &CostReport, sides: Sides, which: Lines) {
    let rows = rows(report, sides, which);
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
    text + "."
}

fn rows(report: &CostReport, sides: Sides, which: Lines) -> Vec<Row> {
    let head = match sides {
        Sides::Both => Row::new("a month".into(), vec!["before".into(), "after".into(), "change".into()]),
        Sides::After => Row::new(String::new(), vec!["a month".into()]),
    };
    let row = |line: Line| {
        let mut row = Row::new(line.label.clone(), cells(&line, sides)).last_toned(tone(line.delta, sides));
        row.notes = line.notes;
        row
    };
    std::iter::once(head).chain(lines(report, sides, which).into_iter().map(row)).collect()
}

/// The figures of a line, as they are shown.
pub(crate) fn cells(line: &Line, sides: Sides) -> Vec<String> {
    let text = |figure: Option<Figure>| figure.map_or("unknown".to_owned(), Figure::text);
    let change = line.delta.map_or("unknown".to_owned(), Figure::change_text);
    match sides {
        Sides::After => vec![text(line.after)],
        Sides::Both => vec![text(line.before), text(line.after), change],
    }
}

fn tone(delta: Option<Figure>, sides: Sides) -> Option<Tone> {
    match delta.map(|delta| delta.money.micros) {
        _ if sides == Sides::After => None,
        None => Some(Tone::Careful),
        Some(1..) => Some(Tone::Bad),
        Some(0) => None,
        Some(..0) => Some(Tone::Good),
    }
}
