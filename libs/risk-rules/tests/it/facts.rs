//! The rules that need facts from outside the two states, with the facts and without.

use kube_model::{ObjectKey, Quantity};
use risk_rules::{
    ClusterFacts, ContainerUse, Facts, Level, Outcome, PastPromotion, PlanFacts, RiskReport, assess,
};
use serde_json::json;

use crate::case::{SHOP, edit, objects, of_rule};

fn risk(after: &str, facts: &Facts) -> RiskReport {
    assess(Some(&objects(SHOP)), &objects(after), facts)
}

pub(crate) fn of_web() -> ObjectKey {
    let (group, kind, name) = ("apps".to_owned(), "Deployment".to_owned(), "web".to_owned());
    ObjectKey { group, kind, namespace: Some("shop".to_owned()), name }
}

pub(crate) fn used(memory: &str, cpu: &str) -> Facts {
    let amount = |text: &str| Quantity::of(&json!(text)).ok();
    let usage = ContainerUse {
        workload: of_web(),
        container: "web".to_owned(),
        memory: amount(memory),
        cpu: amount(cpu),
        days: Some(14),
    };
    Facts { usage: Some(vec![usage]), ..Facts::default() }
}

fn needs(report: &RiskReport, rule: &str) -> Option<String> {
    report.not_evaluated.iter().find(|one| one.rule == rule).map(|one| one.needs.clone())
}

#[test]
fn limits_and_requests_are_held_against_use() {
    let facts = used("300Mi", "800m");
    let limits = |to: &str| edit(SHOP, "limits: {memory: 512Mi}", to);
    let requests = |to: &str| edit(SHOP, "requests: {cpu: 250m, memory: 384Mi}", to);
    for (rule, after, level) in [
        ("memory-limit-below-use", limits("limits: {memory: 256Mi}"), Level::High),
        ("cpu-limit-below-use", limits("limits: {memory: 512Mi, cpu: 500m}"), Level::Medium),
        ("request-far-below-use", requests("requests: {cpu: 250m, memory: 128Mi}"), Level::Medium),
        ("request-far-below-use", requests("requests: {cpu: 100m, memory: 384Mi}"), Level::Medium),
    ] {
        let report = risk(&after, &facts);
        let found = of_rule(&report, rule);
        assert_eq!(found.iter().map(|finding| finding.level).collect::<Vec<_>>(), [level], "{rule} {after}");
        assert_eq!(needs(&risk(&after, &Facts::default()), rule).as_deref(), Some("usage"), "{rule}");
        let other = Facts { usage: Some(Vec::new()), ..Facts::default() };
        assert_eq!(
            needs(&risk(&after, &other), rule).as_deref(),
            Some("usage"),
            "{rule}: of other containers"
        );
    }
    // Where the use is known, one rule says whether the limit is enough for it, and a lower one that is says nothing.
    for (to, expected) in
        [("limits: {memory: 256Mi}", vec!["memory-limit-lowered"]), ("limits: {memory: 384Mi}", vec![])]
    {
        let report = risk(&limits(to), &facts);
        let found: Vec<&str> =
            ["memory-limit-lowered"].into_iter().filter(|rule| !of_rule(&report, rule).is_empty()).collect();
        // 256Mi is below the request of 384Mi too, which is another fact.
        assert_eq!(found, expected, "{to}");
        assert!(!of_rule(&risk(&limits(to), &Facts::default()), "memory-limit-lowered").is_empty(), "{to}");
    }
    // Half of 300Mi is 150Mi, half of 800m is 400m; nothing gets smaller in the last.
    for (rule, after) in [
        ("memory-limit-below-use", limits("limits: {memory: 300Mi}")),
        ("cpu-limit-below-use", limits("limits: {memory: 512Mi, cpu: 800m}")),
        ("request-far-below-use", requests("requests: {cpu: 250m, memory: 150Mi}")),
        ("request-far-below-use", requests("requests: {cpu: 300m, memory: 384Mi}")),
    ] {
        let report = risk(&after, &facts);
        assert!(of_rule(&report, rule).is_empty() && needs(&report, rule).is_none(), "{rule} {after}");
    }
    assert!(risk(SHOP, &Facts::default()).not_evaluated.iter().all(|rule| rule.needs == "plan"));
}

