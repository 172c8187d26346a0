//! From two states to a report.

use kube_model::Object;

use crate::model::Change;
use crate::rule::{Hit, Rule};
use crate::{Facts, Finding, Level, NotEvaluated, RULES, RiskReport};

/// What the change from `before` to `after` risks. Both are whole states, redacted; with no state before,
/// everything is new.
#[must_use]
pub fn assess(before: Option<&[Object]>, after: &[Object], facts: &Facts) -> RiskReport {
    let change = Change::new(before.unwrap_or_default(), after);
    let mut report = RiskReport::default();
    for rule in RULES {
        match rule.run(&change, facts) {
            Ok(hits) => report.findings.extend(hits.into_iter().map(|hit| finding(rule, hit))),
            Err(missing) => report
                .not_evaluated
                .push(NotEvaluated { rule: rule.id.to_owned(), needs: missing.as_str().to_owned() }),
        }
    }
    report.findings.sort_by(Finding::by_order);
    report.findings.dedup_by(|next, kept| same_evidence(next, kept));
    report.risk_level = Level::of_all(report.findings.iter().map(|finding| finding.level));
    report
}

fn finding(rule: &Rule, hit: Hit) -> Finding {
    Finding {
        rule: rule.id.to_owned(),
        level: hit.level,
        object: hit.object,
        path: hit.path,
        before: hit.before,
        after: hit.after,
        message: hit.message,
        source: hit.source.unwrap_or(rule.source).to_owned(),
        remedy: rule.remedy.to_owned(),
    }
}

/// A field of the pod that every container inherits is one finding, not one a container.
fn same_evidence(one: &Finding, other: &Finding) -> bool {
    let evidence = |finding: &Finding| (finding.rule.clone(), finding.before.clone(), finding.after.clone());
    one.object == other.object && one.path == other.path && evidence(one) == evidence(other)
}
