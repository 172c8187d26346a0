//! The lines of the table of costs, which text and Markdown print alike.

use std::cmp::Reverse;
use std::collections::HashSet;

use cost_model::{CostReport, Figure, GroupBy, LineCost, ObjectCost};
use kube_model::ObjectKey;

use crate::cli::By;
use crate::estimate::period::{Scale, Total};
use crate::text::cost::Sides;
use crate::text::{count, value};

/// How a table is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout<'a> {
    pub(crate) by: &'a By,
    pub(crate) scale: Scale,
    /// Every line in the order of lists, and not only the largest, which fit a screen.
    pub(crate) all: bool,
    /// What each environment costs before and after, in micro-units, where they are the lines.
    pub(crate) environments: &'a [(String, i64, i64)],
}

/// As many lines fit a screen.
const SHOWN: usize = 10;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// An object, or what several have in common: a name.
    Named,
    /// Several together, in words.
    Several,
    Total,
}

/// A line of the table, in the units that are shown. A figure that is not known is none.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) about: About,
    pub(crate) before: Option<i64>,
    pub(crate) after: Option<i64>,
    pub(crate) notes: Vec<String>,
    /// The exact amounts in micro-units, a month.
    micros: (Option<i64>, Option<i64>),
    /// Whether the change may have to do with what is not known of it.
    is_open: bool,
}

impl Line {
    /// What the change does, as it is shown.
    pub(crate) fn delta(&self) -> Option<i64> {
        Some(self.after? - self.before?)
    }

    fn named(label: String, micros: (Option<i64>, Option<i64>)) -> Self {
        let (notes, is_open) = (Vec::new(), false);
        Self { label, about: About::Named, before: None, after: None, notes, micros, is_open }
    }

    fn moves(&self, sides: Sides) -> bool {
        match (sides, self.micros) {
            (Sides::After, _) => true,
            (Sides::Both, (Some(before), Some(after))) => before != after,
            (Sides::Both, _) => self.is_open,
        }
    }

    fn size(&self, sides: Sides) -> u64 {
        match (sides, self.micros) {
            (Sides::Both, (Some(before), Some(after))) => after.abs_diff(before),
            (Sides::After, (_, Some(after))) => after.unsigned_abs(),
            _ => u64::MAX,
        }
    }
}

/// The lines of a report, the total last; none where an amount does not fit.
pub(crate) fn lines(report: &CostReport, sides: Sides, layout: &Layout<'_>) -> Option<Vec<Line>> {
    let mut lines = entries(report, layout)?;
    let rows: Vec<(i64, i64)> =
        lines.iter().map(|line| (line.micros.0.unwrap_or(0), line.micros.1.unwrap_or(0))).collect();
    let total = match layout.by {
        By::Environment => sum_of(&rows, layout.scale)?,
        _ => layout.scale.total(&report.total)?,
    };
    for (line, shown) in lines.iter_mut().zip(layout.scale.rows(&rows, total)?) {
        line.before = line.micros.0.map(|_| shown.0);
        line.after = line.micros.1.map(|_| shown.1);
    }
    let mut lines = if layout.all { lines } else { largest(lines, sides, layout.by) };
    lines.push(together("total".to_owned(), About::Total, (total.before, total.after)));
    Some(lines)
}

/// The total of rows.
fn sum_of(rows: &[(i64, i64)], scale: Scale) -> Option<Total> {
    let sum = |pick: fn(&(i64, i64)) -> i64| rows.iter().map(pick).try_fold(0_i64, i64::checked_add);
    Some(Total { before: scale.units(sum(|row| row.0)?)?, after: scale.units(sum(|row| row.1)?)? })
}

/// A line for each object, or for what objects have in common.
fn entries(report: &CostReport, layout: &Layout<'_>) -> Option<Vec<Line>> {
    let by = match layout.by {
        By::Object => {
            let unknown = report.unknown.iter().filter(|one| one.changed);
            let open: HashSet<&ObjectKey> = unknown.map(|one| &one.key).collect();
            return Some(report.objects.iter().map(|object| of_object(&open, object)).collect());
        }
        By::Environment => {
            let line = |(name, before, after): &(String, i64, i64)| {
                Line::named(name.clone(), (Some(*before), Some(*after)))
            };
            return Some(layout.environments.iter().map(line).collect());
        }
        By::Container => GroupBy::Container,
        By::Kind => GroupBy::Kind,
        By::Namespace => GroupBy::Namespace,
        By::Resource => GroupBy::Resource,
        By::Label(label) => GroupBy::Label(label.clone()),
    };
    let groups = report.by(&by, cost_model::Period::Month)?;
    let line = |group: cost_model::Group| {
        let label = if group.name.is_empty() { "(none)".to_owned() } else { group.name };
        Line::named(label, (Some(group.baseline.micros), Some(group.projected.micros)))
    };
    Some(groups.into_iter().map(line).collect())
}

fn of_object(open: &HashSet<&ObjectKey>, object: &ObjectCost) -> Line {
    let micros = |figure: Option<Figure>| figure.map(|figure| figure.money.micros);
    let line = Line::named(value::key(&object.key), (micros(object.baseline()), micros(object.projected())));
    match object.cost {
        LineCost::Known(_) => Line { notes: object.notes.clone(), ..line },
        LineCost::Unknown { .. } => Line { is_open: open.contains(&object.key), ..line },
    }
}

/// What changes most (of one state alone, what costs most), and the rest in a line or two.
fn largest(lines: Vec<Line>, sides: Sides, by: &By) -> Vec<Line> {
    let (mut moving, mut staying): (Vec<Line>, Vec<Line>) =
        lines.into_iter().partition(|line| line.moves(sides));
    // What is not known and does not change is said below the table.
    staying.retain(|line| line.delta().is_some());
    // The sort is stable: equal costs stay in the order of lists.
    moving.sort_by_key(|line| Reverse(line.size(sides)));
    let rest = moving.split_off(moving.len().min(SHOWN));
    let (one, many) = match by {
        By::Object => ("object", "objects"),
        _ => ("line", "lines"),
    };
    let (changes, change) = if sides == Sides::Both { (" that changes", " that change") } else { ("", "") };
    let rest = folded(&rest, &format!("more {one}{changes}"), &format!("more {many}{change}"));
    let staying = folded(&staying, &format!("{one} whose cost stays"), &format!("{many} whose cost stays"));
    moving.into_iter().chain(rest).chain(staying).collect()
}

/// Several lines in one; none of none. What is not known of them is in no figure.
fn folded(lines: &[Line], one: &str, many: &str) -> Option<Line> {
    let sum = |of: fn(&Line) -> Option<i64>| lines.iter().filter_map(of).sum();
    let shown = (sum(|line| line.before), sum(|line| line.after));
    (!lines.is_empty()).then(|| together(count(lines.len(), one, many), About::Several, shown))
}

fn together(label: String, about: About, (before, after): (i64, i64)) -> Line {
    let line = Line::named(label, (None, None));
    Line { about, before: Some(before), after: Some(after), ..line }
}

/// The lines of a preview: the largest objects, a month.
pub(crate) fn of_preview(report: &CostReport) -> Vec<Line> {
    let scale = Scale::month(report.book.currency);
    let layout = Layout { by: &By::Object, scale, all: false, environments: &[] };
    // Amounts of a month are shown as they are, and fit.
    lines(report, Sides::Both, &layout).unwrap_or_default()
}
