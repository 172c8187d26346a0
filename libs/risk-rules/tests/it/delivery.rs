//! Whether what is promoted arrives, and whether it is what ran at the source.

use kube_model::{ObjectKey, Place};
use risk_rules::{DeliveryFacts, Facts, Finding, IgnoredChange, Level, PlanFacts, PlanItem, assess};
use serde_json::json;

use crate::case::{Case, SHOP, case, edit, objects, of_rule};

fn place(path: &str) -> Place {
    let (group, kind, name) = ("apps".to_owned(), "Deployment".to_owned(), "web".to_owned());
    let object = ObjectKey { group, kind, namespace: Some("shop".to_owned()), name };
    Place { object, path: path.parse().unwrap() }
}

const IMAGE: &str = "spec.template.spec.containers[name=web].image";

fn image(source: &str) -> PlanItem {
    PlanItem {
        place: place(IMAGE),
        before: Some(json!("registry.example/shop/web:2.4.1")),
        after: Some(json!(source)),
        source_changed: Some(true),
        reason: "a row of the table".to_owned(),
    }
}

fn found(rule: &str, after: &str, item: PlanItem, beside: Facts) -> Vec<Finding> {
    let plan = PlanFacts { carried: vec![item], ..PlanFacts::default() };
    let report = assess(
        Some(&objects(SHOP)),
        &objects(&edit(SHOP, "web:2.4.1", after)),
        &Facts { plan: Some(plan), ..beside },
    );
    of_rule(&report, rule).into_iter().cloned().collect()
}

fn promoted(rule: &str, beside: Facts) -> Vec<Finding> {
    found(rule, "web:2.5.0", image("registry.example/shop/web:2.5.0"), beside)
}

pub(crate) fn by(delivery: DeliveryFacts) -> Facts {
    let by = "Argo CD Application argocd/shop".to_owned();
    Facts { delivery: Some(DeliveryFacts { by, ..delivery }), ..Facts::default() }
}

pub(crate) fn ignoring(delivery: DeliveryFacts) -> Facts {
    let PlanItem { place, before, after, .. } = image("registry.example/shop/web:2.5.0");
    by(DeliveryFacts { ignored: vec![IgnoredChange { place, before, after }], ..delivery })
}

#[test]
fn what_the_deployer_leaves_alone_does_not_arrive() {
    let rule = "change-left-alone";
    let alone = DeliveryFacts { leaves_ignored_alone: true, ..DeliveryFacts::default() };
    let hits = promoted(rule, ignoring(alone.clone()));
    assert_eq!(hits.len(), 1);
    assert_eq!((hits[0].level, hits[0].path.to_string().as_str()), (Level::Medium, IMAGE));
    assert_eq!(
        hits[0].message,
        "Argo CD Application argocd/shop leaves this as it is live: the promotion does not arrive."
    );
    assert!(promoted(rule, by(alone)).is_empty(), "it ignores nothing that changes");
    assert!(promoted(rule, ignoring(DeliveryFacts::default())).is_empty(), "it is written with the rest");
    assert!(promoted(rule, Facts::default()).is_empty());
}

#[test]
fn a_promotion_of_ignored_fields_alone_is_not_seen() {
    let all = DeliveryFacts { is_all_ignored: true, ..DeliveryFacts::default() };
    let hits = promoted("change-unseen", ignoring(all));
    assert_eq!(hits.iter().map(|hit| hit.level).collect::<Vec<_>>(), [Level::Low]);
    assert!(promoted("change-unseen", ignoring(DeliveryFacts::default())).is_empty());
}

#[test]
fn windows_and_suspended_deployers_hold_it_back() {
    let window = "it denies syncs by `0 8 * * 1-5` for 10h".to_owned();
    let hits =
        promoted("delivery-waits", by(DeliveryFacts { windows: vec![window], ..DeliveryFacts::default() }));
    assert_eq!(hits.iter().map(|hit| hit.level).collect::<Vec<_>>(), [Level::Low]);
    assert!(hits[0].message.ends_with("than it is merged: it denies syncs by `0 8 * * 1-5` for 10h."));
    assert!(promoted("delivery-waits", by(DeliveryFacts::default())).is_empty());
}

