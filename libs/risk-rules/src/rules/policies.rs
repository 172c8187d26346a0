//! What users' policies say of the change.

use std::collections::BTreeMap;

use kube_model::{Object, ObjectKey, ObjectRef, Path, escaped, shown_list};

use crate::Impact::{Harm, Notice, Safeguard};
use crate::level::Risk;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{Enforced, Facts, Level, NotEvaluated, PolicyOutcome, PolicyVerdict};

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
        levels: [Level::High, Level::High],
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
        title: "The policies could not be held against the change",
        levels: [Level::Low, Level::Low],
        source: "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
        remedy: "Make the policies smaller or the limits of the server larger; until then nobody knows what they would say.",
        fires: "a policy that takes more memory than the server gives it",
        near_miss: "a policy that depends on who applies the change: that is said with the rules that were not evaluated",
        equivalents: &[],
        check: Check::Facts(Missing::Policies, policies_stopped),
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

/// Whether an object is a policy of those that can be held against a change.
fn is_policy(object: &Object) -> bool {
    let kind = object.key.kind.as_str();
    match object.key.group.as_str() {
        "admissionregistration.k8s.io" => kind == "ValidatingAdmissionPolicyBinding",
        "constraints.gatekeeper.sh" => true,
        _ => false,
    }
}

fn policy_refuses(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let hits = verdicts(change, facts)?.iter().filter_map(|verdict| {
        let PolicyOutcome::Refuses(text) = &verdict.outcome else { return None };
        let text = escaped(text, LONGEST);
        let policy = &verdict.policy;
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
        let text = escaped(text, LONGEST);
        hit(
            Harm.certain(),
            verdict,
            format!("{} fails on it, and refuses it for that: {text}", verdict.policy),
        )
    });
    Ok(hits.collect())
}

fn policy_warns(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let new = verdicts(change, facts)?.iter().filter(|verdict| !verdict.was_so_before);
    let hits = new.filter_map(|verdict| {
        let PolicyOutcome::Warns(text) = &verdict.outcome else { return None };
        let text = escaped(text, LONGEST);
        hit(Safeguard.possible(), verdict, format!("{} warns: {text}", verdict.policy))
    });
    Ok(hits.collect())
}

fn policies_stopped(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let hits = verdicts(change, facts)?.iter().filter_map(|verdict| {
        let PolicyOutcome::Stopped(why) = &verdict.outcome else { return None };
        let message =
            format!("Nobody knows what the policies say of this change: {}.", escaped(why, LONGEST));
        Some(of(Notice.certain(), all_policies(), Path::root(), message))
    });
    Ok(hits.collect())
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

/// How many objects a line about a policy names.
const MOST_NAMED: usize = 3;

/// What policies could not say, a line for each policy and what it lacks.
pub(crate) fn not_evaluated(facts: &Facts) -> Vec<NotEvaluated> {
    let mut lacking: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for verdict in facts.policies.iter().flatten() {
        let PolicyOutcome::NotEvaluated(why) = &verdict.outcome else { continue };
        let objects = lacking.entry((&verdict.policy, why)).or_default();
        let name = verdict.object.as_ref().map(|object| ObjectKey::to_string(&object.key()));
        objects.extend(name.filter(|name| !objects.contains(name)));
    }
    let lines = lacking.into_iter().map(|((policy, why), objects)| {
        let objects = match objects.is_empty() {
            true => "the change".to_owned(),
            false => escaped(&shown_list(&objects, MOST_NAMED), LONGEST),
        };
        let needs = format!("cannot hold {policy} against {objects}: {}", escaped(why, LONGEST));
        NotEvaluated { rule: "policy-refuses".to_owned(), needs }
    });
    lines.collect()
}
