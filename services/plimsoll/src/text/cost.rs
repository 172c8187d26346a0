//! `plimsoll cost` as text.

use cost_model::{CostReport, Figure, LineCost, ObjectCost};

use super::table::{self, Row};
use super::{Page, count, value};
use crate::style::{Style, Tone};

/// Which lines a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    /// Every object that costs something.
    All,
    /// Those whose cost changes or is not known; the others in one line.
    Changed,
}

/// Whether there is a state before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sides {
    /// Before and after.
    Both,
    /// One state alone.
    After,
}

pub(crate) fn render(report: &CostReport, sides: Sides, style: Style) -> String {
    let mut page = Page::new(style);
    let verdict = style.paint(Tone::Strong, &format!("Cost: {}", verdict(report, sides)));
    page.line(&verdict);
    page.line(&summary(report, sides));
    details(&mut page, report, sides, Lines::All);
    page.finish()
}

/// `$125.40 → $142.60 a month: +$17.20`.
pub(crate) fn verdict(report: &CostReport, sides: Sides) -> String {
    let total = &report.total;
    match sides {
        Sides::After => format!("{} a month", total.projected.text()),
        Sides::Both if total.delta.cents == 0 && total.delta.money.micros == 0 => {
            format!("unchanged at {} a month", total.projected.text())
        }
        Sides::Both => format!(
            "{} a month: {} → {}",
            total.delta.change_text(),
            total.baseline.text(),
            total.projected.text()
        ),
    }
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
    let mut rows = vec![match sides {
        Sides::Both => Row::new("a month".into(), vec!["before".into(), "after".into(), "change".into()]),
        Sides::After => Row::new(String::new(), vec!["a month".into()]),
    }];
    let changed = |object: &ObjectCost| match object.delta() {
        Some(delta) => delta.money.micros != 0,
        None => report.unknown.iter().any(|unknown| unknown.changed && unknown.key == object.key),
    };
    let is_shown = |object: &ObjectCost| which == Lines::All || changed(object);
    let (shown, mut folded): (Vec<&ObjectCost>, Vec<&ObjectCost>) =
        report.objects.iter().partition(|object| is_shown(object));
    folded.retain(|object| object.delta().is_some());
    for object in shown {
        let cells = cells(object.baseline(), object.projected(), object.delta(), sides);
        let mut row = Row::new(value::key(&object.key), cells).last_toned(tone(object.delta(), sides));
        row.notes.clone_from(&object.notes);
        if let LineCost::Unknown { .. } = object.cost {
            row.notes.clear();
        }
        rows.push(row);
    }
    if !folded.is_empty() {
        let sum = |of: fn(&ObjectCost) -> Option<Figure>| {
            let figures = || folded.iter().filter_map(|object| of(object));
            let cents = figures().map(|figure| figure.cents).sum();
            report.book.currency.format(cents)
        };
        let label = count(folded.len(), "object whose cost stays", "objects whose cost stays");
        rows.push(Row::new(
            label,
            vec![sum(ObjectCost::baseline), sum(ObjectCost::projected), String::new()],
        ));
    }
    let total = &report.total;
    let cells = cells(Some(total.baseline), Some(total.projected), Some(total.delta), sides);
    rows.push(Row::new("total".into(), cells).last_toned(tone(Some(total.delta), sides)));
    rows
}

fn cells(before: Option<Figure>, after: Option<Figure>, delta: Option<Figure>, sides: Sides) -> Vec<String> {
    let text = |figure: Option<Figure>| figure.map_or("unknown".to_owned(), Figure::text);
    match sides {
        Sides::After => vec![text(after)],
        Sides::Both => {
            vec![text(before), text(after), delta.map_or("unknown".to_owned(), Figure::change_text)]
        }
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
