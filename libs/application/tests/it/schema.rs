//! The published schema and the types take and refuse the same documents.

use application::Application;
use kube_model::yaml::{self, Limits};
use serde_json::Value;

use crate::{CHARTS, SHOP, SMALL};

fn schema() -> jsonschema::Validator {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../schemas/json/application.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn value(text: &str) -> Value {
    let documents = yaml::parse(text, &Limits::default()).unwrap();
    yaml::to_value(&documents[0], &documents[0].root, &Limits::default()).unwrap()
}

#[test]
fn both_take_what_is_right() {
    for text in [SHOP, SMALL, CHARTS, &SMALL.replace("path: staging", "path: ..staging/a..b")] {
        let errors: Vec<String> = schema().iter_errors(&value(text)).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        Application::parse(text).unwrap();
    }
}

#[test]
fn both_refuse_what_is_wrong() {
    let schema = schema();
    for (from, to) in [
        ("plimsoll.dev/v1", "plimsoll.dev/v2"),
        ("kind: Application", "kind: App"),
        ("{name: shop}", "{}"),
        ("{name: shop}", "{name: ''}"),
        ("{name: shop}", "{name: shop, labels: {}}"),
        ("{name: shop}", "[shop]"),
        (
            "{name: staging,    path: overlays/staging,    cluster: eu-staging, namespace: shop}",
            "[staging, staging]",
        ),
        ("render: kustomize", "render: jsonnet"),
        ("name: staging", "name: stag/ing"),
        ("name: staging", "name: ''"),
        ("name: staging", "name: 7"),
        ("path: overlays/staging", "path: /overlays/staging"),
        ("path: overlays/staging", "path: overlays/../../staging"),
        ("path: overlays/staging", "path: .."),
        ("path: overlays/staging", "paths: overlays/staging"),
        ("path: overlays/staging,", ""),
        ("[\"Deployment/*:spec.replicas\"]", "[\"spec.replicas\"]"),
        ("[\"Deployment/*:spec.replicas\"]", "[\"Deployment/:spec.replicas\"]"),
        ("[\"Deployment/*:spec.replicas\"]", "\"Deployment/*:spec.replicas\""),
        ("approvals: 1", "approvals: -1"),
        ("approvals: 1", "approvals: one"),
        ("selfApproval: false", "selfApproval: 'no'"),
        ("selfApproval: false", "self_approval: false"),
        ("from: staging,", ""),
        ("who: ana, ", ""),
        ("who: ana", "who: ' '"),
        ("until: 2026-12-31", "until: 2026-13-31"),
        ("until: 2026-12-31", "until: soon"),
        ("monthly: 1200.00 USD", "monthly: 1200.00"),
        ("monthly: 1200.00 USD", "monthly: lots of USD"),
        ("ignore: [", "ignored: ["),
    ] {
        let text = SHOP.replacen(from, to, 1);
        assert_ne!(text, SHOP, "{from} is not in the example");
        assert!(!schema.is_valid(&value(&text)), "the schema takes {to:?} for {from:?}");
        assert!(Application::parse(&text).is_err(), "the type takes {to:?} for {from:?}");
    }
}

#[test]
fn both_refuse_what_is_wrong_of_charts() {
    let schema = schema();
    let helm = &CHARTS[CHARTS.find("helm: {").unwrap()..CHARTS.find("\n    - {name: cue").unwrap()];
    for (from, to) in [
        (helm, "helm: [charts/shop]"),
        ("values: [values-prod.yaml]", "values: values-prod.yaml"),
        ("values: [values-prod.yaml]", "values: [../values-prod.yaml]"),
        ("values: [values-prod.yaml]", "valueFiles: [values-prod.yaml]"),
        ("chart: charts/shop", "chart: /charts/shop"),
        ("skipCrds: true", "skipCRDs: true"),
        ("image.tag: v2", "image.tag: 2"),
        ("skipCrds: true", "skipCrds: 1"),
        ("render: {command: [cue, export]}", "render: {command: []}"),
        ("render: {command: [cue, export]}", "render: {command: [' ']}"),
        ("render: {command: [cue, export]}", "render: {command: cue}"),
        ("render: {command: [cue, export]}", "render: {shell: [cue]}"),
        ("render: {command: [cue, export]}", "render: command"),
        ("nodes: clusters/cue/nodes.yaml", "nodes: ../nodes.yaml"),
        ("nodes: clusters/cue/nodes.yaml", "nodes: [nodes.yaml]"),
        ("policies: [policies/cue]", "policies: [../policies]"),
        ("policies: [policies/cue]", "policies: policies"),
    ] {
        let text = CHARTS.replacen(from, to, 1);
        assert_ne!(text, CHARTS, "{from} is not in the example");
        assert!(!schema.is_valid(&value(&text)), "the schema takes {to:?} for {from:?}");
        assert!(Application::parse(&text).is_err(), "the type takes {to:?} for {from:?}");
    }
}
