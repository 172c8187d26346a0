//! From two states to a report.

use std::collections::HashMap;

use kube_model::{Object, ObjectKey, map_each};

use crate::affected::Affected;
use crate::checks::{self, Equivalents, Found, Places, Profile};
use crate::model::Change;
use crate::rule::{Hit, Missing, Rule};
use crate::rules::policies;
use crate::{Facts, Finding, Level, NotEvaluated, RULES, RiskReport};

/// What the change from `before` to `after` risks. Both are whole states, redacted; with no state before,
/// everything is new.
#[must_use]
pub fn assess(before: Option<&[Object]>, after: &[Object], facts: &Facts) -> RiskReport {
    assess_under(Profile::Changed, before, after, facts)
}

/// The same, under a profile: under [`Profile::All`] with everything that the static checks find in the state after.
#[must_use]
pub fn assess_under(
    profile: Profile,
    before: Option<&[Object]>,
    after: &[Object],
    facts: &Facts,
) -> RiskReport {
    let change = Change::new(before.unwrap_or_default(), after);
    let mut report = RiskReport { profile, ..RiskReport::default() };
    for (rule, said) in said(&change, facts) {
        match said {
            Ok(hits) => report.findings.extend(hits.into_iter().map(|hit| of_rule(rule, hit))),
            Err(missing) => report
                .not_evaluated
                .push(NotEvaluated { rule: rule.id.to_owned(), needs: missing.as_str().to_owned() }),
        }
    }
    report.policies_not_evaluated = policies::not_evaluated(facts);
    let mut equivalents = Equivalents::of(&change);
    for finding in &mut report.findings {
        finding.equivalents = equivalents.of_finding(finding);
    }
    add_checks(&mut report, &change, profile);
    add_affected(&mut report.findings, &change);
    report.findings.sort_by(Finding::by_order);
    report.findings.dedup_by(|next, kept| same_evidence(next, kept));
    checks::waive_ignored(&mut report, &change, before.is_some());
    report.settle();
    report
}

/// What each rule says, in the order of the table.
fn said(change: &Change<'_>, facts: &Facts) -> Vec<(&'static Rule, Result<Vec<Hit>, Missing>)> {
    map_each(RULES, change.is_worth_all_cores(), |rule| (rule, rule.run(change, facts)))
}

/// What the static checks find, where no change-aware rule has told the same fact.
fn add_checks(report: &mut RiskReport, change: &Change<'_>, profile: Profile) {
    let mut told: HashMap<ObjectKey, Places<'_>> = HashMap::new();
    for finding in &report.findings {
        told.entry(finding.object.key()).or_default().add(&finding.path, &[&finding.rule]);
    }
    let is_told = |found: &Found| {
        let beside = told.get(&found.hit.object.key()).map(|told| told.beside(&found.hit.path));
        beside.is_some_and(|rules| found.check.seen_by.iter().any(|rule| rules.contains(rule)))
    };
    let found: Vec<Finding> =
        checks::found(change, profile).into_iter().filter(|found| !is_told(found)).map(of_check).collect();
    report.findings.extend(found);
}

fn add_affected(findings: &mut [Finding], change: &Change<'_>) {
    if findings.is_empty() {
        return;
    }
    let affected = Affected::of(change);
    let mut known: HashMap<ObjectKey, Vec<String>> = HashMap::new();
    for finding in findings {
        let key = finding.object.key();
        finding.affected = known.entry(key).or_insert_with_key(|key| affected.by(key)).clone();
    }
}

fn of_rule(rule: &Rule, hit: Hit) -> Finding {
    let source = hit.source.unwrap_or(rule.source);
    of_hit(hit, rule.id, source, rule.remedy)
}

fn of_check(found: Found) -> Finding {
    let Found { check, hit, equivalents } = found;
    let finding = of_hit(hit, check.id, check.source, check.remedy);
    Finding { equivalents: equivalents.into_iter().map(str::to_owned).collect(), ..finding }
}

fn of_hit(hit: Hit, rule: &str, source: &str, remedy: &str) -> Finding {
    Finding {
        rule: rule.to_owned(),
        level: Level::of(hit.risk.impact, hit.risk.likelihood),
        impact: hit.risk.impact,
        likelihood: hit.risk.likelihood,
        object: hit.object,
        path: hit.path,
        before: hit.before,
        after: hit.after,
        affected: Vec::new(),
        message: hit.message,
        source: source.to_owned(),
        remedy: remedy.to_owned(),
        equivalents: Vec::new(),
        location: None,
    }
}

/// A field of the pod that every container inherits is one finding, not one a container. Policies are told apart by what they
/// say.
fn same_evidence(one: &Finding, other: &Finding) -> bool {
    if policies::RULES.iter().any(|rule| rule.id == one.rule) && one.message != other.message {
        return false;
    }
    one.object == other.object
        && one.path == other.path
        && one.rule == other.rule
        && one.before == other.before
        && one.after == other.after
}
