//! What stands in the way, what stays behind, and what the cluster has otherwise.

use kube_model::shown_list;

use crate::sheet::{DriftFacts, DriftItem, PlanFacts, PlanItem, Subject};
use crate::words::{Reasons, clause, count, place, shown, value, verb};

/// The most places of one reason that a paragraph names.
const MOST: usize = 3;
/// The most reasons that it names.
const REASONS: usize = 3;

/// What has to be settled first.
pub(super) fn blocked(plan: &PlanFacts) -> Option<String> {
    let parts: Vec<String> =
        [unread(&plan.partial), unsettled(&plan.blocked)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn unread(inputs: &[String]) -> Option<String> {
    let texts: Vec<String> = inputs.iter().map(|input| clause(input)).collect();
    let count = count(inputs.len(), "input could", "inputs could");
    (!texts.is_empty()).then(|| {
        let say = verb(texts.len(), "it says", "they say");
        format!("{count} not be read, and all that follows lacks what {say}: {}.", shown_list(&texts, MOST))
    })
}

fn unsettled(items: &[PlanItem]) -> Option<String> {
    let count = count(items.len(), "place has", "places have");
    let list = with_reasons(items);
    (!items.is_empty()).then(|| format!("{count} to be settled before anybody can approve: {list}."))
}

/// What stays behind.
pub(super) fn write(plan: &PlanFacts, subject: &Subject) -> Option<String> {
    let (from, to) = match subject {
        Subject::Promotion { from, to } => (shown(from), shown(to)),
        _ => ("the source".to_owned(), "the target".to_owned()),
    };
    let parts: Vec<String> =
        [pending(&plan.pending), candidates(&plan.candidates, &from), waited(plan), kept(&plan.kept, &to)]
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
    (number > 0)
        .then(|| format!("{count} from {from} {verb}, carried only when taken: {}.", with_reasons(items)))
}

/// What an earlier promotion left behind is easily forgotten.
fn waited(plan: &PlanFacts) -> Option<String> {
    let waited = [&plan.pending, &plan.candidates].into_iter().flatten().filter(|item| item.waited);
    match waited.count() {
        0 => None,
        1 => Some("1 of these was left behind by an earlier promotion already.".to_owned()),
        number => Some(format!("{number} of these were left behind by an earlier promotion already.")),
    }
}

/// Counted by their reasons: whoever approves wants to see that nothing of the target's own is lost.
fn kept(items: &[PlanItem], to: &str) -> Option<String> {
    let number = items.len();
    let count = count(number, "difference stays", "differences stay");
    let reasons = by_reason(items);
    match reasons.as_slice() {
        [] => None,
        [(reason, _)] => Some(format!("{count} as {to} has {}: {reason}.", verb(number, "it", "them"))),
        several => {
            let named: usize = several.iter().take(REASONS).map(|(_, count)| count).sum();
            let mut parts: Vec<String> =
                several.iter().take(REASONS).map(|(reason, count)| format!("{count} ({reason})")).collect();
            if number > named {
                parts.push(format!("{} for other reasons", number - named));
            }
            Some(format!("{count} as {to} has them: {}.", shown_list(&parts, parts.len())))
        }
    }
}

/// How many there are of each reason, the most first.
pub(crate) fn by_reason(items: &[PlanItem]) -> Vec<(String, usize)> {
    let reasons = Reasons::of_all(items.iter().map(|item| (place(&item.place), clause(&item.reason))));
    let mut counted: Vec<(String, usize)> =
        reasons.groups().map(|(reason, places)| (reason.to_owned(), places.len())).collect();
    counted.sort_by(|(one, one_count), (other, other_count)| other_count.cmp(one_count).then(one.cmp(other)));
    counted
}

/// What the cluster has otherwise than the target's files.
pub(super) fn drift(drift: &DriftFacts) -> Option<String> {
    let count = count(drift.places, "place of the cluster is", "places of the cluster are");
    let mut text = format!("{count} not as the target's files say");
    match drift.written_over.len() {
        0 => text.push_str(", and the promotion writes none of that."),
        number => {
            let items: Vec<String> = drift.written_over.iter().map(written_over).collect();
            text.push_str(&format!(
                "; the promotion writes over {number} of them: {}.",
                shown_list(&items, MOST)
            ));
        }
    }
    (drift.places > 0).then_some(text)
}

/// `Deployment/web:spec.replicas (5 is live, the files say 3, it will be 4)`
fn written_over(item: &DriftItem) -> String {
    let said = [
        value(item.live.as_ref()).map(|value| format!("{value} is live")),
        value(item.target.as_ref()).map(|value| format!("the files say {value}")),
        value(item.planned.as_ref()).map(|value| format!("it will be {value}")),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    match said.is_empty() {
        true => place(&item.place),
        false => format!("{} ({})", place(&item.place), said.join(", ")),
    }
}

/// `PLACE (reason)`, one after the other.
fn with_reasons(items: &[PlanItem]) -> String {
    let reasons = Reasons::of(items.iter().map(|item| (place(&item.place), clause(&item.reason))));
    reasons.in_brackets(REASONS, MOST)
}
