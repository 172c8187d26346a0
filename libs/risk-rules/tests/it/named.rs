//! The rules that this project promised first, by what they are: whole manifests before and after, and the finding.

use kube_model::{ObjectKey, Place};
use risk_rules::Level::{self, Critical, High, Medium};
use risk_rules::{Facts, PlanFacts, PlanItem, RiskReport, assess};
use serde_json::json;

use crate::case::{objects, of_rule, risk};

/// A Deployment in full, of which each test changes what it is about.
fn deployment(replicas: u32, image: &str, container: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - name: web
        image: {image}
{container}"
    )
}

const IMAGE: &str = "registry.example/web:1.4.0";

const SERVICE: &str = "---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
";

/// The report holds the finding of this rule, with this level and evidence at this path.
fn found(report: &RiskReport, rule: &str, level: Level, place: &str) {
    let found = of_rule(report, rule);
    assert_eq!(found.len(), 1, "{rule}: {:#?}", report.findings);
    let finding = found[0];
    let at = format!("{}/{}: {}", finding.object.kind, finding.object.name, finding.path);
    assert_eq!((finding.level, at.as_str()), (level, place), "{}", finding.message);
    assert!(finding.source.starts_with("https://kubernetes.io/docs/"), "{}", finding.source);
}

#[test]
fn a_replica_count_cut_to_one() {
    let report = risk(&deployment(3, IMAGE, ""), &deployment(1, IMAGE, ""));
    found(&report, "replicas-cut", High, "Deployment/web: spec.replicas");
    let finding = of_rule(&report, "replicas-cut")[0];
    assert_eq!((&finding.before, &finding.after), (&Some(json!(3)), &Some(json!(1))));
}

#[test]
fn a_probe_removed() {
    let probe = "        readinessProbe: {httpGet: {path: /ready, port: 8080}}\n";
    let before = deployment(2, IMAGE, probe) + SERVICE;
    let report = risk(&before, &(deployment(2, IMAGE, "") + SERVICE));
    let at = "Deployment/web: spec.template.spec.containers[name=web].readinessProbe";
    found(&report, "probe-removed", High, at);
}

#[test]
fn a_memory_limit_lowered() {
    let limit =
        |size: &str| deployment(2, IMAGE, &format!("        resources: {{limits: {{memory: {size}}}}}\n"));
    let report = risk(&limit("512Mi"), &limit("256Mi"));
    let at = "Deployment/web: spec.template.spec.containers[name=web].resources.limits.memory";
    found(&report, "memory-limit-lowered", High, at);
}

#[test]
fn the_tag_latest() {
    let report = risk(&deployment(2, IMAGE, ""), &deployment(2, "registry.example/web:latest", ""));
    found(&report, "image-unpinned", Medium, "Deployment/web: spec.template.spec.containers[name=web].image");
}

#[test]
fn a_digest_that_changes_under_an_unchanged_tag() {
    let digest = |of: char| format!("{IMAGE}@sha256:{}", String::from(of).repeat(64));
    let report = risk(&deployment(2, &digest('a'), ""), &deployment(2, &digest('b'), ""));
    let at = "Deployment/web: spec.template.spec.containers[name=web].image";
    found(&report, "digest-moved-under-tag", Medium, at);
}

#[test]
fn a_disruption_budget_that_blocks_every_eviction() {
    let budget = |least: u32| {
        format!(
            "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: web, namespace: shop}}\nspec:\n  minAvailable: {least}\n  selector: {{matchLabels: {{app: web}}}}\n"
        )
    };
    let state = |least| deployment(2, IMAGE, "") + &budget(least);
    let report = risk(&state(1), &state(2));
    found(&report, "disruption-budget-blocks", High, "PodDisruptionBudget/web: spec.minAvailable");
}

#[test]
fn an_immutable_selector_changed() {
    let before = deployment(2, IMAGE, "");
    let after = before.replace("{app: web}", "{app: web, tier: front}");
    found(&risk(&before, &after), "immutable-field-changed", High, "Deployment/web: spec.selector");
}

/// With an Ingress that sends users there it is a certain outage; without one, high.
#[test]
fn a_service_that_selects_nothing_after_the_change() {
    let ingress = "---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
";
    let inside = deployment(2, IMAGE, "") + SERVICE;
    let report =
        risk(&inside, &inside.replace("spec: {selector: {app: web}", "spec: {selector: {app: website}"));
    found(&report, "service-selects-nothing", High, "Service/web: spec.selector");
    let before = inside + ingress;
    let after = before.replace("spec: {selector: {app: web}", "spec: {selector: {app: website}");
    found(&risk(&before, &after), "service-selects-nothing", Critical, "Service/web: spec.selector");
}

#[test]
fn a_configmap_key_removed_that_is_still_referenced() {
    let reads = "        env:\n        - name: LEVEL\n          valueFrom: {configMapKeyRef: {name: web, key: level}}\n";
    let config = |data: &str| {
        let map = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\ndata: ";
        deployment(2, IMAGE, reads) + map + data + "\n"
    };
    let report = risk(&config("{level: info, region: eu}"), &config("{region: eu}"));
    let at = "Deployment/web: spec.template.spec.containers[name=web].env[name=LEVEL]";
    found(&report, "config-key-missing", High, at);
}

#[test]
fn privileges_widened() {
    let privileged = "        securityContext: {privileged: true}\n";
    let report = risk(&deployment(2, IMAGE, ""), &deployment(2, IMAGE, privileged));
    let at = "Deployment/web: spec.template.spec.containers[name=web].securityContext.privileged";
    found(&report, "privileged-container", High, at);
}

#[test]
fn an_image_carried_while_the_configuration_that_came_with_it_was_kept() {
    let reads = "        envFrom: [{configMapRef: {name: web}}]\n";
    let config =
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\ndata: {queue: v1}\n";
    let state = |image| deployment(2, image, reads) + config;
    let (before, after) = (objects(&state(IMAGE)), objects(&state("registry.example/web:1.5.0")));
    let item = |group: &str, kind: &str, path: &str, before: &str, after: &str| PlanItem {
        place: Place {
            object: ObjectKey {
                group: group.to_owned(),
                kind: kind.to_owned(),
                namespace: Some("shop".to_owned()),
                name: "web".to_owned(),
            },
            path: path.parse().unwrap(),
        },
        before: Some(json!(before)),
        after: Some(json!(after)),
        source_changed: Some(true),
        reason: "a row of the table".to_owned(),
    };
    let path = "spec.template.spec.containers[name=web].image";
    let plan = PlanFacts {
        carried: vec![item("apps", "Deployment", path, IMAGE, "registry.example/web:1.5.0")],
        kept: vec![item("", "ConfigMap", "data.queue", "v1", "v2")],
        ..PlanFacts::default()
    };
    let report = assess(Some(&before), &after, &Facts { plan: Some(plan), ..Facts::default() });
    found(&report, "image-without-its-configuration", High, &format!("Deployment/web: {path}"));
}
