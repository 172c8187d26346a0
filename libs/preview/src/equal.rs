//! Whether a plan that was made again is the one that was approved.

use std::cmp::Ordering;

use cost_model::CostReport;
use diff_engine::{Change, Diff};
use kube_model::{ObjectKey, Path};
use promotion_plan::{FileEdit, PlanItem};
use risk_rules::{Finding, RiskReport, Waived};

use crate::nodes::Billed;
use crate::plan::PlanDocument;

/// The documents that an approval rests on.
#[derive(Debug, Clone, Copy)]
pub struct Previewed<'a> {
    /// The plan.
    pub plan: &'a PlanDocument,
    /// What it changes.
    pub changes: &'a Diff,
    /// What that costs.
    pub cost: &'a CostReport,
    /// What it does to the bill for nodes.
    pub bill: &'a Billed,
    /// What that risks.
    pub risk: &'a RiskReport,
}

/// In what a plan that was made again is another one. The words are those that people read; no value stands in them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Difference(String);

/// Whether two previews of one promotion, masked under the same key, come to the same: the same places are carried,
/// kept and pending, with the same values; the same files are edited; the rendered changes, the findings, the cost and
/// the bill for nodes are the same. Commits, hashes of files and the bytes at which they are edited may differ, and so may what is on
/// offer (candidates).
///
/// # Errors
/// The first difference.
pub fn equal_plan(old: Previewed<'_>, new: Previewed<'_>) -> Result<(), Difference> {
    if let Some(input) = new.plan.partial.first() {
        return Err(Difference(format!("an input cannot be read now: {input}")));
    }
    if let Some(item) = new.plan.blocked.first() {
        return Err(Difference(format!("{} has to be settled first now", name(item))));
    }
    for (list, was, is) in [
        ("carried over", &old.plan.carried, &new.plan.carried),
        ("kept", &old.plan.kept, &new.plan.kept),
        ("pending", &old.plan.pending, &new.plan.pending),
    ] {
        same_items(list, was, is)?;
    }
    same_edits(&old.plan.edits, &new.plan.edits)?;
    same_changes(&old.changes.changes, &new.changes.changes)?;
    same_findings(&old.risk.findings, &new.risk.findings)?;
    same_waived(&old.risk.waived, &new.risk.waived)?;
    same_cost(old.cost, new.cost)?;
    same_bill(old.bill, new.bill)
}

/// Both lists side by side: they are sorted, and several entries may have one place.
fn side_by_side<'t, T, O: Ord>(
    was: &'t [T],
    is: &'t [T],
    order: impl Fn(&'t T) -> O,
) -> Vec<(Option<&'t T>, Option<&'t T>)> {
    let (mut was, mut is) = (was.iter().peekable(), is.iter().peekable());
    let mut pairs = Vec::new();
    loop {
        let ordering = match (was.peek(), is.peek()) {
            (None, None) => return pairs,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => order(one).cmp(&order(other)),
        };
        let left = ordering.is_le().then(|| was.next()).flatten();
        let right = ordering.is_ge().then(|| is.next()).flatten();
        pairs.push((left, right));
    }
}

fn name(item: &PlanItem) -> &str {
    item.label.trim_end_matches(':')
}

fn same_items(list: &str, was: &[PlanItem], is: &[PlanItem]) -> Result<(), Difference> {
    for pair in side_by_side(was, is, |item| &item.place) {
        let difference = match pair {
            (Some(was), Some(is)) if was.before != is.before => {
                format!("the target has another value in {}", name(is))
            }
            (Some(was), Some(is)) if was.after != is.after => {
                format!("the promotion has another value for {}", name(is))
            }
            (Some(was), None) => format!("{} is no longer {list}", name(was)),
            (None, Some(is)) => format!("{} is {list} now", name(is)),
            _ => continue,
        };
        return Err(Difference(difference));
    }
    Ok(())
}

