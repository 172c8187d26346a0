//! Ranges of a change.

use cost_model::{CostReport, estimate};

use super::{of, template};
use crate::support::{CORE, assumptions, book, objects};

fn scaled(cpu: &str, replicas: u32, bounds: (u32, u32)) -> String {
    let target = of(
        "apps/v1",
        "Deployment",
        &format!("replicas: {replicas}, {}", template(&format!("cpu: {cpu}, memory: 0"))),
    );
    target
        + &of(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            &format!(
                "scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}, minReplicas: {}, maxReplicas: {}, metrics: [{{type: \
                 Resource, resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 80}}}}}}]",
                bounds.0, bounds.1
            ),
        )
}

fn change(before: &str, after: &str) -> CostReport {
    estimate(Some(&objects(before)), &objects(after), &book(), &assumptions()).unwrap()
}

/// The least, the expected and the most of a change, in cores.
fn cores(before: &str, after: &str) -> (i64, i64, i64) {
    let report = change(before, after);
    let delta = report.ranges.delta;
    let micros = |money: Option<price_book::Money>| money.unwrap().micros / CORE;
    (micros(delta.low), report.total.delta.money.micros / CORE, micros(delta.high))
}

#[test]
fn what_does_not_change_adds_nothing_to_the_range() {
    let state = scaled("1", 4, (2, 10));
    assert_eq!(cores(&state, &state), (0, 0, 0));
    // Another object that changes by exactly one core.
    let other = |cpu: u32| {
        of("apps/v1", "ReplicaSet", &template(&format!("cpu: {cpu}, memory: 0")))
            .replace("name: web,", "name: x,")
    };
    assert_eq!(cores(&(state.clone() + &other(1)), &(state + &other(2))), (1, 1, 1));
}

/// 4 of 2 to 10 pods; from 1 to 2 cores a pod. At the least of the load 2 × 1 more, at the most 10 × 1, as expected 4 × 1. At the load
/// of 4 pods before, a share of 80 % of twice the request asks for 2 pods: 2 × 2 − 4 × 1 = 0.
#[test]
fn a_doubled_request_asks_for_half_the_pods() {
    let (before, after) = (scaled("1", 4, (2, 10)), scaled("2", 4, (2, 10)));
    assert_eq!(cores(&before, &after), (0, 4, 10));
    let notes = change(&before, &after).objects[0].notes.clone();
    let said = "the autoscaler's target is a share of the request, which changes: at the load of 4 pods before it asks for 2 after; 4 are \
                counted, and the range holds both";
    assert!(notes.iter().any(|note| note == said), "{notes:?}");
}

/// Other bounds are another range: from 3 − 10 to 20 − 2.
#[test]
fn other_bounds_move_apart() {
    assert_eq!(cores(&scaled("1", 4, (2, 10)), &scaled("1", 4, (3, 20))), (-7, 0, 18));
    // Without an autoscaler before: 3 − 4 to 20 − 4.
    let plain = of("apps/v1", "Deployment", &format!("replicas: 4, {}", template("cpu: 1, memory: 0")));
    assert_eq!(cores(&plain, &scaled("1", 4, (3, 20))), (-1, 0, 16));
}

#[test]
fn the_shares_of_confidence_sum_to_the_total() {
    let plain =
        of("apps/v1", "Deployment", &template("cpu: 1, memory: 0")).replace("name: web,", "name: plain,");
    let report = change("", &(scaled("1", 4, (2, 10)) + &plain));
    let shares: Vec<(&str, i64)> =
        report.certainty.shares.iter().map(|(one, micros)| (one.word(), *micros)).collect();
    assert_eq!(shares, [("contract", CORE), ("assumed", CORE * 4)]);
    assert_eq!(report.certainty.worst.map(price_book::Confidence::word), Some("assumed"));
    assert_eq!(shares.iter().map(|(_, micros)| micros).sum::<i64>(), report.total.projected.money.micros);
}
