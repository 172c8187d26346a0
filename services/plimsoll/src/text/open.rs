//! Users' policies that could not be held against everything.

use risk_rules::{PolicyNotEvaluated, RiskReport};

use super::{Page, count, value};
use crate::style::Tone;

/// How many policies a page lists; the document lists them all.
pub(crate) const LISTED: usize = 5;

/// How many objects of one a page names.
const NAMED: usize = 3;

/// `K8sRequiredLabels/owner against Deployment/shop/web and 3 more: the labels of the namespace shop, …`
pub(crate) fn sentence(open: &PolicyNotEvaluated) -> String {
    let named: Vec<String> = open.objects.iter().take(NAMED).map(value::object).collect();
    let against = match (named.is_empty(), open.count() - named.len()) {
        (true, _) => "the change".to_owned(),
        (false, 0) => named.join(", "),
        (false, more) => format!("{} and {more} more", named.join(", ")),
    };
    format!("{} against {against}: {}", open.policy, open.why)
}

pub(crate) fn write(page: &mut Page, report: &RiskReport, verbose: bool) {
    let all = &report.policies_not_evaluated;
    if all.is_empty() {
        return;
    }
    let most = if verbose { all.len() } else { LISTED };
    page.blank();
    page.wrapped(0, Some(Tone::Quiet), "Policies not evaluated:");
    for open in all.iter().take(most) {
        page.wrapped(2, Some(Tone::Quiet), &sentence(open));
    }
    if let Some(more) = all.len().checked_sub(most).filter(|more| *more > 0) {
        let text = format!("and {}; --verbose lists them", count(more, "policy more", "policies more"));
        page.wrapped(2, Some(Tone::Quiet), &text);
    }
}
