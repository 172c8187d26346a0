//! What users' policies say of the change.

use std::collections::BTreeMap;

use kube_model::policy::is_policy;
use kube_model::{ObjectKey, ObjectRef, Path, SHOWN_CHARACTERS, escaped, shown_list};

use crate::Impact::{Harm, Safeguard};
use crate::level::Risk;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{Enforced, Facts, Level, PolicyNotEvaluated, PolicyOutcome, PolicyVerdict};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        id: "policy-refuses",
        group: Group::Rollout,
        title: "A policy of the target refuses what the change writes, or the pods that come of it",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
        remedy: "Change what the policy names, or have its owners exempt the object before this is merged.",
        fires: "a ValidatingAdmissionPolicy with `object.spec.replicas <= 5`, bound with `Deny`, and a Deployment that gets 6",
        near_miss: "the same policy, and an object that breaks it and that the change leaves alone",
        equivalents: &[],
        check: Check::Facts(Missing::Policies, policy_refuses),
    },
    Rule {
        id: "policy-fails",
        group: Group::Rollout,
        title: "A policy fails on what the change writes, and refuses it for that",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#failure-policy",
        remedy: "Give the object the field that the expression reads, or guard it in the policy with `has()`.",
        fires: "an expression that reads a label, with `failurePolicy: Fail`, and an object without labels",
        near_miss: "the same with `failurePolicy: Ignore`",
        equivalents: &[],
        check: Check::Facts(Missing::Policies, policy_fails),
    },
    Rule {
        id: "policy-warns",
        group: Group::Rollout,
        title: "A policy lets the change through and warns about it",
        levels: [Level::Low, Level::Low],
        source: "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-actions",
        remedy: "Look at what it says: such a policy often refuses later.",
        fires: "a constraint with `enforcementAction: warn`, and an object that begins to break it",
        near_miss: "an object that broke it before the change, too",
        equivalents: &[],
        check: Check::Facts(Missing::Policies, policy_warns),
    },
    Rule {
        id: "policy-not-evaluated",
        group: Group::Rollout,
        title: "A policy that may refuse the change was ended before it said anything",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/reference/using-api/cel/#resource-constraints",
        remedy: "Make the policy or the object smaller, so that it can be held against it; until then nobody knows what it says.",
        fires: "a policy that looks at each pair of the keys of a ConfigMap, and one with thousands of them; or one that takes more memory than it may",
        near_miss: "a policy that depends on who applies the change: that is listed with what was not evaluated",
        equivalents: &[],
        check: Check::Facts(Missing::Policies, policies_ended),
    },
];

/// Characters of a message that a finding shows.
const LONGEST: usize = 400;

fn verdicts<'f>(change: &Change<'_>, facts: &'f Facts) -> Result<&'f [PolicyVerdict], Missing> {
    match &facts.policies {
        Some(verdicts) => Ok(verdicts),
        None if change.before.objects().any(is_policy) => Err(Missing::Policies),
        None => Ok(&[]),
    }
}

fn policy_refuses(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let hits = verdicts(change, facts)?.iter().filter_map(|verdict| {
        let PolicyOutcome::Refuses(text) = &verdict.outcome else { return None };
        let (policy, text) = (named(&verdict.policy), quoted(text));
        let (risk, message) = match (verdict.enforced, verdict.path.is_root()) {
            // Whoever checks the files has refused it before, and lives with it.
            (Enforced::InFiles, _) if verdict.was_so_before => return None,
            (Enforced::InFiles, _) => (Safeguard.certain(), format!("{policy} refuses it: {text}")),
            (Enforced::AtApply, true) => (Harm.certain(), format!("{policy} refuses it at apply: {text}")),
            (Enforced::AtApply, false) => (
                Harm.likely(),
                format!("{policy} refuses the pods that come of it, so that none starts: {text}"),
            ),
        };
        let before = match verdict.was_so_before {
            true => " (It said the same before the change; a policy looks at each update anew.)",
            false => "",
        };
        hit(risk, verdict, format!("{message}{before}"))
    });
    Ok(hits.collect())
}

fn policy_fails(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let hits = verdicts(change, facts)?.iter().filter_map(|verdict| {
        let PolicyOutcome::Fails(text) = &verdict.outcome else { return None };
        let (policy, text) = (named(&verdict.policy), quoted(text));
        match verdict.enforced {
            Enforced::InFiles if verdict.was_so_before => None,
            Enforced::InFiles => {
                let message = format!("{policy} fails on it, and with it whatever checks the files: {text}");
                hit(Safeguard.certain(), verdict, message)
            }
            Enforced::AtApply => {
                let message = format!("{policy} fails on it, and refuses it for that: {text}");
                hit(Harm.certain(), verdict, message)
            }
        }
    });
    Ok(hits.collect())
}

