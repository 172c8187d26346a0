//! What it risks, and what of it somebody has accepted.

use kube_model::{ObjectRef, shown_list};
use risk_rules::Level;

use crate::sheet::{ChangeFacts, FindingFact, IdleWaiverFact, RiskFacts, WaivedFact};
use crate::words::{Names, Reasons, capital, clause, count, place, sentences, shown};

/// The kinds of findings that the paragraph tells in full; the report lists them all.
const MOST: usize = 3;
/// The most objects of one kind of finding that it names.
const OBJECTS: usize = 3;
/// The most of those who are affected that it names.
const AFFECTED: usize = 3;

/// None where nothing changes and no rule found anything.
pub(super) fn write(risk: &RiskFacts, changes: &ChangeFacts, names: Names) -> Option<String> {
    if risk.findings.is_empty() && risk.waived.is_empty() && changes.is_nothing() {
        return None;
    }
    let groups = groups(&risk.findings);
    let mut parts = verdict(risk);
    parts.extend(groups.iter().take(MOST).map(|group| tell(group, names)));
    parts.extend(rest(groups.get(MOST..).unwrap_or_default()));
    Some(parts.join(" "))
}

/// How many there are; of one alone its own sentence says it.
fn verdict(risk: &RiskFacts) -> Vec<String> {
    let counts: Vec<String> = Level::ALL
        .into_iter()
        .rev()
        .map(|level| (level, risk.findings.iter().filter(|finding| finding.level == level).count()))
        .filter(|(_, number)| *number > 0)
        .map(|(level, number)| format!("{number} {level}"))
        .collect();
    let text = match risk.findings.len() {
        0 if !risk.waived.is_empty() => "Every finding is waived.".to_owned(),
        0 if risk.not_evaluated.is_empty() && risk.open_policies.is_empty() => {
            "No rule found anything that the change introduces or worsens.".to_owned()
        }
        0 => {
            "No rule that could be evaluated found anything that the change introduces or worsens.".to_owned()
        }
        1 => return Vec::new(),
        _ => {
            let last = counts.last().is_some_and(|last| last.starts_with("1 "));
            let word = if last { "finding" } else { "findings" };
            format!("{} {word}.", shown_list(&counts, counts.len()))
        }
    };
    vec![text]
}

/// The findings of one rule at one level, in the order of the first of each.
fn groups(findings: &[FindingFact]) -> Vec<Vec<&FindingFact>> {
    let mut groups: Vec<Vec<&FindingFact>> = Vec::new();
    for finding in findings {
        let same = |group: &&mut Vec<&FindingFact>| {
            group.first().is_some_and(|first| (&first.rule, first.level) == (&finding.rule, finding.level))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

/// `High, Deployment web: …`; what is said of several objects in the same words is said once.
fn tell(group: &[&FindingFact], names: Names) -> String {
    let Some(first) = group.first() else { return String::new() };
    let level = capital(first.level.as_str());
    let alike = |finding: &&&FindingFact| finding.message == first.message;
    let objects = distinct(group.iter().filter(alike).map(|finding| &finding.object));
    let mut text =
        format!("{level}, {}: {}", shown_list(&names.objects(&objects), OBJECTS), sentences(&first.message));
    if !text.ends_with(['.', '!', '?', '…']) {
        text.push('.');
    }
    let own = names.object(&first.object);
    let affected: Vec<String> =
        first.affected.iter().map(|who| sentences(who)).filter(|who| *who != own).collect();
    if first.level >= Level::High && !affected.is_empty() {
        text.push_str(&format!(" It affects {}.", shown_list(&affected, AFFECTED)));
    }
    text + &like_it(group, names)
}

/// What the same rule found in other words.
fn like_it(group: &[&FindingFact], names: Names) -> String {
    let Some(first) = group.first() else { return String::new() };
    let others: Vec<&&FindingFact> = group.iter().filter(|one| one.message != first.message).collect();
    let objects = others.iter().map(|finding| &finding.object).filter(|object| **object != first.object);
    let objects = distinct(objects);
    let rule = shown(&first.rule);
    match (others.len(), objects.is_empty()) {
        (0, _) => String::new(),
        (number, true) => format!(" The same rule ({rule}) found {number} more there."),
        (number, false) => {
            let objects = shown_list(&names.objects(&objects), OBJECTS);
            format!(" The same rule ({rule}) found {number} more, as in {objects}.")
        }
    }
}

fn distinct<'a>(objects: impl Iterator<Item = &'a ObjectRef>) -> Vec<ObjectRef> {
    let mut distinct: Vec<ObjectRef> = Vec::new();
    for object in objects {
        if !distinct.contains(object) {
            distinct.push(object.clone());
        }
    }
    distinct
}

fn rest(groups: &[Vec<&FindingFact>]) -> Option<String> {
    let worst = Level::of_all(groups.iter().flatten().map(|finding| finding.level));
    match groups.iter().map(Vec::len).sum() {
        0 => None,
        1 => Some(format!("1 more finding is {worst}.")),
        number => Some(format!("{number} more findings are {worst} at most.")),
    }
}

/// What somebody has accepted, and what nobody has accepted any more.
pub(super) fn waived(risk: &RiskFacts, names: Names) -> Option<String> {
    let reasons = Reasons::of(risk.waived.iter().map(|waived| (named(waived, names), accepted(waived))));
    let mut parts = Vec::new();
    if !risk.waived.is_empty() {
        let count = count(risk.waived.len(), "finding is waived and does", "findings are waived and do");
        let list: Vec<String> =
            reasons.listed(OBJECTS).take(MOST).map(|(how, what)| format!("{what}, {how}")).collect();
        let more = match reasons.number_from(MOST) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        parts.push(format!("{count} not count: {}{more}.", list.join("; ")));
    }
    parts.extend(risk.idle_waivers.iter().take(MOST).map(idle));
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// `memory-limit-lowered (high) in Deployment web`
fn named(waived: &WaivedFact, names: Names) -> String {
    let finding = &waived.finding;
    format!("{} ({}) in {}", shown(&finding.rule), finding.level, names.object(&finding.object))
}

/// `by alice until 2026-12-31 (it is measured)`
fn accepted(waived: &WaivedFact) -> String {
    let who = waived.who.as_ref().map_or("by an annotation".to_owned(), |who| format!("by {}", shown(who)));
    let until =
        waived.until.as_ref().map_or(" without an end".to_owned(), |day| format!(" until {}", shown(day)));
    format!("{who}{until} ({})", clause(&waived.reason))
}

fn idle(waiver: &IdleWaiverFact) -> String {
    let what = format!("The waiver of {} at {}", shown(&waiver.rule), place(&waiver.place));
    match (waiver.why.as_str(), &waiver.until) {
        ("ended", Some(until)) => {
            let count = count(waiver.findings, "finding counts", "findings count");
            format!("{what} ended on {}: {count} again.", shown(until))
        }
        ("too_long", Some(until)) => {
            format!("{what} counts until {}, more than a year ahead.", shown(until))
        }
        ("no_such_rule", _) => format!("{what} names no rule that there is."),
        ("no_such_object", _) => format!("{what} names no object that there is."),
        _ => format!("{what} waives nothing."),
    }
}