#[test]
fn a_digest_that_stays_is_another_build_than_the_source_s() {
    let rule = "artefact-differs";
    let tried = |after: &str, source: &str| found(rule, after, image(source), Facts::default()).len();
    let (one, two) = ("1".repeat(64), "2".repeat(64));
    let source = format!("registry.example/shop/web:2.5.0@sha256:{one}");
    assert_eq!(tried(&format!("web:2.5.0@sha256:{two}"), &source), 1);
    assert_eq!(tried(&format!("web:2.5.0@sha256:{one}"), &source), 0);
    assert_eq!(tried(&format!("web:2.5.0@sha256:{two}"), "registry.example/shop/web:2.5.0"), 1);
    assert_eq!(tried("web:2.5.0", "mirror.example/shop/web:2.5.0"), 0, "another registry, the same tag");
    assert_eq!(tried("web:2.5.0", "registry.example/shop/web:2.5.1"), 1);
}

/// A Deployment as `kubectl get -o yaml` gives it, with what is beside it.
pub(crate) fn at_source(image: &str, status: &str, pods: &str) -> Facts {
    let live = format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop-staging, generation: 7}}
spec:
  replicas: 3
  template: {{spec: {{containers: [{{name: web, image: '{image}'}}]}}}}
status: {{observedGeneration: 7, {status}}}
---
{pods}"
    );
    Facts { source_live: Some(objects(&live)), ..Facts::default() }
}

#[test]
fn what_does_not_run_well_at_the_source_is_not_proven() {
    const WELL: &str = "replicas: 3, updatedReplicas: 3, readyReplicas: 3";
    const NEW: &str = "registry.example/shop/web:2.5.0";
    let pod = |restarts: u32| {
        format!(
            "apiVersion: v1
kind: Pod
metadata: {{name: web-1, namespace: shop-staging}}
spec: {{containers: [{{name: web, image: '{NEW}'}}]}}
status: {{containerStatuses: [{{name: web, restartCount: {restarts}}}]}}"
        )
    };
    for (facts, expected) in [
        (at_source(NEW, WELL, ""), None),
        (at_source("mirror.example/shop/web:2.5.0", WELL, ""), None),
        (
            at_source("registry.example/shop/api:2.5.0", WELL, ""),
            Some("web:2.5.0 does not run at the source."),
        ),
        (
            at_source("registry.example/shop/web:2.4.9", WELL, ""),
            Some("does not run at the source: it runs registry.example/shop/web:2.4.9."),
        ),
        (
            at_source(NEW, "replicas: 4, updatedReplicas: 1, readyReplicas: 3", ""),
            Some("its rollout is at 1 of 4 pods"),
        ),
        (
            at_source(NEW, "replicas: 3, updatedReplicas: 3, readyReplicas: 2", ""),
            Some("2 of 3 pods are ready"),
        ),
        (at_source(NEW, WELL, &pod(2)), None),
        (at_source(NEW, WELL, &pod(9)), Some("pod web-1 was restarted 9 times")),
    ] {
        let hits = promoted("artefact-not-proven", facts);
        match expected {
            None => assert!(hits.is_empty(), "{hits:#?}"),
            Some(part) => {
                assert_eq!(hits.iter().map(|hit| hit.level).collect::<Vec<_>>(), [Level::High], "{part}");
                assert!(hits[0].message.contains(part), "{}", hits[0].message);
            }
        }
    }
}

const AUTOSCALER: &str = "apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: web, namespace: shop}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  updatePolicy: {updateMode: MODE}
  resourcePolicy: {containerPolicies: [{containerName: '*', controlledResources: [RESOURCE]}]}";

pub(crate) fn cases() -> Vec<Case> {
    let resize = |mode: &str, resource: &str| {
        let autoscaler = AUTOSCALER.replace("MODE", mode).replace("RESOURCE", resource);
        case("autoscaler-overwrites-requests")
            .given_also(&autoscaler)
            .edit("requests: {cpu: 250m, memory: 384Mi}", "requests: {cpu: 250m, memory: 448Mi}")
    };
    let path = "spec.template.spec.containers[name=web].resources.requests.memory";
    let says = "VerticalPodAutoscaler web sets the requests of container web when pods start (Recreate): 448Mi is not \
                what they get.";
    vec![
        resize("Recreate", "memory").gives(Level::Medium, "Deployment/web", path, says),
        resize("'Off'", "memory"),
        // It sets another resource.
        resize("Recreate", "cpu"),
    ]
}
