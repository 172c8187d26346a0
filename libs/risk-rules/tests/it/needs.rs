//! The rules that need facts from outside the two states: a change and facts that fire each, and ones that must not, as for
//! the others.

use std::collections::{BTreeMap, BTreeSet};

use risk_rules::{
    ClusterFacts, DeliveryFacts, Drifted, Enforced, Facts, Level, Outcome, PastPromotion, PlanFacts,
    PlanItem, PolicyOutcome, PolicyVerdict, RULES, RoomFacts, StuckRollout, WaitingPods, assess,
};
use serde_json::json;

use crate::case::{SHOP, edit, objects, of_rule};
use crate::delivery::{at_source, by, ignoring};
use crate::facts::{of_web as web, used};
use crate::policies::verdict;
use crate::promotion::{image, of_web, setting};
use crate::room::{pods, waiting};

/// A rule, the shop after the change, the facts, and the level of its one finding, if there is to be one.
type Known = (&'static str, String, Facts, Option<Level>);

use Level::{High, Low, Medium};

fn bumped() -> String {
    edit(SHOP, "web:2.4.1", "web:2.5.0")
}

fn planned(plan: PlanFacts, beside: Facts) -> Facts {
    Facts { plan: Some(plan), ..beside }
}

fn carried(beside: Facts) -> Facts {
    planned(PlanFacts { carried: vec![image()], ..PlanFacts::default() }, beside)
}

fn of_versions() -> Vec<Known> {
    let old = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web,";
    let old = edit(SHOP, &old.replace("v1beta1", "v1"), old);
    let cluster = |minor| Facts { cluster: Some(ClusterFacts { version: (1, minor) }), ..Facts::default() };
    vec![
        ("api-version-gone", old.clone(), cluster(25), Some(High)),
        ("api-version-gone", old, cluster(24), None),
    ]
}

fn of_live() -> Vec<Known> {
    let over = |by: Option<&str>| {
        let PlanItem { place, before, after, .. } = image();
        let written_by = by.map(str::to_owned);
        let drifted =
            Drifted { place, live: Some(json!("web:2.4.9")), target: before, planned: after, written_by };
        planned(PlanFacts::default(), Facts { drifted: vec![drifted], ..Facts::default() })
    };
    vec![
        ("drift-is-written-over", bumped(), over(Some("kubectl-edit")), Some(Medium)),
        ("drift-is-written-over", bumped(), over(Some("shop-operator")), None),
        ("another-writer", bumped(), over(Some("shop-operator")), Some(Medium)),
        ("another-writer", bumped(), over(Some("kubectl-edit")), None),
    ]
}

fn of_history() -> Vec<Known> {
    let rule = "promotions-failed-lately";
    let after = |outcomes: &[Outcome]| {
        let past = outcomes.iter().map(|outcome| PastPromotion { workloads: vec![web()], outcome: *outcome });
        planned(PlanFacts::default(), Facts { history: Some(past.collect()), ..Facts::default() })
    };
    use Outcome::{Failed, Live, RolledBack};
    vec![
        (rule, bumped(), after(&[Failed, RolledBack, Live]), Some(High)),
        (rule, bumped(), after(&[RolledBack, Live]), Some(Medium)),
        (rule, bumped(), after(&[Live, Failed]), None),
    ]
}

fn of_policies() -> Vec<Known> {
    let said = |outcome, enforced| {
        let verdict = PolicyVerdict { enforced, ..verdict("p", outcome) };
        Facts { policies: Some(vec![verdict]), ..Facts::default() }
    };
    let text = || "it is so".to_owned();
    let at_apply = |outcome| said(outcome, Enforced::AtApply);
    let open = || at_apply(PolicyOutcome::NotEvaluated(text()));
    vec![
        ("policy-refuses", bumped(), at_apply(PolicyOutcome::Refuses(text())), Some(High)),
        ("policy-refuses", bumped(), said(PolicyOutcome::Refuses(text()), Enforced::InFiles), Some(Medium)),
        ("policy-refuses", bumped(), open(), None),
        ("policy-fails", bumped(), at_apply(PolicyOutcome::Fails(text())), Some(High)),
        ("policy-fails", bumped(), said(PolicyOutcome::Fails(text()), Enforced::InFiles), Some(Medium)),
        ("policy-fails", bumped(), at_apply(PolicyOutcome::Warns(text())), None),
        ("policy-warns", bumped(), at_apply(PolicyOutcome::Warns(text())), Some(Low)),
        ("policy-warns", bumped(), at_apply(PolicyOutcome::Fails(text())), None),
    ]
}

fn of_plans() -> Vec<Known> {
    let kept = |item: PlanItem| {
        planned(
            PlanFacts { carried: vec![image()], kept: vec![item], ..PlanFacts::default() },
            Facts::default(),
        )
    };
    let size = || of_web("spec.replicas", json!(3), json!(6));
    let always = PlanItem { source_changed: Some(false), ..size() };
    let other = edit(SHOP, "web:2.4.1", "web:2.5.1");
    vec![
        ("image-without-its-configuration", bumped(), kept(setting("TIMEOUT")), Some(High)),
        ("image-without-its-configuration", bumped(), kept(size()), None),
        ("source-resize-not-carried", bumped(), kept(size()), Some(Low)),
        ("source-resize-not-carried", bumped(), kept(always), None),
        ("artefact-differs", other, carried(Facts::default()), Some(Medium)),
        ("artefact-differs", bumped(), carried(Facts::default()), None),
    ]
}

fn of_usage() -> Vec<Known> {
    let (limits, requests) = ("limits: {memory: 512Mi}", "requests: {cpu: 250m, memory: 384Mi}");
    let usage = || used("300Mi", "800m");
    let case = |rule, from, to, level| (rule, edit(SHOP, from, to), usage(), level);
    vec![
        case("memory-limit-below-use", limits, "limits: {memory: 256Mi}", Some(High)),
        case("memory-limit-below-use", limits, "limits: {memory: 300Mi}", None),
        case("cpu-limit-below-use", limits, "limits: {memory: 512Mi, cpu: 500m}", Some(Medium)),
        case("cpu-limit-below-use", limits, "limits: {memory: 512Mi, cpu: 800m}", None),
        case("request-far-below-use", requests, "requests: {cpu: 250m, memory: 128Mi}", Some(Medium)),
        case("request-far-below-use", requests, "requests: {cpu: 250m, memory: 150Mi}", None),
    ]
}

fn of_delivery() -> Vec<Known> {
    let alone = DeliveryFacts { leaves_ignored_alone: true, ..DeliveryFacts::default() };
    let all = DeliveryFacts { is_all_ignored: true, ..DeliveryFacts::default() };
    let waits =
        DeliveryFacts { windows: vec!["it denies syncs at night".to_owned()], ..DeliveryFacts::default() };
    let well = "replicas: 3, updatedReplicas: 3, readyReplicas: 3";
    let new = "registry.example/shop/web:2.5.0";
    vec![
        ("change-left-alone", bumped(), carried(ignoring(alone)), Some(Medium)),
        ("change-left-alone", bumped(), carried(ignoring(DeliveryFacts::default())), None),
        ("change-unseen", bumped(), carried(ignoring(all)), Some(Low)),
        ("change-unseen", bumped(), carried(ignoring(DeliveryFacts::default())), None),
        ("delivery-waits", bumped(), carried(by(waits)), Some(Low)),
        ("delivery-waits", bumped(), carried(by(DeliveryFacts::default())), None),
        (
            "artefact-not-proven",
            bumped(),
            carried(at_source(new, "replicas: 3, readyReplicas: 1", "")),
            Some(High),
        ),
        ("artefact-not-proven", bumped(), carried(at_source(new, well, "")), None),
    ]
}

fn of_nodes() -> Vec<Known> {
    let wait = |waiting: WaitingPods| {
        let room = RoomFacts { waiting: vec![waiting], stuck: Vec::new() };
        Facts { room: Some(room), ..Facts::default() }
    };
    let text = "1 pod stays Pending: no node has 0.6 CPU free".to_owned();
    let stuck = StuckRollout { pods: pods("Deployment", "web"), surge: 1, text };
    let stuck = RoomFacts { waiting: Vec::new(), stuck: vec![stuck] };
    vec![
        ("pods-without-room", bumped(), wait(waiting(0, 3, 3)), Some(High)),
        ("pods-without-room", bumped(), wait(waiting(0, 1, 3)), Some(Medium)),
        ("pods-without-room", bumped(), wait(waiting(2, 2, 3)), None),
        ("rollout-without-room", bumped(), Facts { room: Some(stuck), ..Facts::default() }, Some(High)),
        ("rollout-without-room", bumped(), wait(waiting(0, 3, 3)), None),
    ]
}

fn cases() -> Vec<Known> {
    [of_versions(), of_live(), of_history(), of_policies(), of_plans(), of_usage(), of_delivery(), of_nodes()]
        .concat()
}

/// `policy-not-evaluated` is about the evaluation of all policies, and has its test in `policies.rs`.
const ELSEWHERE: &str = "policy-not-evaluated";

#[test]
fn every_rule_with_needs_fires_and_keeps_quiet_and_reaches_its_levels() {
    let mut reached: BTreeMap<&str, BTreeSet<Level>> = BTreeMap::new();
    let mut quiet: BTreeSet<&str> = BTreeSet::new();
    for (rule, after, facts, expected) in cases() {
        let report = assess(Some(&objects(SHOP)), &objects(&after), &facts);
        let found: Vec<Level> = of_rule(&report, rule).iter().map(|finding| finding.level).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{rule}: {:#?}", report.findings);
        match expected {
            Some(level) => _ = reached.entry(rule).or_default().insert(level),
            None => _ = quiet.insert(rule),
        }
    }
    for rule in RULES.iter().filter(|rule| rule.needs().is_some() && rule.id != ELSEWHERE) {
        let levels = reached.get(rule.id).cloned().unwrap_or_default();
        assert_eq!(
            [levels.first(), levels.last()],
            rule.levels.each_ref().map(Some),
            "{}: {levels:?}",
            rule.id
        );
        assert!(quiet.contains(rule.id), "{} has no near miss", rule.id);
    }
}
