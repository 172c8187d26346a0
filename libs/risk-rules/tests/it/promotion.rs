use kube_model::{ObjectKey, Place};
use risk_rules::{Drifted, Facts, Level, PlanFacts, PlanItem, RiskReport, assess};
use serde_json::{Value, json};

use crate::case::{SHOP, edit, objects, of_rule};

const IMAGE: &str = "image-without-its-configuration";
const RESIZE: &str = "source-resize-not-carried";
const DRIFT: &str = "drift-is-written-over";
const WRITER: &str = "another-writer";

fn item(group: &str, kind: &str, name: &str, path: &str, before: Value, after: Value) -> PlanItem {
    let object = ObjectKey {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
    };
    let place = Place { object, path: path.parse().unwrap() };
    let value = |value: Value| (!value.is_null()).then_some(value);
    PlanItem {
        place,
        before: value(before),
        after: value(after),
        source_changed: Some(true),
        reason: "a row of the table".to_owned(),
    }
}

pub(crate) fn of_web(path: &str, before: Value, after: Value) -> PlanItem {
    item("apps", "Deployment", "web", path, before, after)
}

pub(crate) fn image() -> PlanItem {
    let path = "spec.template.spec.containers[name=web].image";
    of_web(path, json!("registry.example/shop/web:2.4.1"), json!("registry.example/shop/web:2.5.0"))
}

pub(crate) fn setting(name: &str) -> PlanItem {
    let path = format!("spec.template.spec.containers[name=web].env[name={name}]");
    of_web(&path, Value::Null, json!({"name": name, "value": "5"}))
}

fn risk(plan: PlanFacts) -> RiskReport {
    let after = objects(&edit(SHOP, "web:2.4.1", "web:2.5.0"));
    assess(Some(&objects(SHOP)), &after, &Facts { plan: Some(plan), ..Facts::default() })
}

#[test]
fn an_image_without_its_configuration_is_a_high_risk() {
    let config = item("", "ConfigMap", "web-config", "data.log-level", json!("info"), json!("warn"));
    let report = risk(PlanFacts {
        carried: vec![image()],
        kept: vec![config],
        pending: vec![of_web(
            "spec.template.spec.containers[name=web].args[--level]",
            json!("info"),
            json!("warn"),
        )],
        blocked: vec![setting("TIMEOUT")],
    });
    let found = of_rule(&report, IMAGE);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message,
        "The image registry.example/shop/web:2.5.0 is carried, but configuration that changed with it stays behind: \
         env[name=TIMEOUT] (blocked), args[--level] (pending) and ConfigMap web-config data.log-level (kept)."
    );
    assert_eq!((found[0].level, found[0].object.name.as_str()), (Level::High, "web"));
    assert_eq!(found[0].path.to_string(), "spec.template.spec.containers[name=web].image");
    assert_eq!(found[0].before, Some(json!("registry.example/shop/web:2.4.1")));
    assert_eq!(found[0].after, Some(json!("registry.example/shop/web:2.5.0")));
}

/// A new reference to a Secret is blocked together with the ciphertext that the target does not have yet.
#[test]
fn a_blocked_secret_belongs_to_the_image_that_needs_it() {
    let mut reference = setting("WEBHOOK_KEY");
    reference.after =
        Some(json!({"name": "WEBHOOK_KEY", "valueFrom": {"secretKeyRef": {"name": "hook", "key": "k"}}}));
    let sealed =
        item("bitnami.com", "SealedSecret", "hook", "", Value::Null, json!({"kind": "SealedSecret"}));
    let other =
        item("bitnami.com", "SealedSecret", "other", "", Value::Null, json!({"kind": "SealedSecret"}));
    let plan =
        PlanFacts { carried: vec![image()], blocked: vec![reference, sealed, other], ..PlanFacts::default() };
    let report = risk(plan);
    assert_eq!(
        of_rule(&report, IMAGE)[0].message,
        "The image registry.example/shop/web:2.5.0 is carried, but configuration that changed with it stays behind: \
         env[name=WEBHOOK_KEY] (blocked) and SealedSecret hook (blocked)."
    );
}

#[test]
fn what_did_not_come_with_the_image_is_no_risk() {
    let unchanged = PlanItem { source_changed: Some(false), ..setting("REGION") };
    let of_another = item("", "ConfigMap", "rates-of-others", "data.x", json!("1"), json!("2"));
    let size = of_web("spec.replicas", json!(3), json!(2));
    let other_container =
        of_web("spec.template.spec.containers[name=proxy].env[name=A]", Value::Null, json!("1"));
    let kept = vec![unchanged, of_another, size, other_container];
    let report = risk(PlanFacts { carried: vec![image()], kept, ..PlanFacts::default() });
    assert!(of_rule(&report, IMAGE).is_empty(), "{:#?}", report.findings);

    let report = risk(PlanFacts { kept: vec![setting("TIMEOUT")], ..PlanFacts::default() });
    assert!(of_rule(&report, IMAGE).is_empty(), "no image is carried: {:#?}", report.findings);
}

