use cost_model::{CostReport, estimate};
use serde_json::{Value, json};

use crate::support::{assumptions, change, cost, objects, workload};

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/json/cost.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn problems(document: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn reports() -> Vec<CostReport> {
    let before = format!(
        "{}---\n{}",
        workload("Deployment", "replicas: 2,", "cpu: 1"),
        workload("DaemonSet", "", "cpu: 1")
    );
    let after = format!(
        "{}---\n{{apiVersion: example.com/v1, kind: Cache, metadata: {{name: c}}}}\n---\n{{apiVersion: v1, kind: Service, \
         metadata: {{name: s}}, spec: {{type: LoadBalancer}}}}\n",
        workload("Deployment", "", "cpu: 100m, memory: 100M")
    );
    let euros = serde_json::to_string(&crate::support::book()).unwrap().replace("USD", "EUR");
    let euros = price_book::PriceBook::parse(&euros).unwrap();
    vec![
        everything(),
        cost(""),
        cost(&before),
        change(&before, &after),
        change(&after, ""),
        estimate(None, &objects(&after), &euros, &assumptions()).unwrap(),
    ]
}

/// A report in which every optional field is there: classes, reasons, usage, idle, what is added by a rollout, no upper bound.
fn everything() -> CostReport {
    let state = |image: &str| {
        format!(
            "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop, labels: {{team: a}}}}
spec:
  template:
    spec:
      nodeSelector: {{karpenter.sh/capacity-type: spot, nvidia.com/gpu.product: T4}}
      containers: [{{name: a, image: {image}, resources: {{limits: {{cpu: 1, memory: 1Gi, nvidia.com/gpu: 1}}}}}}]
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: fast}}
provisioner: ebs.csi.aws.com
parameters: {{type: gp3, iops: '4000', throughput: '250'}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: data}}
spec: {{storageClassName: fast, resources: {{requests: {{storage: 10Gi}}}}}}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {{name: fn}}
spec: {{template: {{spec: {{containers: [{{name: a, resources: {{requests: {{cpu: 1}}}}}}]}}}}}}
"
        )
    };
    let usage = cost_model::Usage::parse(
        b"{source: by hand, platform: autopilot, traffic_prices: {nat_gb: 0.04}, workloads: [{object: Deployment/shop/web, cpu_cores: 0.5,
           memory_gib: 2, nat_gb: 5, zone_gb: 1}, {object: Deployment/nobody, replicas: 2}]}",
    );
    let assumptions = cost_model::Assumptions { usage: usage.unwrap(), ..assumptions() };
    let (before, after) = (objects(&state("a:1")), objects(&state("a:2")));
    estimate(Some(&before), &after, &crate::table::priced(), &assumptions).unwrap()
}

#[test]
fn every_optional_field_is_written_where_it_is_known() {
    let text = serde_json::to_string(&everything()).unwrap();
    for field in
        ["class", "why", "assumed", "usage", "platform", "traffic_prices", "containers", "transient", "notes"]
    {
        assert!(text.contains(&format!("\"{field}\":")), "{field}: {text}");
    }
    for value in
        ["\"high_micros\":null", "\"storage_iops\"", "\"storage_throughput\"", "\"traffic\"", "\"gpu\""]
    {
        assert!(text.contains(value), "{value}: {text}");
    }
}

#[test]
fn every_report_follows_the_schema() {
    for report in reports() {
        let document = serde_json::to_value(&report).unwrap();
        assert_eq!(problems(&document), [""; 0], "{document:#}");
    }
}

#[test]
fn every_report_is_read_as_it_is_written() {
    for report in reports() {
        let written = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<CostReport>(&written).unwrap(), report, "{written}");
        // As other writers of JSON put them: whole amounts without a point.
        let whole = written.replace(".0,", ",");
        assert_eq!(serde_json::from_str::<CostReport>(&whole).unwrap(), report, "{whole}");
    }
}

#[test]
fn what_no_report_says_is_not_read_as_one() {
    let document = serde_json::to_value(&reports()[2]).unwrap();
    for (pointer, value) in [
        ("/estimated_cost/baseline", json!(1.005)),
        ("/estimated_cost/baseline", json!("1.00")),
        ("/estimated_cost/baseline", json!(null)),
        ("/objects/0/baseline_micros", json!(null)),
        ("/price/gpu_hour", json!("-1")),
    ] {
        let mut wrong = document.clone();
        assert!(serde_json::from_value::<CostReport>(wrong.clone()).is_ok());
        *wrong.pointer_mut(pointer).unwrap() = value;
        assert!(serde_json::from_value::<CostReport>(wrong).is_err(), "{pointer}");
    }
}

#[test]
fn the_schema_refuses_what_is_not_a_report() {
    let document = serde_json::to_value(&reports()[2]).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        document
    };
    assert!(!problems(&json!({})).is_empty());
    assert!(!problems(&with("/estimated_cost/baseline", json!("1.00"))).is_empty());
    assert!(!problems(&with("/estimated_cost/baseline", json!(null))).is_empty());
    assert!(!problems(&with("/objects/0/object/name", json!(""))).is_empty());
    assert!(!problems(&with("/estimated_cost/currency", json!("usd"))).is_empty());
    assert!(!problems(&with("/price/cpu_core_hour", json!(0.03))).is_empty());
}
