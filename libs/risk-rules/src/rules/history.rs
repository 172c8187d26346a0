//! What earlier promotions say about this one.

use kube_model::Path;

use crate::Impact::Harm;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{Facts, Level, Outcome, PastPromotion};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "promotions-failed-lately",
    group: Group::History,
    title: "The last promotions of a workload failed or were rolled back",
    levels: [Level::Medium, Level::High],
    source: "https://sre.google/sre-book/service-best-practices/",
    remedy: "Find out what took the last one down, and say in the change what is different now.",
    fires: "the last promotion that changed the workload was rolled back",
    near_miss: "one before the last was, and the last went well",
    equivalents: &[],
    check: Check::Facts(Missing::History, promotions_failed),
}];

/// Of a promotion alone: two states side by side have no past.
fn promotions_failed(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        if facts.plan.is_none() || before.template() == after.template() {
            continue;
        }
        let history = facts.history.as_ref().ok_or(Missing::History)?;
        let its = || history.iter().filter(|past| past.workloads.contains(&after.object.key));
        let in_a_row = its().take_while(|past| past.outcome != Outcome::Live).count();
        let (risk, message) = match in_a_row {
            0 => continue,
            1 => (Harm.possible(), format!("The last promotion of it {}.", how(its().next()))),
            times => {
                (Harm.likely(), format!("The last {times} promotions of it failed or were rolled back."))
            }
        };
        hits.push(Hit::new(risk, after.object, Path::root(), message));
    }
    Ok(hits)
}

fn how(past: Option<&PastPromotion>) -> &'static str {
    match past.map(|past| past.outcome) {
        Some(Outcome::RolledBack) => "was rolled back",
        _ => "failed",
    }
}
