//! What policies say becomes findings, or is said to be open.

use kube_model::{ObjectRef, Path};
use risk_rules::{Enforced, Facts, Level, PolicyOutcome, PolicyVerdict, RiskReport, assess};

use crate::case::{SHOP, objects, of_rule};

pub(crate) fn verdict(policy: &str, outcome: PolicyOutcome) -> PolicyVerdict {
    let object = ObjectRef {
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: Some("shop".to_owned()),
        name: "web".to_owned(),
    };
    PolicyVerdict {
        policy: policy.to_owned(),
        enforced: Enforced::AtApply,
        object: Some(object),
        path: Path::root(),
        outcome,
        was_so_before: false,
    }
}

fn refuses(policy: &str) -> PolicyVerdict {
    verdict(policy, PolicyOutcome::Refuses("too many".to_owned()))
}

fn report(verdicts: Vec<PolicyVerdict>) -> RiskReport {
    let shop = objects(SHOP);
    assess(Some(&shop), &shop, &Facts { policies: Some(verdicts), ..Facts::default() })
}

#[test]
fn a_refusal_at_apply_is_high_and_each_policy_is_told() {
    let report = report(vec![refuses("p"), refuses("q")]);
    let found = of_rule(&report, "policy-refuses");
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].level, found[0].message.as_str()),
        (Level::High, "p refuses it at apply: \"too many\"")
    );
    assert_eq!(found[1].message, "q refuses it at apply: \"too many\"");
}

#[test]
fn refused_pods_leave_the_workload_without_any() {
    let path = Path::root().key("spec").key("template");
    let report = report(vec![PolicyVerdict { path, ..refuses("p") }]);
    let found = of_rule(&report, "policy-refuses");
    assert_eq!(found[0].path.to_string(), "spec.template");
    assert_eq!(found[0].message, "p refuses the pods that come of it, so that none starts: \"too many\"");
}

#[test]
fn what_was_so_before_is_said_of_an_update_and_left_out_of_files() {
    let again = PolicyVerdict { was_so_before: true, ..refuses("p") };
    let found = report(vec![again.clone()]);
    let message = &of_rule(&found, "policy-refuses")[0].message;
    assert!(message.ends_with("(It said the same before the change; a policy looks at each update anew.)"));
    let in_files = PolicyVerdict { enforced: Enforced::InFiles, ..again };
    assert_eq!(report(vec![in_files.clone()]).findings, []);
    let new = report(vec![PolicyVerdict { was_so_before: false, ..in_files }]);
    assert_eq!(of_rule(&new, "policy-refuses")[0].level, Level::Medium);
}

#[test]
fn warnings_errors_and_a_stop() {
    let warns = verdict("p", PolicyOutcome::Warns("soon".to_owned()));
    let before = PolicyVerdict { was_so_before: true, ..warns.clone() };
    let fails = verdict("q", PolicyOutcome::Fails("no such key: labels".to_owned()));
    let stopped = PolicyVerdict {
        object: None,
        ..verdict("", PolicyOutcome::Stopped("it took more than 1 GiB".to_owned()))
    };
    let found = report(vec![warns, before, fails, stopped]);
    let of = |rule| {
        let found = of_rule(&found, rule);
        assert_eq!(found.len(), 1, "{rule}");
        (found[0].level, found[0].message.clone())
    };
    assert_eq!(of("policy-warns"), (Level::Low, "p warns: \"soon\"".to_owned()));
    assert_eq!(
        of("policy-fails"),
        (Level::High, "q fails on it, and refuses it for that: \"no such key: labels\"".to_owned())
    );
    let (level, message) = of("policy-not-evaluated");
    assert_eq!(level, Level::High);
    assert_eq!(
        message,
        "Nobody knows what the policies say of this change: not evaluated, since it took more than 1 GiB."
    );
}

#[test]
fn what_cannot_be_said_is_listed_once_a_policy_and_reason() {
    let open = |policy| verdict(policy, PolicyOutcome::NotEvaluated("who applies it".to_owned()));
    let whole = PolicyVerdict { object: None, ..open("q") };
    let found = report(vec![open("p"), open("p"), whole]);
    assert_eq!(found.findings, []);
    assert!(found.not_evaluated.iter().all(|one| !one.needs.contains("who applies it")));
    let open: Vec<_> = found
        .policies_not_evaluated
        .iter()
        .map(|one| (one.policy.as_str(), one.objects.len(), one.more, one.why.as_str()))
        .collect();
    assert_eq!(open, [("p", 1, 0, "who applies it"), ("q", 0, 0, "who applies it")]);
    assert_eq!(found.policies_not_evaluated[0].objects[0].name, "web");
}

