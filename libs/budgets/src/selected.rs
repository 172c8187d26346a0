//! What a budget counts: the cost of the objects that its labels select.

use std::collections::{BTreeMap, HashMap};

use application::Budget;
use cost_model::{CostReport, ObjectCost};
use kube_model::{Object, ObjectKey, pod};

/// What one environment costs, and what says whose its objects are.
#[derive(Debug, Clone, Copy)]
pub struct Spending<'a> {
    /// What it costs before and after the change.
    pub report: &'a CostReport,
    /// The objects, whose labels say whose they are.
    pub states: States<'a>,
}

/// What says whose objects are.
#[derive(Debug, Clone, Copy)]
pub enum States<'a> {
    /// The objects of both states; of one alone, none before.
    Objects {
        /// Before the change.
        before: Option<&'a [Object]>,
        /// After it.
        after: &'a [Object],
    },
    /// The report of a change alone: its labels are those of the state in which an object is last, and count for both.
    Report,
}

/// What the application's other environments cost, which the change leaves as they are.
#[derive(Debug, Clone, Copy)]
pub enum Elsewhere<'a> {
    /// Each of them.
    Known(&'a [Spending<'a>]),
    /// Nobody has read them, and why.
    Unknown(&'a str),
}

/// What is selected of an environment, in micro-units.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Selected<'a> {
    pub(crate) baseline: i64,
    pub(crate) projected: i64,
    /// The first object after the change whose cost is not known, and whether one of those differs.
    pub(crate) unknown: Option<(&'a ObjectKey, bool)>,
}

impl Selected<'_> {
    /// Both together; none where the sum does not fit.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            baseline: self.baseline.checked_add(other.baseline)?,
            projected: self.projected.checked_add(other.projected)?,
            unknown: self.unknown.or(other.unknown),
        })
    }
}

impl<'a> Spending<'a> {
    /// What a budget counts of it; none where the sum does not fit.
    pub(crate) fn selected(&self, budget: &Budget) -> Option<Selected<'a>> {
        let (before, after) = match self.states {
            States::Objects { before, after } => (
                Labels::of(before.unwrap_or_default(), &budget.selector),
                Labels::of(after, &budget.selector),
            ),
            States::Report => (
                Labels::of_report(self.report, budget, |_| true),
                Labels::of_report(self.report, budget, is_there),
            ),
        };
        let mut sum = Selected::default();
        for object in &self.report.objects {
            let micros = |figure: Option<cost_model::Figure>, counts: bool| {
                figure.filter(|_| counts).map_or(0, |figure| figure.money.micros)
            };
            // What is gone may leave volumes that are paid for: they stay whose they were.
            let is_of_after = match after.has(&object.key) {
                true => after.counts(&object.key),
                false => before.counts(&object.key),
            };
            let more = Selected {
                baseline: micros(object.baseline(), before.counts(&object.key)),
                projected: micros(object.projected(), is_of_after),
                unknown: None,
            };
            sum = sum.plus(more)?;
        }
        let mut unknown = self.report.unknown.iter().filter(|unknown| after.counts(&unknown.key)).peekable();
        sum.unknown = unknown.peek().map(|first| &first.key).map(|key| (key, unknown.any(|one| one.changed)));
        Some(sum)
    }
}

/// Which objects of a state have the labels that are asked for.
struct Labels<'a>(HashMap<&'a ObjectKey, bool>);

impl<'a> Labels<'a> {
    fn of(objects: &'a [Object], selector: &BTreeMap<String, String>) -> Self {
        let has_all = |object: &Object| selector.iter().all(|(key, value)| label(object, key) == Some(value));
        Self(objects.iter().map(|object| (&object.key, has_all(object))).collect())
    }

    fn of_report(report: &'a CostReport, budget: &Budget, is_in: fn(&ObjectCost) -> bool) -> Self {
        let has_all = |object: &ObjectCost| {
            budget.selector.iter().all(|(key, value)| object.labels.get(key) == Some(value))
        };
        Self(report.objects.iter().map(|object| (&object.key, is_in(object) && has_all(object))).collect())
    }

    fn has(&self, key: &ObjectKey) -> bool {
        self.0.contains_key(key)
    }

    fn counts(&self, key: &ObjectKey) -> bool {
        self.0.get(key).copied().unwrap_or_default()
    }
}

/// Whether an object is there after the change: what is gone costs nothing, and that is known.
fn is_there(object: &ObjectCost) -> bool {
    object.projected().is_none_or(|figure| figure.money.micros != 0)
        || matches!(object.cost, cost_model::LineCost::Known(_))
}

/// A label of an object, or of the pods that it runs, which is what bills are split by.
fn label<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    let own = object.at(&["metadata", "labels"]).and_then(|labels| labels.get(key));
    own.or_else(|| pod::labels(object)?.get(key))?.as_str()
}