/// `plain-01-image-bump` of the scenarios: staging raised a memory limit, production keeps its own.
#[test]
fn a_size_that_the_source_changed_is_worth_knowing() {
    let path = "spec.template.spec.containers[name=web].resources.limits.memory";
    let limit = of_web(path, json!("512Mi"), json!("768Mi"));
    let bounds =
        item("autoscaling", "HorizontalPodAutoscaler", "api", "spec.maxReplicas", json!(12), json!(20));
    let report = risk(PlanFacts { kept: vec![limit, bounds], ..PlanFacts::default() });
    let messages: Vec<&str> =
        of_rule(&report, RESIZE).iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "The source changed the memory limit of container web to 768Mi; the target keeps 512Mi.",
            "The source changed the maximum replica count to 20; the target keeps 12.",
        ]
    );
    assert_eq!(report.risk_level, Level::Low);
    // The target keeps what it has: its evidence is no change.
    let kept: Vec<_> = of_rule(&report, RESIZE).iter().map(|one| (&one.before, &one.after)).collect();
    assert_eq!(kept, [(&Some(json!("512Mi")), &Some(json!("512Mi"))), (&Some(json!(12)), &Some(json!(12)))]);
}

#[test]
fn a_size_that_was_always_different_is_none() {
    let always = PlanItem { source_changed: Some(false), ..of_web("spec.replicas", json!(3), json!(1)) };
    let no_size = of_web("spec.template.spec.nodeSelector", json!({"a": "b"}), json!({"a": "c"}));
    let report = risk(PlanFacts { kept: vec![always, no_size], ..PlanFacts::default() });
    assert!(of_rule(&report, RESIZE).is_empty(), "{:#?}", report.findings);
}

#[test]
fn without_a_plan_all_say_that_they_were_not_evaluated() {
    let report = assess(Some(&objects(SHOP)), &objects(SHOP), &Facts::default());
    let missing: Vec<(&str, &str)> =
        report.not_evaluated.iter().map(|rule| (rule.rule.as_str(), rule.needs.as_str())).collect();
    assert_eq!(missing, [(IMAGE, "plan"), (RESIZE, "plan"), ("artefact-differs", "plan")]);
}

/// Where no base is known nobody can tell what came with the image: that is not "fine".
#[test]
fn without_a_base_both_say_that_they_were_not_evaluated() {
    let unknown = |item: PlanItem| PlanItem { source_changed: None, ..item };
    let size = of_web("spec.replicas", json!(3), json!(2));
    let plan =
        PlanFacts { carried: vec![unknown(image())], kept: vec![unknown(size)], ..PlanFacts::default() };
    let report = risk(plan);
    let missing: Vec<(&str, &str)> =
        report.not_evaluated.iter().map(|rule| (rule.rule.as_str(), rule.needs.as_str())).collect();
    assert_eq!(
        missing,
        [
            (IMAGE, "base"),
            (RESIZE, "base"),
            ("artefact-not-proven", "source-live"),
            ("promotions-failed-lately", "history")
        ]
    );
    let nothing = risk(PlanFacts::default());
    assert!(
        nothing.not_evaluated.iter().all(|rule| rule.needs == "history"),
        "nothing is carried, nothing is unknown"
    );
}

/// Somebody has set 2.4.9 in the cluster; Git has 2.4.1 and gets 2.5.0.
#[test]
fn what_live_has_otherwise_and_the_promotion_writes_is_a_medium_risk() {
    let PlanItem { place, before, after, .. } = image();
    let live = Some(json!("registry.example/shop/web:2.4.9"));
    let drifted =
        Drifted { place, live: live.clone(), target: before, planned: after.clone(), written_by: None };
    let report = over(&drifted);
    let findings = of_rule(&report, DRIFT);
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].level, &findings[0].before, &findings[0].after), (Level::Medium, &live, &after));
    assert!(
        findings[0].message.contains("2.4.9") && findings[0].message.contains("2.5.0"),
        "{}",
        findings[0].message
    );
    assert!(of_rule(&risk(PlanFacts::default()), DRIFT).is_empty());
    let edited = over(&Drifted { written_by: Some("kubectl-edit".to_owned()), ..drifted.clone() });
    assert!(
        of_rule(&edited, DRIFT)[0].message.contains("web:2.4.9, set by kubectl-edit, the target's files")
    );
    assert!(of_rule(&edited, WRITER).is_empty());
    // Who brings what is merged is no rival of it.
    for deployer in ["argocd-controller", "kustomize-controller", "helm-controller"] {
        let deployed = over(&Drifted { written_by: Some(deployer.to_owned()), ..drifted.clone() });
        assert!(of_rule(&deployed, WRITER).is_empty() && of_rule(&deployed, DRIFT).len() == 1, "{deployer}");
    }
    let operated = over(&Drifted { written_by: Some("shop-operator".to_owned()), ..drifted });
    assert!(of_rule(&operated, DRIFT).is_empty(), "it is said once");
    assert!(of_rule(&operated, WRITER)[0].message.contains("shop-operator has set it to"));
}

fn over(drifted: &Drifted) -> RiskReport {
    let after = objects(&edit(SHOP, "web:2.4.1", "web:2.5.0"));
    let facts =
        Facts { plan: Some(PlanFacts::default()), drifted: vec![drifted.clone()], ..Facts::default() };
    assess(Some(&objects(SHOP)), &after, &facts)
}