fn policy_warns(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let new = verdicts(change, facts)?.iter().filter(|verdict| !verdict.was_so_before);
    let hits = new.filter_map(|verdict| {
        let PolicyOutcome::Warns(text) = &verdict.outcome else { return None };
        let message = format!("{} warns: {}", named(&verdict.policy), quoted(text));
        hit(Safeguard.possible(), verdict, message)
    });
    Ok(hits.collect())
}

/// As grave as the refusal that it may hide: a gate that stops what a policy refuses is not passed by whoever makes the policy
/// take too much. The API server, too, ends an expression that costs too much, and refuses for that.
fn policies_ended(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let verdicts = verdicts(change, facts)?;
    let mut hits = Vec::new();
    for why in verdicts.iter().filter_map(stopped) {
        let why = escaped(why, LONGEST);
        let message =
            format!("Nobody knows what the policies say of this change: not evaluated, since {why}.");
        hits.push(of(Harm.likely(), all_policies(), Path::root(), message));
    }
    hits.extend(ran_out(verdicts));
    Ok(hits)
}

fn stopped(verdict: &PolicyVerdict) -> Option<&str> {
    match &verdict.outcome {
        PolicyOutcome::Stopped(why) => Some(why),
        _ => None,
    }
}

/// What could not be held against an object: one finding for all its policies, with the reason of the first, which took what
/// the others would have needed.
fn ran_out(verdicts: &[PolicyVerdict]) -> impl Iterator<Item = Hit> {
    let mut ended: Vec<(&PolicyVerdict, &str, Vec<String>)> = Vec::new();
    for verdict in verdicts {
        let PolicyOutcome::RanOut(why) = &verdict.outcome else { continue };
        let of = |one: &PolicyVerdict| (one.object.clone(), one.path.clone(), one.enforced);
        match ended.last_mut().filter(|(last, ..)| of(last) == of(verdict)) {
            Some((_, _, policies)) => policies.push(named(&verdict.policy)),
            None => ended.push((verdict, why, vec![named(&verdict.policy)])),
        }
    }
    ended.into_iter().filter_map(|(verdict, why, policies)| {
        let risk = match verdict.enforced {
            Enforced::InFiles => Safeguard.certain(),
            Enforced::AtApply => Harm.likely(),
        };
        let (names, why) = (shown_list(&policies, MOST_NAMED), escaped(why, LONGEST));
        hit(risk, verdict, format!("Nobody knows what {names} would say of it: not evaluated, since {why}."))
    })
}

/// The name of a policy, which is as long as somebody made it.
fn named(policy: &str) -> String {
    escaped(policy, SHOWN_CHARACTERS)
}

/// What a policy says, which may hold what anybody wrote: never a sentence of ours.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text, LONGEST).replace('"', "'"))
}

/// What stands for all policies where a finding needs an object.
fn all_policies() -> ObjectRef {
    ObjectRef {
        api_version: "plimsoll.dev/v1".to_owned(),
        kind: "Policies".to_owned(),
        namespace: None,
        name: "all".to_owned(),
    }
}

fn hit(risk: Risk, verdict: &PolicyVerdict, message: String) -> Option<Hit> {
    Some(of(risk, verdict.object.clone()?, verdict.path.clone(), message))
}

fn of(risk: Risk, object: ObjectRef, path: Path, message: String) -> Hit {
    Hit { risk, object, path, before: None, after: None, message, source: None }
}

/// How many policies or objects a list names.
const MOST_NAMED: usize = 3;

/// The policies that could not say all, an item for each policy and what it lacks.
pub(crate) fn not_evaluated(facts: &Facts) -> Vec<PolicyNotEvaluated> {
    let mut lacking: BTreeMap<(&str, &str), BTreeMap<ObjectKey, &ObjectRef>> = BTreeMap::new();
    for verdict in facts.policies.iter().flatten() {
        let PolicyOutcome::NotEvaluated(why) = &verdict.outcome else { continue };
        let objects = lacking.entry((&verdict.policy, why)).or_default();
        objects.extend(verdict.object.as_ref().map(|object| (object.key(), object)));
    }
    let most = PolicyNotEvaluated::MOST_OBJECTS;
    let items = lacking.into_iter().map(|((policy, why), objects)| PolicyNotEvaluated {
        policy: named(policy),
        more: objects.len().saturating_sub(most),
        objects: objects.into_values().take(most).cloned().collect(),
        why: escaped(why, LONGEST),
    });
    items.collect()
}
