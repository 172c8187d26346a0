//! The headline: what, its risk, what stands in the way, and its cost.

use kube_model::shown_list;

use super::cost;
use crate::sheet::{BudgetFact, ChangeFacts, FactSheet, PlanFacts, RiskFacts, Subject};
use crate::words::{Names, count, shown, verb};

pub(super) fn write(sheet: &FactSheet, names: Names) -> String {
    let is_nothing = sheet.changes.is_nothing();
    let mut parts = vec![single(sheet, names).unwrap_or_else(|| what(&sheet.subject, &sheet.changes))];
    parts.extend(sheet.risk.as_ref().and_then(|risk| level(risk, is_nothing)));
    parts.extend(sheet.plan.iter().flat_map(|plan| in_the_way(plan, is_nothing)));
    let cost = sheet.cost.as_ref().filter(|cost| !is_nothing || !cost.unknown.is_empty());
    parts.extend(cost.map(|cost| cost::headline(cost, &sheet.subject)));
    parts.extend(budgets(&sheet.budgets));
    parts.join("; ")
}

/// What is against it.
fn budgets(budgets: &[BudgetFact]) -> Vec<String> {
    let against = budgets.iter().filter(|budget| budget.against);
    let broken = against.clone().filter(|budget| budget.is_broken()).count();
    let open = against.filter(|budget| !budget.is_broken()).count();
    let mut parts = Vec::new();
    if broken > 0 {
        parts.push(count(broken, "budget is broken", "budgets are broken"));
    }
    if open > 0 {
        parts.push(format!("whether {} is not known", count(open, "budget holds", "budgets hold")));
    }
    parts
}

/// Of nothing there is no risk to speak of, unless a rule found one.
fn level(risk: &RiskFacts, is_nothing: bool) -> Option<String> {
    if is_nothing && risk.findings.is_empty() && risk.waived.is_empty() {
        return None;
    }
    let waived = match risk.waived.len() {
        0 => String::new(),
        number => format!(" ({} waived)", count(number, "finding", "findings")),
    };
    Some(format!("highest risk: {}{waived}", risk.level))
}

fn in_the_way(plan: &PlanFacts, is_nothing: bool) -> Vec<String> {
    let some = |number: usize, one: &str, many: &str| (number > 0).then(|| count(number, one, many));
    let mut parts: Vec<String> = Vec::new();
    parts.extend(some(plan.partial.len(), "input could not be read", "inputs could not be read"));
    parts.extend(some(plan.blocked.len(), "thing blocks it", "things block it"));
    if is_nothing {
        parts.extend(some(plan.pending.len(), "place stays pending", "places stay pending"));
        parts.extend(some(plan.candidates.len(), "candidate waits", "candidates wait"));
    }
    parts
}

/// Of one image or one object alone its name says more than its number.
pub(super) fn single(sheet: &FactSheet, names: Names) -> Option<String> {
    let ChangeFacts { images, settings, sizes, fields, renamed, .. } = &sheet.changes;
    let (added, removed) = (sheet.changes.new_objects(), sheet.changes.gone_objects());
    let is_alone = settings.is_empty() && sizes.is_empty() && fields.is_empty() && renamed.is_empty();
    let (from, into) = match &sheet.subject {
        Subject::Promotion { to, .. } => (format!(" from {}", shown(to)), format!(" in {}", shown(to))),
        Subject::Comparison { before, after } => {
            let between = format!(" between {} and {}", shown(before), shown(after));
            (between.clone(), between)
        }
        Subject::New { .. } => return None,
    };
    match (images.as_slice(), added.as_slice(), removed.as_slice()) {
        ([image], [], []) if is_alone => {
            let (before, after) = image.versions()?;
            let object = names.object(&image.object);
            Some(format!("{object} goes from {} to {}{into}", shown(&before), shown(&after)))
        }
        ([], [object], []) if is_alone => Some(format!("{} is new{into}", names.object(object))),
        ([], [], [object]) if is_alone => Some(format!("{} is removed{from}", names.object(object))),
        _ => None,
    }
}

fn what(subject: &Subject, changes: &ChangeFacts) -> String {
    let mut kinds = kinds(changes);
    let (new, gone) = (changes.new_objects().len(), changes.gone_objects().len());
    let renamed = changes.renamed_objects();
    match subject {
        Subject::New { name } => {
            format!("{} in {} {} new", count(new, "object", "objects"), shown(name), verb(new, "is", "are"))
        }
        Subject::Promotion { to, .. } => {
            if new > 0 {
                kinds.push((new, count(new, "new object", "new objects")));
            }
            promoted(&kinds, (gone, renamed), &shown(to))
        }
        Subject::Comparison { before, after } => {
            let mut parts = Vec::new();
            if let Some(kinds) = listed(&kinds, "changes", "change") {
                parts.push(kinds);
            }
            parts.extend(objects(new, "new"));
            parts.extend(objects(gone, "removed"));
            parts.extend(objects(renamed, "renamed"));
            if parts.is_empty() {
                parts.push("Nothing changes".to_owned());
            }
            format!("{} between {} and {}", shown_list(&parts, parts.len()), shown(before), shown(after))
        }
    }
}

fn promoted(kinds: &[(usize, String)], (gone, renamed): (usize, usize), to: &str) -> String {
    let kinds = listed(kinds, "goes", "go").map(|kinds| format!("{kinds} to {to}"));
    let gone = objects(gone, "removed");
    let renamed = objects(renamed, "renamed");
    match (kinds, gone, renamed) {
        (None, None, None) => format!("Nothing goes to {to}"),
        (None, Some(gone), None) => format!("{gone} from {to}"),
        (None, gone, Some(renamed)) => {
            let parts: Vec<String> = gone.into_iter().chain([renamed]).collect();
            format!("{} in {to}", parts.join(", "))
        }
        (kinds, gone, renamed) => {
            let parts: Vec<String> = kinds.into_iter().chain(gone).chain(renamed).collect();
            parts.join(", ")
        }
    }
}

/// What changes inside objects, each sort with its count.
fn kinds(changes: &ChangeFacts) -> Vec<(usize, String)> {
    let other = ["field", "other field"][usize::from(changes.has_named())];
    let others = format!("{other}s");
    [
        (changes.images.len(), "image", "images"),
        (changes.settings.len(), "setting", "settings"),
        (changes.sizes.len(), "size", "sizes"),
        (changes.fields.len(), other, others.as_str()),
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
