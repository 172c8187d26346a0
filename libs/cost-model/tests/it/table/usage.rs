use price_book::Confidence;

use super::{of, report, template, usage};
use crate::support::{CORE, DISK, GIB, book};

fn deployment(requests: &str) -> String {
    of("apps/v1", "Deployment", &format!("replicas: 2, {}", template(requests)))
}

fn hpa(metrics: &str) -> String {
    of(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        &format!(
            "scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}, minReplicas: 2, maxReplicas: 20, {metrics}"
        ),
    )
}

/// What a state costs with what is measured of it.
fn micros(yaml: &str, measured: &str) -> i64 {
    let usage = usage(&format!(r#"{{"workloads": [{{"object": "*/shop/web", {measured}}}]}}"#));
    report(yaml, &book(), usage).total.projected.money.micros
}

#[test]
fn the_larger_of_request_and_usage_counts() {
    let two = deployment("cpu: 1, memory: 1Gi");
    // 2 cores and 2 GiB are asked for.
    assert_eq!(micros(&two, r#""cpu_cores": 0.5, "memory_gib": 1"#), CORE * 2 + GIB * 2);
    assert_eq!(micros(&two, r#""cpu_cores": 3.5, "memory_gib": 1"#), CORE * 7 / 2 + GIB * 2);
    assert_eq!(micros(&two, r#""cpu_cores": "2.5", "memory_gib": 4"#), CORE * 5 / 2 + GIB * 4);
    // Nothing is asked for: what is used counts.
    assert_eq!(micros(&deployment(""), r#""cpu_cores": 0.25, "memory_gib": 0.5"#), CORE / 4 + GIB / 2);
}

#[test]
fn what_runs_no_pods_uses_nothing() {
    let none = of("apps/v1", "Deployment", &format!("replicas: 0, {}", template("cpu: 1, memory: 1Gi")));
    let suspended = of(
        "batch/v1",
        "CronJob",
        &format!(
            "schedule: '0 * * * *', suspend: true, jobTemplate: {{spec: {{{}}}}}",
            template("cpu: 1, memory: 1Gi")
        ),
    );
    let rollout = of(
        "argoproj.io/v1alpha1",
        "Rollout",
        "replicas: 2, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web, scaleDown: onsuccess}",
    );
    let measured = r#""cpu_cores": 3, "memory_gib": 4"#;
    assert_eq!(micros(&none, measured), 0);
    assert_eq!(micros(&suspended, measured), 0);
    // the Rollout runs the 3 cores and 4 GiB, once
    assert_eq!(micros(&(deployment("cpu: 1, memory: 1Gi") + &rollout), measured), CORE * 3 + GIB * 4);
}

/// 3.2 cores at 50 % of one are 7 pods, of which each has its claim of 10 GiB: those of 1 to 6 are theirs.
#[test]
fn claims_of_pods_that_usage_asks_for_are_counted_once() {
    let set = of(
        "apps/v1",
        "StatefulSet",
        &format!(
            "volumeClaimTemplates: [{{metadata: {{name: data}}, spec: {{resources: {{requests: {{storage: 10Gi}}}}}}}}], {}",
            template("cpu: 1, memory: 0")
        ),
    );
    let claims: String = (0..8)
        .map(|ordinal| {
            format!(
                "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: data-web-{ordinal}, namespace: shop}}, spec: \
                 {{resources: {{requests: {{storage: 10Gi}}}}}}}}\n---\n"
            )
        })
        .collect();
    let half = "metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]";
    let yaml = set + &claims + &hpa(half).replace("kind: Deployment", "kind: StatefulSet");
    // 7 pods with 10 GiB each, and the eighth claim, which is no pod's
    assert_eq!(micros(&yaml, r#""cpu_cores": 3.2"#), CORE * 7 + DISK * 80);
}

/// From 2 to 20 replicas, of which 2 are assumed, to 3 that are declared: what it costs is sure, the change is not.
#[test]
fn a_change_is_as_sure_as_the_worse_of_its_sides() {
    let declared = of("apps/v1", "Deployment", &format!("replicas: 3, {}", template("cpu: 1, memory: 0")));
    let scaled = deployment("cpu: 1, memory: 0") + &hpa("");
    let certainty = |before: &str, after: &str| {
        let certainty = crate::support::change(before, after).certainty;
        (certainty.worst, certainty.worst_of_change)
    };
    let (sure, guess) = (Some(Confidence::Contract), Some(Confidence::Assumed));
    assert_eq!(certainty(&scaled, &declared), (sure, guess));
    assert_eq!(certainty(&declared, &scaled), (guess, guess));
    assert_eq!(certainty(&declared, &declared), (sure, None));
}

#[test]
fn what_is_asked_for_and_not_used_is_idle() {
    let measured = usage(r#"{"workloads": [{"object": "Deployment/shop/web", "cpu_cores": 0.5}]}"#);
    let report = report(&deployment("cpu: 1, memory: 1Gi"), &book(), measured);
    let idle: Vec<_> = report.objects[0].parts.iter().map(|part| part.idle_micros.1).collect();
    // 2 − 0.5 cores; of memory nothing is known
    assert_eq!(idle, [Some(CORE * 3 / 2), None]);
}

#[test]
fn replicas_by_what_is_measured() {
    let (scaled, cpu) = (
        deployment("cpu: 1, memory: 0"),
        "metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]",
    );
    let value = "metrics: [{type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 500Mi}}}]";
    for (name, yaml, measured, cores) in [
        ("their number", scaled.clone() + &hpa(cpu), r#""replicas": 4.5"#, (9, 2)),
        ("held within the bounds", scaled.clone() + &hpa(cpu), r#""replicas": 50"#, (20, 1)),
        // 3.2 cores / (1 × 50 %) = 6.4: 7 pods
        ("a utilisation target", scaled.clone() + &hpa(cpu), r#""cpu_cores": 3.2"#, (7, 1)),
        // 5 GiB / 500 Mi = 10.24: 11 pods
        ("a target by value", scaled.clone() + &hpa(value), r#""memory_gib": 5"#, (11, 1)),
        // memory's target asks for 11, that of CPU for 7
        (
            "the larger of two",
            scaled.clone()
                + &hpa(&format!("{}, {}", cpu.trim_end_matches(']'), value.trim_start_matches("metrics: ["))),
            r#""cpu_cores": 3.2, "memory_gib": 5"#,
            (11, 1),
        ),
        // no metrics: 80 % of CPU; 3.2 / 0.8 = 4
        ("the default target", scaled.clone() + &hpa(""), r#""cpu_cores": 3.2"#, (4, 1)),
    ] {
        let memory = if measured.contains("memory") { GIB * 5 } else { 0 };
        assert_eq!(micros(&yaml, measured), CORE * cores.0 / cores.1 + memory, "{name}");
    }
}

#[test]
fn the_length_of_a_run_and_traffic() {
    let job = of(
        "batch/v1",
        "Job",
        "template: {spec: {containers: [{name: c, resources: {requests: {cpu: 6, memory: 0}}}]}}",
    );
    // 6 cores × 7.5 / 60 hours × 0.03
    assert_eq!(micros(&job, r#""run_minutes": 7.5"#), 22_500);
    // 2 cores, 100 GB between zones × 0.01, 20 GB to the internet × 0.12, 10 GB through a NAT gateway × 0.045
    let two = deployment("cpu: 1, memory: 0");
    let traffic = r#""zone_gb": 100, "internet_gb": 20, "nat_gb": 10"#;
    assert_eq!(micros(&two, traffic), CORE * 2 + 1_000_000 + 2_400_000 + 450_000);
    let given = usage(
        r#"{"traffic_prices": {"zone_gb": 0.02}, "workloads": [{"object": "Deployment/web", "zone_gb": 100}]}"#,
    );
    let report = report(&two, &book(), given);
    assert_eq!(report.total.projected.money.micros, CORE * 2 + 2_000_000);
    assert_eq!(report.objects[0].parts[1].confidence, Confidence::Contract);
}

#[test]
fn a_wrong_usage_file_is_refused() {
    let error = |json: &str| {
        let error = cost_model::Usage::of(&serde_json::from_str(json).unwrap()).unwrap_err();
        assert_eq!(error.code(), "USAGE_INVALID");
        error.to_string()
    };
    assert!(error(r#"{"workload": []}"#).contains("unknown field `workload`"));
    assert!(
        error(r#"{"workloads": [{"object": "web"}]}"#).contains("expected Kind[.group]/[namespace/]name")
    );
    assert!(
        error(r#"{"workloads": [{"object": "Deployment/web", "cpu_cores": -1}]}"#)
            .contains("a number is negative")
    );
    assert!(error(r#"{"traffic_prices": {"nat_gb": -1}}"#).contains("a price cannot be negative"));
    assert!(error(r#"{"platform": "lambda"}"#).contains("lambda"));
}

#[test]
fn a_usage_file_is_yaml_or_json() {
    let yaml = "source: Prometheus, 30 days\nplatform: autopilot\nworkloads:\n- {object: Deployment/shop/web, cpu_cores: 1.50, memory_gib: 2}\n";
    let json = r#"{"source": "Prometheus, 30 days", "platform": "autopilot", "workloads":
        [{"object": "Deployment/shop/web", "cpu_cores": "1.5", "memory_gib": 2}]}"#;
    let read = |text: &str| cost_model::Usage::parse(text.as_bytes());
    assert_eq!(read(yaml).unwrap(), read(json).unwrap());
    assert!(
        read("a: [").is_err()
            && read("").is_err()
            && read("[]").is_err()
            && read("---\na: 1\n---\nb: 1\n").is_err()
    );
    let objects = crate::support::objects(&deployment("cpu: 1"));
    let keys: Vec<&kube_model::ObjectKey> = objects.iter().map(|object| &object.key).collect();
    assert!(read(yaml).unwrap().unmatched(&keys).is_empty());
    assert_eq!(read(&yaml.replace("web", "api")).unwrap().unmatched(&keys), ["Deployment/shop/api"]);
}

/// A file that was given by mistake may be a Secret: the message has none of its values.
#[test]
fn a_file_that_is_no_usage_is_not_repeated() {
    for (text, kind) in [("hunter2", "a text"), ("workloads: [hunter2]", "a text"), ("[[hunter2]]", "a list")]
    {
        let message = cost_model::Usage::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(message.contains(&format!("a mapping is expected, not {kind}")), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}
