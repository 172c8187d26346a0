//! What rules are told beside manifests: how changes are delivered, what runs at the source, use, version, nodes.

use serde_json::Value;

use crate::sandbox::{Run, Sandbox, deployment};
use crate::schemas::follows;

const APPLICATION: &str = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-ENV, namespace: argocd}
spec:
  project: shop
  destination: {namespace: shop-ENV, name: eu-ENV}
  source: {repoURL: 'https://git.example/shop.git', path: apps/ENV, targetRevision: HEAD}
  ignoreDifferences:
  - {group: apps, kind: Deployment, jqPathExpressions: ['.spec.template.spec.containers[].image']}
  syncPolicy: {automated: {}, syncOptions: [OPTION]}
";

const PROJECT: &str = "apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: shop, namespace: argocd}
spec:
  syncWindows:
  - {kind: deny, schedule: '0 8 * * 1-5', duration: 10h, applications: ['*-production'], timeZone: Europe/Berlin}
  - {kind: deny, schedule: '0 0 * * *', duration: 1h, applications: [other]}
";

/// A repository in which Argo CD brings both environments.
fn sandbox(option: &str) -> Sandbox {
    let application = |name: &str| APPLICATION.replace("ENV", name).replace("OPTION", option);
    let sandbox = Sandbox::new()
        .file("apps/staging/web.yaml", deployment("web", "a:2"))
        .file("apps/production/web.yaml", deployment("web", "a:1"))
        .file("argocd/staging.yaml", application("staging"))
        .file("argocd/production.yaml", application("production"))
        .file("argocd/project.yaml", PROJECT);
    sandbox.git(&["init", "-q", "-b", "main"]);
    sandbox.git(&["remote", "add", "origin", "https://git.example/shop.git"]);
    sandbox.commit();
    sandbox
}

fn preview(sandbox: &Sandbox, more: &[&str]) -> Value {
    let arguments = ["preview", "--from", "staging", "--to", "production", "--format", "json"];
    let run = sandbox.run(&[&arguments[..], more].concat());
    assert_eq!(run.code, 0, "{run:?}");
    follows("preview", &run)
}

fn rules(document: &Value) -> Vec<&str> {
    let findings = document["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

fn message<'d>(document: &'d Value, rule: &str) -> &'d str {
    let findings = document["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["rule"] == rule);
    found.unwrap_or_else(|| panic!("{rule}: {findings:#?}"))["message"].as_str().unwrap()
}

#[test]
fn what_argo_cd_ignores_and_when_it_syncs_are_risks_of_a_promotion() {
    let respected = preview(&sandbox("RespectIgnoreDifferences=true"), &[]);
    assert_eq!(
        message(&respected, "change-left-alone"),
        "Argo CD Application argocd/shop-production leaves this as it is live: the promotion does not arrive."
    );
    assert_eq!(
        message(&respected, "delivery-waits"),
        "Argo CD Application argocd/shop-production may bring it later than it is merged: it denies syncs for 10h from \
         \"0 8 * * 1-5\" (Europe/Berlin)."
    );
    assert!(!rules(&respected).contains(&"change-unseen"));
    // Without the option the image is written as soon as anything is synced: but nothing else differs.
    let unseen = preview(&sandbox("CreateNamespace=true"), &[]);
    assert!(rules(&unseen).contains(&"change-unseen") && !rules(&unseen).contains(&"change-left-alone"));
}

#[test]
fn an_image_that_does_not_run_at_the_source_is_a_risk() {
    let sandbox = sandbox("CreateNamespace=true");
    let live = |image: &str| {
        let status = "status: {replicas: 2, updatedReplicas: 2, readyReplicas: 2, observedGeneration: 1}\n";
        deployment("web", image).replace("metadata:\n", "metadata:\n  generation: 1\n") + status
    };
    sandbox.put("old.yaml", live("a:1"));
    sandbox.put("new.yaml", live("a:2"));
    let old = preview(&sandbox, &["--source-live", "old.yaml"]);
    assert_eq!(message(&old, "artefact-not-proven"), "a:2 does not run at the source: it runs a:1.");
    assert!(!rules(&preview(&sandbox, &["--source-live", "new.yaml"])).contains(&"artefact-not-proven"));
    let unknown = preview(&sandbox, &[]);
    let needs =
        unknown["not_evaluated"].as_array().unwrap().iter().find(|one| one["rule"] == "artefact-not-proven");
    assert_eq!(needs.unwrap()["needs"], "source-live");
}

fn risk(sandbox: &Sandbox, more: &[&str]) -> Run {
    sandbox.run(&[&["risk", "before.yaml", "after.yaml", "--format", "json"], more].concat())
}

/// `flowcontrol.apiserver.k8s.io/v1beta3` is gone since 1.32 (Kubernetes documentation, "Deprecated API Migration Guide").
#[test]
fn the_version_is_what_is_said_or_what_the_nodes_run() {
    let schema =
        "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\nmetadata: {name: one}\n";
    let node = "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus:\n  allocatable: {cpu: '4', memory: 8Gi, pods: '110'}\n  nodeInfo: {kubeletVersion: v1.33.4-eks-1}\n";
    let sandbox = Sandbox::new()
        .file("before.yaml", deployment("web", "a:1"))
        .file("after.yaml", format!("{}---\n{schema}", deployment("web", "a:1")))
        .file("nodes.yaml", node);
    let gone = |more: &[&str]| rules(&follows("risk", &risk(&sandbox, more))).contains(&"api-version-gone");
    assert!(!gone(&[]) && !gone(&["--kubernetes-version", "1.31"]));
    assert!(gone(&["--kubernetes-version", "v1.32.0"]));
    assert!(gone(&["--nodes", "nodes.yaml"]));
    assert!(!gone(&["--nodes", "nodes.yaml", "--kubernetes-version", "1.31"]), "what is said counts");
    let wrong = risk(&sandbox, &["--kubernetes-version", "newest"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("expected a version of Kubernetes, as 1.33"), "{wrong:?}");
}

#[test]
fn limits_are_held_against_the_peaks_of_the_usage_file() {
    let limited = |memory: &str| {
        let limits = format!("limits: {{memory: {memory}}}");
        deployment("web", "a:1").replace("requests: {cpu: 500m, memory: 1Gi}", &limits)
    };
    let usage =
        "days: 14\nworkloads:\n- object: Deployment/web\n  containers:\n    web: {peak_memory_gib: 0.375}\n";
    let sandbox = Sandbox::new()
        .file("before.yaml", limited("512Mi"))
        .file("after.yaml", limited("256Mi"))
        .file("usage.yaml", usage);
    let document = follows("risk", &risk(&sandbox, &["--usage", "usage.yaml"]));
    // 0.375 GiB are 384 MiB.
    assert!(
        message(&document, "memory-limit-below-use").contains("it used 384Mi within the last 14 days"),
        "{document:#}"
    );
    let without = follows("risk", &risk(&sandbox, &[]));
    assert!(!rules(&without).contains(&"memory-limit-below-use"));
}
