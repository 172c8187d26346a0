//! What could not be evaluated, and for lack of what.

use kube_model::shown_list;
use risk_rules::Missing;

use crate::sheet::{OpenPolicyFact, RiskFacts, UnevaluatedFact};
use crate::words::{Names, Reasons, clause, count, shown, verb};

/// The most rules of one lack, the most policies, and the most objects of one policy that the paragraph names.
const MOST: usize = 3;

pub(super) fn write(risk: &RiskFacts, names: Names) -> Option<String> {
    let rules = risk.not_evaluated.iter().map(|rule| (shown(&rule.rule), lack(rule)));
    let reasons = Reasons::of(rules);
    let parts: Vec<String> = reasons
        .groups()
        .map(|(lack, rules)| {
            let needs = verb(rules.len(), "needs", "need");
            format!("{} {needs} {lack}", shown_list(rules, MOST))
        })
        .collect();
    let rules = (!parts.is_empty()).then(|| format!("{}.", parts.join("; ")));
    let all: Vec<String> = rules.into_iter().chain(policies(&risk.open_policies, names)).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

fn policies(policies: &[OpenPolicyFact], names: Names) -> Vec<String> {
    let mut told: Vec<String> = policies.iter().take(MOST).map(|policy| open(policy, names)).collect();
    let more = policies.len().saturating_sub(MOST);
    if more > 0 {
        told.push(format!(
            "{} could not be held against all of it.",
            count(more, "more policy", "more policies")
        ));
    }
    told
}

/// `The policy K8sX/owner could not be held against Deployment web: …`
fn open(policy: &OpenPolicyFact, names: Names) -> String {
    let mut objects = names.objects(&policy.objects);
    objects.truncate(MOST);
    let more = policy.objects.len() + policy.more - objects.len();
    let against = match (objects.is_empty(), more) {
        (true, _) => "the change".to_owned(),
        (false, 0) => shown_list(&objects, MOST),
        (false, more) => format!("{} and {more} more", objects.join(", ")),
    };
    format!(
        "The policy {} could not be held against {against}: {}.",
        shown(&policy.name),
        clause(&policy.why)
    )
}

/// What a rule lacked, in words.
fn lack(rule: &UnevaluatedFact) -> String {
    Missing::of(&rule.needs).map_or_else(|| shown(&rule.needs), |missing| missing.words().to_owned())
}