#[test]
fn a_limit_below_use_says_both() {
    let report = risk(&edit(SHOP, "limits: {memory: 512Mi}", "limits: {memory: 256Mi}"), &used("300Mi", "1"));
    let found = of_rule(&report, "memory-limit-below-use");
    assert_eq!(
        found[0].message,
        "The memory limit of container web becomes 256Mi, and it used 300Mi within the last 14 days: the kernel kills \
         it when it does so again."
    );
}

#[test]
fn an_api_version_is_held_against_the_version_of_the_target() {
    let rule = "api-version-gone";
    let cluster = |minor| Facts { cluster: Some(ClusterFacts { version: (1, minor) }), ..Facts::default() };
    let old = edit(
        SHOP,
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web,",
        "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web,",
    );
    // Deprecated API Migration Guide: the PodDisruptionBudget of policy/v1beta1 is no longer served as of v1.25.
    for (facts, fires) in [(cluster(24), false), (cluster(25), true), (Facts::default(), true)] {
        let report = risk(&old, &facts);
        assert_eq!(of_rule(&report, rule).len(), usize::from(fires), "{facts:?}");
    }
    let report = risk(&old, &cluster(33));
    assert_eq!(
        of_rule(&report, rule)[0].message,
        "policy/v1beta1 is gone since Kubernetes 1.25, and the target runs 1.33: the API server does not know the object."
    );
    let kept = assess(Some(&objects(&old)), &objects(&old), &cluster(33));
    assert!(of_rule(&kept, rule).is_empty(), "it always stood so");
    // v1beta3 of FlowSchema is no longer served as of v1.32: without the version nobody can tell.
    let flow = format!(
        "{SHOP}---\napiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\nmetadata: {{name: web}}\n"
    );
    assert_eq!(needs(&risk(&flow, &Facts::default()), rule).as_deref(), Some("version"));
    assert_eq!(needs(&risk(&flow, &cluster(31)), rule), None);
    assert!(of_rule(&risk(&flow, &cluster(31)), rule).is_empty());
    assert_eq!(of_rule(&risk(&flow, &cluster(32)), rule).len(), 1);
}

#[test]
fn what_failed_lately_is_said_of_the_next_promotion() {
    let rule = "promotions-failed-lately";
    let after = edit(SHOP, "web:2.4.1", "web:2.5.0");
    let past = |outcome, workload: ObjectKey| PastPromotion { workloads: vec![workload], outcome };
    let facts = |outcomes: &[Outcome]| Facts {
        plan: Some(PlanFacts::default()),
        history: Some(outcomes.iter().map(|outcome| past(*outcome, of_web())).collect()),
        ..Facts::default()
    };
    use Outcome::{Failed, Live, RolledBack};
    for (outcomes, expected) in [
        (vec![RolledBack, Live], Some((Level::Medium, "The last promotion of it was rolled back."))),
        (vec![Failed], Some((Level::Medium, "The last promotion of it failed."))),
        (
            vec![Failed, RolledBack, Live],
            Some((Level::High, "The last 2 promotions of it failed or were rolled back.")),
        ),
        (vec![Live, RolledBack, Failed], None),
        (vec![], None),
    ] {
        let report = risk(&after, &facts(&outcomes));
        let found = of_rule(&report, rule);
        let found: Vec<_> = found.iter().map(|finding| (finding.level, finding.message.as_str())).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{outcomes:?}");
    }
    let other = ObjectKey { name: "worker".to_owned(), ..of_web() };
    let of_another = Facts { history: Some(vec![past(Failed, other)]), ..facts(&[]) };
    assert!(of_rule(&risk(&after, &of_another), rule).is_empty());
    assert!(of_rule(&risk(SHOP, &facts(&[Failed])), rule).is_empty(), "nothing of it changes");
    let unknown = Facts { history: None, ..facts(&[]) };
    assert_eq!(needs(&risk(&after, &unknown), rule).as_deref(), Some("history"));
    assert_eq!(needs(&risk(&after, &Facts::default()), rule), None, "no promotion, no past");
}
