//! From two states to a report.

use std::cell::OnceCell;

use kube_model::Object;

use crate::affected::Affected;
use crate::model::Change;
use crate::rule::{Hit, Rule};
use crate::rules::policies;
use crate::{Facts, Finding, Level, NotEvaluated, RULES, RiskReport};

/// What the change from `before` to `after` risks. Both are whole states, redacted; with no state before,
/// everything is new.
#[must_use]
pub fn assess(before: Option<&[Object]>, after: &[Object], facts: &Facts) -> RiskReport {
    let change = Change::new(before.unwrap_or_default(), after);
    let mut report = RiskReport::default();
    let affected = OnceCell::new();
    let who = |hit: &Hit| affected.get_or_init(|| Affected::of(&change)).by(&hit.object.key());
    for rule in RULES {
        match rule.run(&change, facts) {
            Ok(hits) => report.findings.extend(hits.into_iter().map(|hit| finding(rule, who(&hit), hit))),
            Err(missing) => report
                .not_evaluated
                .push(NotEvaluated { rule: rule.id.to_owned(), needs: missing.as_str().to_owned() }),
        }
    }
    report.not_evaluated.extend(policies::not_evaluated(facts));
    report.findings.sort_by(Finding::by_order);
    report.findings.dedup_by(|next, kept| same_evidence(next, kept));
    report.settle();
    report
}

fn finding(rule: &Rule, affected: Vec<String>, hit: Hit) -> Finding {
    Finding {
        rule: rule.id.to_owned(),
        level: Level::of(hit.risk.impact, hit.risk.likelihood),
        impact: hit.risk.impact,
        likelihood: hit.risk.likelihood,
        object: hit.object,
        path: hit.path,
        before: hit.before,
        after: hit.after,
        affected,
        message: hit.message,
        source: hit.source.unwrap_or(rule.source).to_owned(),
        remedy: rule.remedy.to_owned(),
        equivalents: rule.equivalents.iter().map(|&check| check.to_owned()).collect(),
        location: None,
    }
}

/// A field of the pod that every container inherits is one finding, not one a container. Policies are told apart by what they
/// say.
fn same_evidence(one: &Finding, other: &Finding) -> bool {
    if policies::RULES.iter().any(|rule| rule.id == one.rule) && one.message != other.message {
        return false;
    }
    let evidence = |finding: &Finding| (finding.rule.clone(), finding.before.clone(), finding.after.clone());
    one.object == other.object && one.path == other.path && evidence(one) == evidence(other)
}
