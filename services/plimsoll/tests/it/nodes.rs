//! `plimsoll cost --nodes`: the bill beside what is allocated.

use crate::sandbox::Sandbox;
use crate::schemas::follows;

/// An m5.large is 0.096 USD an hour (us-east-1): 70.08 a month. Three pods of 600m fit on its 1900m.
const NODES: &str = "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {name: production}
spec:
  groups:
    - {name: general, instanceType: m5.large, region: us-east-1, allocatable: {cpu: 1900m, memory: 7Gi}, min: 1, max: 5, current: 2}
";

fn web(replicas: u32, memory: &str) -> String {
    format!(
        "
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: c, image: \"a:1\", resources: {{requests: {{cpu: 600m, memory: {memory}}}}}}}]}}
"
    )
}

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("nodes.yaml", NODES)
        .file("two.yaml", web(2, "1Gi"))
        .file("three.yaml", web(3, "1Gi"))
        .file("seven.yaml", web(7, "1Gi"))
        .file("large.yaml", web(2, "24Gi"))
}

#[test]
fn both_answers_are_given_and_named() {
    let run = sandbox().run(&["cost", "two.yaml", "seven.yaml", "--nodes", "nodes.yaml", "--format", "json"]);
    let document = follows("cost", &run);
    assert!(document["estimated_cost"]["delta_micros"].as_i64().unwrap() > 0);
    let bill = &document["bill"];
    assert_eq!(bill["total"]["baseline_micros"], 70_080_000);
    assert_eq!(bill["total"]["projected_micros"], 3 * 70_080_000);
    assert_eq!((bill["effect"].as_str(), bill["nodes"][0]["after"].as_u64()), (Some("adds"), Some(3)));
    let text = sandbox().run(&["cost", "two.yaml", "three.yaml", "--nodes", "nodes.yaml"]).out;
    assert!(text.contains("Bill for nodes: unchanged at $70.08 a month"), "{text}");
    assert!(text.contains("It fits into what is free"), "{text}");
    let markdown = ["cost", "two.yaml", "seven.yaml", "--nodes", "nodes.yaml", "--format", "markdown"];
    let page = sandbox().run(&markdown).out;
    assert!(page.contains(r"#### Bill for nodes: \+\$140.16 a month"), "{page}");
}

#[test]
fn without_nodes_there_is_no_bill() {
    let run = sandbox().run(&["cost", "two.yaml", "seven.yaml", "--format", "json"]);
    assert_eq!(follows("cost", &run).get("bill"), None);
}

#[test]
fn what_does_not_fit_is_told() {
    let text = sandbox().run(&["cost", "two.yaml", "large.yaml", "--nodes", "nodes.yaml"]).out;
    let expected = "Deployment/shop/web: 2 pods stay Pending: no node has 24 GiB of memory free";
    assert!(text.contains(expected), "{text}");
}

/// The change is 140.16 a month on the bill, and less by what is allocated: it is the bill that the gate is held against.
#[test]
fn the_gate_uses_the_bill() {
    let run = |limit: &str| {
        sandbox().run(&["cost", "two.yaml", "seven.yaml", "--nodes", "nodes.yaml", "--fail-above", limit])
    };
    assert_eq!(run("150").code, 0);
    let above = run("140");
    assert_eq!(above.code, 2, "{above:?}");
    assert!(above.err.contains("the bill for nodes changes by up to +$140.16 a month"), "{above:?}");
}

#[test]
fn a_file_without_nodes_is_refused() {
    let run = sandbox().run(&["cost", "two.yaml", "--nodes", "three.yaml"]);
    assert_eq!((run.code, run.error_code()), (1, "PACKING_NO_NODES"), "{run:?}");
}
