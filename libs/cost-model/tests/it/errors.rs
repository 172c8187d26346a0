use crate::support::{pod, try_cost, workload};

fn error(yaml: &str) -> (&'static str, String) {
    let error = try_cost(yaml).unwrap_err();
    (error.code(), error.to_string())
}

#[test]
fn a_wrong_quantity_is_told_with_its_place() {
    let at =
        "state.yaml:1: Deployment.apps/shop/web:spec.template.spec.containers[name=web].resources.requests";
    assert_eq!(
        error(&workload("Deployment", "", "cpu: 1GiB")),
        (
            "QUANTITY_INVALID",
            format!("{at}.cpu: \"1GiB\" is not a quantity: its suffix is not one of Kubernetes'")
        )
    );
    assert_eq!(
        error(&workload("Deployment", "", "memory: -1Gi")),
        ("QUANTITY_INVALID", format!("{at}.memory: -1073741824 is negative, which Kubernetes refuses"))
    );
    assert_eq!(
        error(&workload("Deployment", "", "cpu: true")),
        ("QUANTITY_INVALID", format!("{at}.cpu: \"true\" is not a quantity: expected a text or a number"))
    );
    assert_eq!(
        error(&workload("Deployment", "", "nvidia.com/gpu: many")),
        (
            "QUANTITY_INVALID",
            format!("{at}[\"nvidia.com/gpu\"]: \"many\" is not a quantity: it does not start with a number")
        )
    );
}

#[test]
fn every_quantity_is_read() {
    for yaml in [
        pod("containers: [{name: c, resources: {limits: {cpu: x}}}]"),
        pod("containers: [{name: c, resources: {requests: {ephemeral-storage: x}}}]"),
        pod("initContainers: [{name: c, resources: {requests: {cpu: x}}}], containers: []"),
        pod("overhead: {cpu: x}, containers: []"),
        pod("resources: {limits: {cpu: x}}, containers: []"),
        workload("DaemonSet", "", "cpu: x"),
        workload("Deployment", "replicas: 0,", "cpu: x"),
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {resources: {requests: {storage: x}}}}"
            .to_owned(),
        workload("StatefulSet", "volumeClaimTemplates: [{metadata: {name: d}, spec: {resources: {requests: {storage: x}}}}],", ""),
    ] {
        let (code, message) = error(&yaml);
        assert_eq!(code, "QUANTITY_INVALID", "{yaml}: {message}");
        assert!(message.contains("\"x\" is not a quantity"), "{message}");
    }
}

#[test]
fn a_wrong_schedule_is_told_with_its_place() {
    let cron = |schedule: &str| {
        format!(
            "{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: c}}, spec: {{{schedule} suspend: true, jobTemplate: \
             {{spec: {{template: {{spec: {{containers: []}}}}}}}}}}}}"
        )
    };
    assert_eq!(
        error(&cron("schedule: '0 25 * * *',")),
        (
            "SCHEDULE_INVALID",
            "state.yaml:1: CronJob.batch/c:spec.schedule: \"0 25 * * *\" is not a schedule: in \"25\", 25 is above 23"
                .to_owned()
        )
    );
    assert_eq!(
        error(&cron("")).1,
        "state.yaml:1: CronJob.batch/c:spec: a CronJob needs a schedule, as a text"
    );
    assert_eq!(error(&cron("schedule: 5,")).0, "SCHEDULE_INVALID");
}

#[test]
fn impossible_fields_are_told_with_their_place() {
    let hpa = "---\n{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h, namespace: shop}, spec: \
               {scaleTargetRef: {kind: Deployment, name: web}, BOUNDS}}";
    let scaled =
        |bounds: &str| format!("{}{}", workload("Deployment", "", ""), hpa.replace("BOUNDS", bounds));
    for (yaml, message) in [
        (
            workload("Deployment", "replicas: -1,", ""),
            "state.yaml:1: Deployment.apps/shop/web:spec.replicas: -1 is not a whole number from 0 to 2147483647",
        ),
        (
            workload("Deployment", "replicas: 2147483648,", ""),
            "state.yaml:1: Deployment.apps/shop/web:spec.replicas: 2147483648 is not a whole number from 0 to 2147483647",
        ),
        (
            workload("Deployment", "replicas: two,", ""),
            "state.yaml:1: Deployment.apps/shop/web:spec.replicas: \"two\" is not a whole number from 0 to 2147483647",
        ),
        (pod("containers: none"), "state.yaml:1: Pod/one:spec.containers: expected a list"),
        (
            pod("containers: [{resources: {requests: 5}}]"),
            "state.yaml:1: Pod/one:spec.containers[0].resources.requests: expected a mapping",
        ),
        (
            scaled("minReplicas: 5, maxReplicas: 3"),
            "state.yaml:3: HorizontalPodAutoscaler.autoscaling/shop/h:spec: minReplicas 5 is above maxReplicas 3",
        ),
        (
            scaled("minReplicas: 5"),
            "state.yaml:3: HorizontalPodAutoscaler.autoscaling/shop/h:spec: maxReplicas is missing",
        ),
    ] {
        assert_eq!(error(&yaml), ("FIELD_INVALID", message.to_owned()));
    }
}

/// The largest quantity is 2⁶³ − 1; so many bytes on so many pods are more than 2⁶³ micro-units.
#[test]
fn what_cannot_be_counted_is_an_error_and_no_wrong_figure() {
    let (code, message) = error(&workload("Deployment", "replicas: 2147483647,", "cpu: 9E"));
    assert_eq!(code, "COST_OVERFLOW");
    assert_eq!(message, "the cost of Deployment.apps/shop/web is too large to be counted");
    let large =
        |name: &str| workload("Deployment", "replicas: 1000000000,", "cpu: 250").replace("name: web,", name);
    // 10⁹ × 250 cores × 21,900,000 micro-units = 5.475 × 10¹⁸, and 2⁶³ is 9.22 × 10¹⁸
    assert!(try_cost(&large("name: a,")).is_ok());
    assert_eq!(error(&format!("{}---\n{}", large("name: a,"), large("name: b,"))).0, "COST_OVERFLOW");
}
