use cost_model::{Assumptions, LineCost, estimate};

use crate::support::{CORE, book, change, cost, objects, workload};

fn one(api_version: &str, kind: &str) -> String {
    format!("{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: a}}, spec: {{}}}}\n")
}

#[test]
fn what_costs_nothing_by_itself_has_no_line() {
    for (api_version, kind) in [
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "Namespace"),
        ("v1", "ServiceAccount"),
        ("v1", "Service"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ("policy/v1", "PodDisruptionBudget"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("networking.k8s.io/v1", "IngressClass"),
        ("storage.k8s.io/v1", "StorageClass"),
        ("scheduling.k8s.io/v1", "PriorityClass"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("bitnami.com/v1alpha1", "SealedSecret"),
        ("external-secrets.io/v1", "ExternalSecret"),
        ("cert-manager.io/v1", "Certificate"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"),
        ("monitoring.coreos.com/v1", "PrometheusRule"),
        ("argoproj.io/v1alpha1", "Application"),
        ("keda.sh/v1alpha1", "TriggerAuthentication"),
        ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
        ("karpenter.sh/v1", "NodePool"),
        ("pkg.crossplane.io/v1", "Provider"),
    ] {
        let report = cost(&one(api_version, kind));
        assert!(report.objects.is_empty() && report.unknown.is_empty(), "{kind}: {:?}", report.objects);
    }
}

#[test]
fn what_is_not_known_is_never_zero() {
    for (api_version, kind) in [
        ("monitoring.coreos.com/v1", "Prometheus"),
        ("gateway.networking.k8s.io/v1", "Gateway"),
        ("kafka.strimzi.io/v1beta2", "Kafka"),
        ("sqs.services.k8s.aws/v1alpha1", "Queue"),
        ("sql.cnrm.cloud.google.com/v1beta1", "SQLInstance"),
        ("rds.aws.upbound.io/v1beta1", "Instance"),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
        ("example.com/v1", "Deployment"),
        ("v1", "PersistentVolume"),
    ] {
        let report = cost(&one(api_version, kind));
        assert_eq!(report.unknown.len(), 1, "{kind}");
        assert!(report.unknown[0].why.contains(kind), "{}", report.unknown[0].why);
        let LineCost::Unknown { baseline, projected } = report.objects[0].cost else { panic!("{kind}") };
        // There was none before, which costs nothing; what there is now has no figure.
        assert_eq!((baseline.map(|figure| figure.cents), projected), (Some(0), None));
    }
}

#[test]
fn a_daemon_set_needs_the_number_of_nodes() {
    let daemons = objects(&workload("DaemonSet", "", "cpu: 1"));
    let report = estimate(None, &daemons, &book(), &Assumptions::default()).unwrap();
    assert_eq!(report.total.projected.money.micros, 0);
    assert_eq!(
        report.unknown[0].why,
        "how many nodes it runs on is not known: describe the nodes (--nodes), or give their number (--node-count)"
    );
    assert_eq!(
        report.objects[0].notes,
        ["$21.90 a month on each node", "container web: no memory request, counted at nothing"]
    );
    let grown = objects(&workload("DaemonSet", "", "cpu: 2, memory: 0"));
    let report = estimate(Some(&daemons), &grown, &book(), &Assumptions::default()).unwrap();
    assert_eq!(
        report.objects[0].notes,
        [
            "before: $21.90 a month on each node",
            "before: container web: no memory request, counted at nothing",
            "after: $43.80 a month on each node"
        ]
    );
}

#[test]
fn a_workload_without_pods_is_not_known() {
    let report = cost(&one("apps/v1", "Deployment"));
    assert_eq!(report.unknown[0].why, "it describes no pods (spec.template.spec is missing)");
}

/// If one of the two states is not known, neither takes part in the total: half a line would be a false delta.
#[test]
fn a_line_that_is_half_known_is_not_counted() {
    let report = change(
        &workload("Deployment", "", "cpu: 1"),
        &workload("Deployment", "", "cpu: 1").replace("template", "tmpl"),
    );
    assert_eq!((report.total.baseline.money.micros, report.total.delta.money.micros), (0, 0));
    assert_eq!(report.objects[0].cost, LineCost::Unknown { baseline: None, projected: None });
    assert!(report.unknown[0].changed);
}

#[test]
fn an_unknown_that_does_not_change_says_so() {
    let both = format!("{}---\n{}", one("example.com/v1", "Cache"), workload("Deployment", "", "cpu: 1"));
    let report = change(&both, &both);
    assert!(!report.unknown[0].changed);
    assert_eq!((report.total.projected.money.micros, report.total.delta.money.micros), (CORE, 0));
}
