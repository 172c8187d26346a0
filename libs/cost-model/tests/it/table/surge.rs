//! What a rollout adds for as long as it takes: one core a pod, 0.03 an hour.

use super::{of, template};
use crate::support::change;

/// The pods that are added, and what they cost an hour in micro-units.
fn surge(api_version: &str, kind: &str, spec: &str) -> Option<(u64, i64)> {
    let version = |image: &str| {
        let template =
            template("cpu: 1, memory: 0").replace("name: web,", &format!("name: web, image: {image},"));
        of(api_version, kind, &format!("{spec} {template}"))
    };
    let report = change(&version("a:1"), &version("a:2"));
    assert_eq!(report.total.delta.money.micros, 0, "it is in no figure");
    report.objects[0].transient.as_ref().map(|transient| (transient.pods, transient.hour.micros))
}

#[test]
fn what_strategies_add() {
    let deployment = |spec: &str| surge("apps/v1", "Deployment", spec);
    let rollout = |spec: &str| {
        surge("argoproj.io/v1alpha1", "Rollout", &format!("replicas: 10, strategy: {{{spec}}},"))
    };
    // 25 % of 10 are 2.5: 3
    assert_eq!(deployment("replicas: 10,"), Some((3, 90_000)));
    assert_eq!(deployment("replicas: 10, strategy: {rollingUpdate: {maxSurge: 4}},"), Some((4, 120_000)));
    assert_eq!(deployment("replicas: 10, strategy: {rollingUpdate: {maxSurge: 0}},"), None);
    assert_eq!(deployment("replicas: 10, strategy: {type: Recreate},"), None);
    // a StatefulSet replaces its pods one by one; so does a DaemonSet (3 nodes), unless it says so
    assert_eq!(surge("apps/v1", "StatefulSet", "replicas: 3,"), None);
    assert_eq!(surge("apps/v1", "DaemonSet", ""), None);
    assert_eq!(
        surge("apps/v1", "DaemonSet", "updateStrategy: {rollingUpdate: {maxSurge: 50%}},"),
        Some((2, 60_000))
    );
    // a canary as a Deployment; with traffic routing in full beside all stable pods, whatever its last weight
    assert_eq!(rollout("canary: {maxSurge: 20%}"), Some((2, 60_000)));
    assert_eq!(
        rollout(
            "canary: {trafficRouting: {nginx: {}}, steps: [{setWeight: 10}, {pause: {}}, {setWeight: 40}]}"
        ),
        Some((10, 300_000))
    );
    assert_eq!(rollout("canary: {trafficRouting: {nginx: {}}}"), Some((10, 300_000)));
    // stable pods follow behind the canary: at the step from 40 % to 100 %, 6 of 10 stand beside all 10 of it
    let dynamic = |steps: &str| {
        rollout(&format!(
            "canary: {{dynamicStableScale: true, trafficRouting: {{nginx: {{}}}}, steps: [{steps}]}}"
        ))
    };
    assert_eq!(dynamic("{setWeight: 10}, {setWeight: 40}"), Some((6, 180_000)));
    assert_eq!(dynamic("{setWeight: 40}, {setCanaryScale: {weight: 100}}"), Some((10, 300_000)));
    assert_eq!(dynamic(""), Some((10, 300_000)));
    // the preview grows to as many as are live before the switch
    assert_eq!(rollout("blueGreen: {previewReplicaCount: 1}"), Some((10, 300_000)));
    assert_eq!(rollout("blueGreen: {}"), Some((10, 300_000)));
    // parts of one pod are one
    assert_eq!(deployment(""), Some((1, 30_000)));
}

#[test]
fn what_is_no_new_version_adds_nothing() {
    let scaled = |replicas: u32| {
        of("apps/v1", "Deployment", &format!("replicas: {replicas}, {}", template("cpu: 1, memory: 0")))
    };
    assert_eq!(change(&scaled(2), &scaled(4)).objects[0].transient, None);
    let wrong = of(
        "apps/v1",
        "Deployment",
        &format!("strategy: {{rollingUpdate: {{maxSurge: many}}}}, {}", template("cpu: 1")),
    );
    let error = crate::support::try_cost(&wrong).unwrap_err();
    assert!(error.to_string().ends_with("\"many\" is neither a number of pods nor a percentage"), "{error}");
}
