use super::{of, range, template};
use crate::support::{CORE, objects, try_cost};

fn target() -> String {
    of("apps/v1", "Deployment", &format!("replicas: 4, {}", template("cpu: 1, memory: 0")))
}

fn hpa(spec: &str) -> String {
    of(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        &format!("scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}, {spec}"),
    )
}

fn keda(spec: &str) -> String {
    of("keda.sh/v1alpha1", "ScaledObject", &format!("scaleTargetRef: {{name: web}}, {spec}"))
}

fn vpa(mode: &str, policy: &str) -> String {
    of(
        "autoscaling.k8s.io/v1",
        "VerticalPodAutoscaler",
        &format!(
            "targetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}, updatePolicy: {{updateMode: {mode}}}, resourcePolicy: \
             {{containerPolicies: [{{containerName: '*', {policy}}}]}}"
        ),
    )
}

/// The least, the expected and the most: one core a pod.
#[test]
fn ranges_of_autoscalers() {
    let knative = |annotations: &str| {
        of("serving.knative.dev/v1", "Service", &template("cpu: 1, memory: 0"))
            .replace("template: {", &format!("template: {{metadata: {{annotations: {{{annotations}}}}}, "))
    };
    let job = of(
        "keda.sh/v1alpha1",
        "ScaledJob",
        &format!("maxReplicaCount: 7, jobTargetRef: {{{}}}", template("cpu: 1, memory: 0")),
    );
    let owned = format!("{}{}", keda("maxReplicaCount: 6"), hpa("minReplicas: 1, maxReplicas: 9"));
    for (name, yaml, cores) in [
        ("no autoscaler", target(), (4, 4, Some(4))),
        ("an HPA", target() + &hpa("minReplicas: 2, maxReplicas: 10"), (2, 4, Some(10))),
        ("equal bounds", target() + &hpa("minReplicas: 3, maxReplicas: 3"), (3, 3, Some(3))),
        // minReplicaCount is 0, maxReplicaCount 100
        ("KEDA's defaults", target() + &keda(""), (0, 4, Some(100))),
        ("KEDA's bounds", target() + &keda("minReplicaCount: 5, maxReplicaCount: 8"), (5, 5, Some(8))),
        (
            "idle below the least",
            target() + &keda("idleReplicaCount: 0, minReplicaCount: 2, maxReplicaCount: 8"),
            (0, 4, Some(8)),
        ),
        // KEDA makes an HPA of its own, which is read back from a cluster
        ("KEDA before an HPA", target() + &owned, (0, 4, Some(6))),
        (
            "paused",
            target()
                + &keda("").replace(
                    "name: web, namespace",
                    "name: web, annotations: {autoscaling.keda.sh/paused-replicas: '2'}, namespace",
                ),
            (2, 2, Some(2)),
        ),
        ("a ScaledJob", job, (0, 0, Some(7))),
        (
            "Knative",
            knative("autoscaling.knative.dev/min-scale: '1', autoscaling.knative.dev/max-scale: '9'"),
            (1, 1, Some(9)),
        ),
        ("Knative without a bound", knative("autoscaling.knative.dev/min-scale: '1'"), (1, 1, None)),
        // 4 pods of 0.5 to 2 cores; one is asked for
        (
            "a VPA",
            target()
                + &vpa("Auto", "minAllowed: {cpu: 500m}, maxAllowed: {cpu: 2}, controlledResources: [cpu]"),
            (2, 4, Some(8)),
        ),
        (
            "a request below its bounds",
            target()
                + &vpa("Initial", "minAllowed: {cpu: 3}, maxAllowed: {cpu: 5}, controlledResources: [cpu]"),
            (12, 12, Some(20)),
        ),
        ("a VPA that recommends", target() + &vpa("'Off'", "minAllowed: {cpu: 3}"), (4, 4, Some(4))),
        ("a container that it leaves alone", target() + &vpa("Auto", "mode: 'Off'"), (4, 4, Some(4))),
        ("a VPA without bounds", target() + &vpa("Auto", "controlledResources: [cpu]"), (0, 4, None)),
        // both: 2 to 10 pods of 0.5 to 2 cores
        (
            "a VPA and an HPA",
            target()
                + &hpa("minReplicas: 2, maxReplicas: 10")
                + &vpa("Auto", "minAllowed: {cpu: 500m}, maxAllowed: {cpu: 2}, controlledResources: [cpu]"),
            (1, 4, Some(20)),
        ),
    ] {
        let expected = (CORE * cores.0, CORE * cores.1, cores.2.map(|cores: i64| CORE * cores));
        assert_eq!(range(&yaml), expected, "{name}");
    }
}

#[test]
fn impossible_bounds_are_refused() {
    let error = |yaml: &str| {
        let error = try_cost(yaml).unwrap_err();
        (error.code(), error.to_string().rsplit(": ").next().unwrap_or_default().to_owned())
    };
    let field = |why: &str| ("FIELD_INVALID", why.to_owned());
    assert_eq!(
        error(&(target() + &keda("minReplicaCount: 9, maxReplicaCount: 3"))),
        field("minReplicaCount 9 is above maxReplicaCount 3")
    );
    assert_eq!(
        error(&(target() + &vpa("Auto", "minAllowed: {cpu: 3}, maxAllowed: {cpu: 2}"))),
        field("minAllowed of cpu is above its maxAllowed")
    );
    let knative = of("serving.knative.dev/v1", "Service", &template("cpu: 1")).replace(
        "template: {",
        "template: {metadata: {annotations: {autoscaling.knative.dev/min-scale: '5', autoscaling.knative.dev/max-scale: '2'}}, ",
    );
    assert_eq!(error(&knative), field("min-scale 5 is above max-scale 2"));
    let words = knative.replace("'5'", "five");
    assert_eq!(error(&words), field("\"five\" is not a whole number from 0 to 2147483647"));
    assert_eq!(objects(&knative).len(), 1);
}

/// A container without a request that an autoscaler leaves alone is counted at nothing, and says so.
#[test]
fn what_a_vertical_autoscaler_leaves_alone_is_said() {
    let nothing = of("apps/v1", "Deployment", &template(""));
    let says = |policy: &str, what: &str| {
        let report = try_cost(&(nothing.clone() + &vpa("Auto", policy))).unwrap();
        let note = format!("container web: no {what} request, counted at nothing");
        report.objects[0].notes.contains(&note)
    };
    assert!(says("mode: 'Off'", "CPU or memory"));
    assert!(says("controlledResources: [cpu]", "memory"));
    let sized = try_cost(&(nothing.clone() + &vpa("Auto", "minAllowed: {cpu: 1}"))).unwrap();
    assert!(
        !sized.objects[0].notes.iter().any(|note| note.contains("counted at nothing")),
        "{:?}",
        sized.objects
    );
}
