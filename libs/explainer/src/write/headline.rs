//! The headline: what, its cost, its risk, and what stands in the way.

use kube_model::{shown, shown_list};

use super::cost;
use crate::sheet::{ChangeFacts, FactSheet, Subject};
use crate::words::{count, verb};

pub(super) fn write(sheet: &FactSheet) -> String {
    let mut parts = vec![what(&sheet.subject, &sheet.changes)];
    parts.extend(sheet.cost.as_ref().map(|cost| cost::headline(cost, &sheet.subject)));
    parts.extend(sheet.risk.as_ref().map(|risk| format!("highest risk: {}", risk.level)));
    if let Some(blocked) = sheet.plan.as_ref().map(|plan| plan.blocked.len()).filter(|blocked| *blocked > 0) {
        let things = count(blocked, "thing blocks", "things block");
        parts.push(format!("{things} it"));
    }
    parts.join("; ")
}

fn what(subject: &Subject, changes: &ChangeFacts) -> String {
    let mut kinds = kinds(changes);
    let (new, gone) = (changes.added.len(), changes.removed.len());
    match subject {
        Subject::New { name } => {
            format!("{} in {} {} new", count(new, "object", "objects"), shown(name), verb(new, "is", "are"))
        }
        Subject::Promotion { to, .. } => {
            if new > 0 {
                kinds.push((new, count(new, "new object", "new objects")));
            }
            promoted(&kinds, gone, &shown(to))
        }
        Subject::Comparison { before, after } => {
            let mut parts = Vec::new();
            if let Some(kinds) = listed(&kinds, "changes", "change") {
                parts.push(kinds);
            }
            parts.extend(objects(new, "new"));
            parts.extend(objects(gone, "removed"));
            if parts.is_empty() {
                parts.push("Nothing changes".to_owned());
            }
            format!("{} between {} and {}", parts.join(", "), shown(before), shown(after))
        }
    }
}

fn promoted(kinds: &[(usize, String)], gone: usize, to: &str) -> String {
    match (listed(kinds, "goes", "go"), objects(gone, "removed")) {
        (None, None) => format!("Nothing goes to {to}"),
        (Some(kinds), None) => format!("{kinds} to {to}"),
        (Some(kinds), Some(gone)) => format!("{kinds} to {to}, {gone}"),
        (None, Some(gone)) => format!("{gone} from {to}"),
    }
}

/// What changes inside objects, each sort with its count.
fn kinds(changes: &ChangeFacts) -> Vec<(usize, String)> {
    [
        (changes.images.len(), "image", "images"),
        (changes.settings.len(), "setting", "settings"),
        (changes.sizes.len(), "size", "sizes"),
        (changes.fields.len(), "other field", "other fields"),
    ]
    .into_iter()
    .filter(|(number, ..)| *number > 0)
    .map(|(number, one, many)| (number, count(number, one, many)))
    .collect()
}

/// `1 image changes`, `2 images and 1 setting change`.
fn listed(kinds: &[(usize, String)], one: &str, many: &str) -> Option<String> {
    let texts: Vec<String> = kinds.iter().map(|(_, text)| text.clone()).collect();
    let total: usize = kinds.iter().map(|(number, _)| number).sum();
    (total > 0).then(|| format!("{} {}", shown_list(&texts, texts.len()), verb(total, one, many)))
}

/// `2 objects are removed`.
fn objects(number: usize, what: &str) -> Option<String> {
    (number > 0)
        .then(|| format!("{} {} {what}", count(number, "object", "objects"), verb(number, "is", "are")))
}
