//! The bill for the target's nodes, through the whole control plane.

use serde_json::{Value, json};

use crate::flow::{Shop, id, to_production};
use crate::repository::{NEW, OLD, Repository, web};

/// An m5.large is 0.096 USD an hour (us-east-1): 70.08 a month. Three pods of 600m fit on its 1900m.
fn nodes(max: u32) -> String {
    format!(
        "apiVersion: plimsoll.dev/v1\nkind: NodeGroups\nmetadata: {{name: production}}\nspec:\n  groups:\n    - {{name: general, \
         instanceType: m5.large, region: us-east-1, allocatable: {{cpu: 1900m, memory: 7Gi}}, min: 1, max: {max}, current: 2}}\n"
    )
}

fn asking(namespace: &str, image: &str, replicas: u32) -> String {
    web(namespace, image, replicas) + "          resources: {requests: {cpu: 600m, memory: 1Gi}}\n"
}

/// Staging runs seven pods and production two; production names its nodes.
fn repository() -> Repository {
    let repository = Repository::empty();
    let mut application = repository.application("shop", 1);
    application["spec"]["environments"][1]["nodes"] = json!("clusters/production");
    repository.write("plimsoll.yaml", &application.to_string());
    repository.write("staging/web.yaml", &asking("shop-staging", NEW, 7));
    repository.write("production/web.yaml", &asking("shop", OLD, 2));
    repository.write("clusters/production/nodes.yaml", &nodes(5));
    repository.publish("The shop and its nodes");
    repository
}

fn preview(shop: &Shop) -> Value {
    let mut asked = to_production("shop");
    asked["take"] = json!(["Deployment/web:spec.replicas"]);
    shop.alice.post("/promotions?wait=60", &asked).ok(200)
}

fn rules(preview: &Value) -> Vec<&str> {
    let findings = preview["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["rule"].as_str().unwrap()).collect()
}

/// Two pods need one node of 70.08 and seven need three: +140.16. With at most two nodes, one of seven pods waits.
#[test]
fn a_preview_has_the_bill_for_the_nodes_that_the_environment_names() {
    let shop = Shop::of(repository(), &[]);
    let first = preview(&shop);
    assert_eq!(first["bill"]["total"]["delta_micros"], 140_160_000, "{first}");
    assert_eq!((first["bill"]["effect"].as_str(), &first["bill_unknown"]), (Some("adds"), &Value::Null));
    let explanation = first["explanation"].as_str().unwrap();
    assert!(explanation.contains("Bill for nodes: +$140.16 a month (+200 %), on $70.08"), "{explanation}");
    assert!(!rules(&first).contains(&"pods-without-room"), "{:?}", rules(&first));
    let cost = shop.alice.get(&format!("/promotions/{}/cost", id(&first))).ok(200);
    assert_eq!(cost["bill"], first["bill"]);

    shop.repository.write("clusters/production/nodes.yaml", &nodes(2));
    shop.repository.publish("Two nodes and no more");
    let scarce = preview(&shop);
    assert_ne!(scarce["preview_hash"], first["preview_hash"]);
    assert_eq!(scarce["bill"]["total"]["delta_micros"], 70_080_000, "{scarce}");
    assert!(rules(&scarce).contains(&"pods-without-room"), "{:?}", rules(&scarce));
    let approved = shop.approve(&id(&scarce));
    assert_eq!(approved["status"], "approved", "{approved}");

    shop.repository.write("clusters/production/nodes.yaml", "spec: [");
    shop.repository.publish("A file that nobody can read");
    let broken = preview(&shop);
    assert_eq!(broken["bill"], Value::Null, "{broken}");
    let why = broken["bill_unknown"].as_str().unwrap();
    assert!(why.starts_with("the nodes of production cannot be read: "), "{why}");
}

#[test]
fn without_nodes_it_is_said_why_there_is_no_bill() {
    let shop = Shop::open(&[]);
    let preview = shop.preview();
    assert_eq!(preview.get("bill"), Some(&Value::Null), "{preview}");
    assert_eq!(preview["bill_unknown"], "plimsoll.yaml names no nodes for production");
}
