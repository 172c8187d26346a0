//! kube-linter's annotations: `ignore-check.kube-linter.io/CHECK: reason` and `kube-linter.io/ignore-all: reason`.
//!
//! They waive what kube-linter would not tell of the object. Of a change those count that the object had before it: no
//! change waives its own risk. Who ignores a check has looked at what the check says, so that a rule's finding that is
//! graver than the check itself stays.

use kube_model::Object;
use serde_json::Value;

use super::CHECKS;
use crate::model::Change;
use crate::{Finding, Level, RiskReport, Waived, Waiver, WaiverOrigin};

const LINTER: &str = "kube-linter/";
const ONE: &str = "ignore-check.kube-linter.io/";
const ALL: &str = "kube-linter.io/ignore-all";

/// Moves what an object's annotations waive out of the findings.
pub(crate) fn waive_ignored(report: &mut RiskReport, change: &Change<'_>, has_before: bool) {
    let findings = std::mem::take(&mut report.findings);
    for finding in findings {
        let view = if has_before { &change.before } else { &change.after };
        let holder = view.object(&finding.object.key());
        match holder.and_then(|holder| waiver(holder, &finding)) {
            Some(waiver) => report.waived.push(Waived { finding, waiver }),
            None => report.findings.push(finding),
        }
    }
}

/// The annotation that waives a finding: of a finding that several of kube-linter's checks see all have to be ignored.
fn waiver(holder: &Object, finding: &Finding) -> Option<Waiver> {
    let annotations = holder.at(&["metadata", "annotations"]).and_then(Value::as_object)?;
    let reason = |key: &str| annotations.get(key).map(|reason| reason.as_str().unwrap_or_default());
    let checks: Vec<&String> =
        finding.equivalents.iter().filter(|equivalent| equivalent.starts_with(LINTER)).collect();
    let ignored = |check: &String| {
        let check = check.strip_prefix(LINTER).unwrap_or_default();
        reason(&format!("{ONE}{check}")).or_else(|| reason(ALL))
    };
    if finding.level > most(finding, &checks) {
        return None;
    }
    let reasons: Option<Vec<&str>> = checks.iter().map(|check| ignored(check)).collect();
    let first = reasons?.first().copied()?;
    Some(Waiver {
        rule: (*checks.first()?).clone(),
        place: format!("{}:", holder.key).parse().ok()?,
        reason: first.to_owned(),
        who: None,
        until: None,
        origin: WaiverOrigin::Annotation,
        id: None,
    })
}

/// The highest level that is waived: of a check its own, of a rule that of the checks for which it stands.
fn most(finding: &Finding, ignored: &[&String]) -> Level {
    let is_its = |check: &&super::Check| {
        check.id == finding.rule
            || (check.seen_by.contains(&finding.rule.as_str())
                && check.equivalents.iter().any(|one| ignored.iter().any(|name| name == one)))
    };
    CHECKS.iter().filter(is_its).map(|check| check.levels[1]).max().unwrap_or_default()
}