fn same_edits(was: &[FileEdit], is: &[FileEdit]) -> Result<(), Difference> {
    let what = |edit: &FileEdit| match (&edit.hash_before, &edit.hash_after) {
        (None, _) => "created",
        (_, None) => "removed",
        _ => "edited",
    };
    for pair in side_by_side(was, is, |edit| &edit.path) {
        let difference = match pair {
            (Some(was), Some(is)) if what(was) != what(is) => {
                format!("{} would be {} now, and not {}", is.path, what(is), what(was))
            }
            (Some(was), None) => format!("{} would no longer be {}", was.path, what(was)),
            (None, Some(is)) => format!("{} would be {} now", is.path, what(is)),
            _ => continue,
        };
        return Err(Difference(difference));
    }
    Ok(())
}

fn same_changes(was: &[Change], is: &[Change]) -> Result<(), Difference> {
    let order = |change: &Change| (change.object.key(), change.path.clone());
    let place = |(object, path): (ObjectKey, Path)| match path.is_root() {
        true => object.to_string(),
        false => format!("{object}:{path}"),
    };
    for pair in side_by_side(was, is, order) {
        let difference = match pair {
            (Some(was), Some(is)) if was != is => format!("{} changes in another way", place(order(is))),
            (Some(was), None) => format!("{} no longer changes", place(order(was))),
            (None, Some(is)) => format!("{} changes now", place(order(is))),
            _ => continue,
        };
        return Err(Difference(difference));
    }
    Ok(())
}

fn same_findings(was: &[Finding], is: &[Finding]) -> Result<(), Difference> {
    let named = |finding: &Finding| format!("{} ({})", finding.object.key(), finding.rule);
    if let Some(new) = is.iter().find(|finding| !was.contains(finding)) {
        return Err(Difference(format!("there is another finding on {}", named(new))));
    }
    match was.iter().find(|finding| !is.contains(finding)) {
        Some(gone) => Err(Difference(format!("a finding is gone from {}", named(gone)))),
        None => Ok(()),
    }
}

/// Who approved has seen what was waived, and by whom.
fn same_waived(was: &[Waived], is: &[Waived]) -> Result<(), Difference> {
    let named = |waived: &Waived| format!("{} ({})", waived.finding.object.key(), waived.finding.rule);
    if let Some(new) = is.iter().find(|waived| !was.contains(waived)) {
        return Err(Difference(format!("another finding is waived on {}", named(new))));
    }
    match was.iter().find(|waived| !is.contains(waived)) {
        Some(gone) => Err(Difference(format!("a finding is no longer waived on {}", named(gone)))),
        None => Ok(()),
    }
}

fn same_cost(was: &CostReport, is: &CostReport) -> Result<(), Difference> {
    if was == is {
        return Ok(());
    }
    let of =
        |report: &CostReport| format!("{} → {}", report.total.baseline.text(), report.total.projected.text());
    if was.total != is.total {
        return Err(Difference(format!("a month costs {} now, and not {}", of(is), of(was))));
    }
    let pairs = side_by_side(&was.objects, &is.objects, |object| &object.key);
    let first = pairs.into_iter().find(|(was, is)| was != is);
    match first.and_then(|(was, is)| is.or(was)) {
        Some(object) => Err(Difference(format!("the cost of {} is made up in another way", object.key))),
        None => Err(Difference("what is known of the cost is not the same".to_owned())),
    }
}

/// Why the bill is not known is no part of what was approved.
fn same_bill(was: &Billed, is: &Billed) -> Result<(), Difference> {
    match (was.bill(), is.bill()) {
        (None, None) => Ok(()),
        (Some(was), Some(is)) if was == is => Ok(()),
        (Some(was), Some(is)) => {
            let verdicts = (was.verdict(), is.verdict());
            Err(Difference(match verdicts.0 == verdicts.1 {
                true => "the bill for nodes is made up in another way".to_owned(),
                false => format!("the bill for nodes is {} now, and not {}", verdicts.1, verdicts.0),
            }))
        }
        (Some(_), None) => Err(Difference("the bill for nodes is no longer known".to_owned())),
        (None, Some(_)) => Err(Difference("the bill for nodes is known now".to_owned())),
    }
}
