//! From two states to a report.

use std::cmp::Ordering;

use kube_model::Object;
use price_book::{Money, PriceBook};

use crate::apportion::{Pair, apportion};
use crate::assess::assess;
use crate::assumptions::Assumptions;
use crate::certainty;
use crate::context::Context;
use crate::draft::{Assessed, Draft, figures};
use crate::error::CostError;
use crate::measured::Measured;
use crate::range::AllBounds;
use crate::report::CostReport;
use crate::surroundings::Surroundings;
use crate::totals;

/// What `after` costs a month, and what that changes. Without `before` everything is new.
///
/// Objects are the same if their keys are; of several objects with one key (names that the server generates) the
/// first of one state, in the order of files, is the first of the other.
///
/// # Errors
/// On the first value that Kubernetes would refuse, with its place, and on costs too large to count.
pub fn estimate(
    before: Option<&[Object]>,
    after: &[Object],
    book: &PriceBook,
    assumptions: &Assumptions,
) -> Result<CostReport, CostError> {
    let before = before.unwrap_or_default();
    let notes = unused_entries(before, after, assumptions);
    let around_before = Surroundings::of(before).on_nodes(&assumptions.daemons, |pods| pods.before);
    let around = Surroundings::of(after).on_nodes(&assumptions.daemons, |pods| pods.after);
    let measured = Measured::of(&assumptions.usage);
    let cx = Context { around: &around, assumptions, measured: &measured, book };
    let before = assess_all(before, Context { around: &around_before, ..cx })?;
    let after = assess_all(after, cx)?;
    let mut drafts = Vec::new();
    for (before, after) in pair(before, after) {
        drafts.extend(Draft::of(before, after, cx)?);
    }
    let too_large = || CostError::Overflow("all objects together".to_owned());
    let rows: Vec<Pair> = drafts.iter().map(|draft| draft.micros).collect();
    let sums = totals::sum(&rows).ok_or_else(too_large)?;
    let cents = |micros| Money { micros, currency: book.currency }.cents();
    let shown = (cents(sums.0), cents(sums.1));
    let parts = || drafts.iter().flat_map(|draft| &draft.parts);
    let resources = totals::resource_changes(parts()).ok_or_else(too_large)?;
    let certainty = certainty::of(parts()).ok_or_else(too_large)?;
    let sum_of_bounds = |sum: AllBounds, draft: &Draft| sum.plus(draft.bounds);
    let bounds = drafts.iter().try_fold(AllBounds::NOTHING, sum_of_bounds).ok_or_else(too_large)?;
    let unknown = drafts.iter().filter_map(Draft::unknown).collect();
    let objects =
        drafts.into_iter().zip(apportion(&rows, shown)).map(|(draft, cents)| draft.finish(cents, book));
    Ok(CostReport {
        total: figures(sums, shown, book),
        ranges: bounds.ranges(book.currency),
        certainty,
        resources,
        assumptions: assumptions.clone(),
        book: book.units_only(),
        objects: objects.collect::<Result<_, _>>()?,
        unknown,
        notes,
    })
}

/// A usage file whose entry names nothing has a slip in it, or is of another cluster: what it says is not counted.
fn unused_entries(before: &[Object], after: &[Object], assumptions: &Assumptions) -> Vec<String> {
    let keys: Vec<_> = before.iter().chain(after).map(|object| &object.key).collect();
    let unused = assumptions.usage.unmatched(&keys);
    unused.into_iter().map(|entry| format!("the usage file's {entry} is no object here")).collect()
}

/// Every object of a state, in the order of keys, and of files where keys are equal.
fn assess_all<'a>(objects: &'a [Object], cx: Context<'a, '_>) -> Result<Vec<Assessed<'a>>, CostError> {
    let mut sorted: Vec<&Object> = objects.iter().collect();
    sorted.sort_by(|a, b| {
        let origin = |object: &'a Object| (&object.origin.file, object.origin.document, &object.origin.items);
        a.key.cmp(&b.key).then_with(|| origin(a).cmp(&origin(b)))
    });
    let assess = |object| Ok(Assessed { object, assessment: assess(object, cx)? });
    sorted.into_iter().map(assess).collect()
}

/// The objects of two sorted states side by side.
fn pair<'a>(
    before: Vec<Assessed<'a>>,
    after: Vec<Assessed<'a>>,
) -> Vec<(Option<Assessed<'a>>, Option<Assessed<'a>>)> {
    let (mut before, mut after) = (before.into_iter().peekable(), after.into_iter().peekable());
    let mut pairs = Vec::new();
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return pairs,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.object.key.cmp(&after.object.key),
        };
        let left = order.is_le().then(|| before.next()).flatten();
        let right = order.is_ge().then(|| after.next()).flatten();
        pairs.push((left, right));
    }
}
