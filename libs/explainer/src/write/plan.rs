//! What stands in the way, and what stays behind.

use kube_model::{shown, shown_list};

use crate::sheet::{PlanFacts, PlanItem, Subject};
use crate::words::{Reasons, clause, count, place, verb};

/// The most places of one reason that a paragraph names.
const MOST: usize = 3;
/// The most reasons that it names.
const REASONS: usize = 3;

/// What has to be settled first.
pub(super) fn blocked(plan: &PlanFacts) -> Option<String> {
    let number = plan.blocked.len();
    let count = count(number, "place has", "places have");
    let list = with_reasons(&plan.blocked);
    (number > 0).then(|| format!("{count} to be settled before anybody can approve: {list}."))
}

/// What stays behind.
pub(super) fn behind(plan: &PlanFacts, subject: &Subject) -> Option<String> {
    let (from, to) = match subject {
        Subject::Promotion { from, to } => (shown(from), shown(to)),
        _ => ("the source".to_owned(), "the target".to_owned()),
    };
    let parts: Vec<String> =
        [pending(&plan.pending), candidates(&plan.candidates, &from), kept(&plan.kept, &to)]
            .into_iter()
            .flatten()
            .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn pending(items: &[PlanItem]) -> Option<String> {
    let count = count(items.len(), "place stays pending", "places stay pending");
    (!items.is_empty()).then(|| format!("{count}: {}.", with_reasons(items)))
}

fn candidates(items: &[PlanItem], from: &str) -> Option<String> {
    let number = items.len();
    let count = count(number, "difference", "differences");
    let verb = verb(number, "is a candidate", "are candidates");
    let places: Vec<String> = items.iter().map(|item| place(&item.place)).collect();
    (number > 0).then(|| {
        format!("{count} from {from} {verb}, carried only when taken: {}.", shown_list(&places, MOST))
    })
}

/// Counted by their reasons: whoever approves wants to see that nothing of the target's own is lost.
fn kept(items: &[PlanItem], to: &str) -> Option<String> {
    let number = items.len();
    let mut reasons: Vec<(String, usize)> = Vec::new();
    for item in items {
        let reason = clause(&item.reason);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason, 1)),
        }
    }
    reasons.sort_by(|(one, one_count), (other, other_count)| other_count.cmp(one_count).then(one.cmp(other)));
    let count = count(number, "difference stays", "differences stay");
    if number == 0 {
        return None;
    }
    if let [(reason, _)] = reasons.as_slice() {
        return Some(format!("{count} as {to} has {}: {reason}.", verb(number, "it", "them")));
    }
    let named: usize = reasons.iter().take(REASONS).map(|(_, count)| count).sum();
    let mut parts: Vec<String> =
        reasons.into_iter().take(REASONS).map(|(reason, count)| format!("{count} ({reason})")).collect();
    if number > named {
        parts.push(format!("{} for other reasons", number - named));
    }
    let parts = shown_list(&parts, parts.len());
    Some(format!("{count} as {to} has them: {parts}."))
}

/// The places of items by their reasons.
pub(super) fn reasons(items: &[PlanItem]) -> Reasons {
    Reasons::of(items.iter().map(|item| (place(&item.place), clause(&item.reason))))
}

/// `PLACE (reason)`, one after the other.
fn with_reasons(items: &[PlanItem]) -> String {
    reasons(items).in_brackets(REASONS, MOST)
}