#[test]
fn of_many_objects_some_are_named_and_all_are_counted() {
    let of = |number: usize| {
        let mut one = verdict("p", PolicyOutcome::NotEvaluated("who applies it".to_owned()));
        one.object.as_mut().unwrap().name = format!("web-{number:03}");
        one
    };
    let found = report((0..150).rev().map(of).collect());
    let [open] = &found.policies_not_evaluated[..] else { panic!("one") };
    assert_eq!((open.objects.len(), open.more, open.count()), (20, 130, 150));
    assert_eq!((open.objects[0].name.as_str(), open.objects[19].name.as_str()), ("web-000", "web-019"));
}

/// As grave as what it may hide, and once an object.
#[test]
fn a_policy_that_ran_out_is_a_finding() {
    let why = "it takes more than 1000000 steps".to_owned();
    let ran_out = |policy| verdict(policy, PolicyOutcome::RanOut(why.clone()));
    let message =
        |names: &str| format!("Nobody knows what {names} would say of it: not evaluated, since {why}.");
    let found = report(vec![ran_out("p"), ran_out("q")]);
    let found = of_rule(&found, "policy-not-evaluated");
    let found: Vec<_> = found.iter().map(|one| (one.level, one.message.clone())).collect();
    assert_eq!(found, [(Level::High, message("p and q"))]);
    let in_files = PolicyVerdict { enforced: Enforced::InFiles, ..ran_out("p") };
    let found = report(vec![in_files]);
    assert_eq!(of_rule(&found, "policy-not-evaluated")[0].level, Level::Medium);
}

/// conftest ends with an error where a result has no message, whatever stood there before.
#[test]
fn a_failure_of_what_checks_files_is_medium_where_it_is_new() {
    let fails = PolicyVerdict {
        enforced: Enforced::InFiles,
        ..verdict("deny in a.rego", PolicyOutcome::Fails("a result without msg".to_owned()))
    };
    let found = report(vec![fails.clone()]);
    let found = &of_rule(&found, "policy-fails")[0];
    assert_eq!(
        (found.level, found.message.as_str()),
        (
            Level::Medium,
            "deny in a.rego fails on it, and with it whatever checks the files: \"a result without msg\""
        )
    );
    assert_eq!(report(vec![PolicyVerdict { was_so_before: true, ..fails }]).findings, []);
}

#[test]
fn policies_that_nobody_held_against_the_change_are_missing() {
    let binding = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: b}\n";
    let before = objects(&format!("{SHOP}---\n{binding}"));
    let found = assess(Some(&before), &before, &Facts::default());
    assert!(found.not_evaluated.iter().any(|one| one.rule == "policy-refuses" && one.needs == "policies"));
    let none = objects(SHOP);
    assert!(
        assess(Some(&none), &none, &Facts::default()).not_evaluated.iter().all(|one| one.needs != "policies")
    );
}

/// What a policy says is somebody else's text.
#[test]
fn a_message_is_bounded_and_its_control_characters_are_escaped() {
    let text = format!("\u{1b}[31m{}", "x".repeat(10_000));
    let found = report(vec![verdict("p", PolicyOutcome::Refuses(text))]);
    let message = &of_rule(&found, "policy-refuses")[0].message;
    assert!(message.len() < 600 && !message.contains('\u{1b}') && message.ends_with("…\""), "{message}");
}

/// Rego that prints an annotation lets whoever writes the change put words into it.
#[test]
fn what_a_policy_says_stands_in_quotes_and_never_ends_them() {
    let evil = "no owner\". Approved by security. \"";
    for outcome in
        [PolicyOutcome::Refuses as fn(String) -> PolicyOutcome, PolicyOutcome::Fails, PolicyOutcome::Warns]
    {
        let found = report(vec![verdict("p", outcome(evil.to_owned()))]);
        let message = &found.findings.iter().find(|one| one.rule.starts_with("policy-")).unwrap().message;
        assert!(message.ends_with(": \"no owner'. Approved by security. '\""), "{message}");
    }
}
