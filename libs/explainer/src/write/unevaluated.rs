//! What could not be evaluated, and for lack of what.

use kube_model::shown_list;

use crate::sheet::{RiskFacts, UnevaluatedFact};
use crate::words::{Reasons, shown, verb};

/// The most rules of one lack that the paragraph names.
const MOST: usize = 3;

pub(super) fn write(risk: &RiskFacts) -> Option<String> {
    let rules = risk.not_evaluated.iter().map(|rule| (shown(&rule.rule), lack(rule)));
    let reasons = Reasons::of(rules);
    let parts: Vec<String> = reasons
        .groups()
        .map(|(lack, rules)| {
            let needs = verb(rules.len(), "needs", "need");
            format!("{} {needs} {lack}", shown_list(rules, MOST))
        })
        .collect();
    (!parts.is_empty()).then(|| format!("{}.", parts.join("; ")))
}

/// What a rule lacked, in words.
fn lack(rule: &UnevaluatedFact) -> String {
    match rule.needs.as_str() {
        "plan" => "the plan of a promotion".to_owned(),
        "base" => "the source as it was at the last promotion".to_owned(),
        "usage" => "the measured use of the containers".to_owned(),
        "version" => "the version of the target's API server".to_owned(),
        "history" => "the earlier promotions to the target".to_owned(),
        "nodes" => "the target's nodes".to_owned(),
        "live" => "what is live in the target's cluster".to_owned(),
        "source-live" => "what is live in the source's cluster".to_owned(),
        "delivery" => "how the change is delivered".to_owned(),
        other => shown(other),
    }
}
