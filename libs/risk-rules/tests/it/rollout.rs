use risk_rules::Level::High;

use crate::case::{Case, case};
use crate::immutable;

macro_rules! refused {
    ($field:literal, $kind:literal) => {
        concat!(
            $field,
            " cannot be changed once the ",
            $kind,
            " exists: the API server refuses the change, and what is applied with it may stop half-way."
        )
    };
}

pub(crate) fn cases() -> Vec<Case> {
    [fields(), near_misses(), selectors(), immutable::cases()].into_iter().flatten().collect()
}

#[test]
fn what_the_api_server_refuses() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

fn fields() -> Vec<Case> {
    let rule = "immutable-field-changed";
    vec![
        case(rule).edit("    matchLabels: {app: web}", "    matchLabels: {app: web, tier: front}").gives(
            High,
            "Deployment/web",
            "spec.selector",
            refused!("spec.selector", "Deployment"),
        ),
        case(rule).edit("serviceName: db", "serviceName: database").gives(
            High,
            "StatefulSet/db",
            "spec.serviceName",
            refused!("spec.serviceName", "StatefulSet"),
        ),
        case(rule).edit("storage: 20Gi", "storage: 40Gi").gives(
            High,
            "StatefulSet/db",
            "spec.volumeClaimTemplates",
            refused!("spec.volumeClaimTemplates", "StatefulSet"),
        ),
        case(rule).edit("migrate:5.0.0", "migrate:5.1.0").gives(
            High,
            "Job/migrate",
            "spec.template",
            refused!("spec.template", "Job"),
        ),
        case(rule).edit("kind: Role, name: web}", "kind: ClusterRole, name: view}").gives(
            High,
            "RoleBinding/web",
            "roleRef",
            refused!("roleRef", "RoleBinding"),
        ),
        case(rule).edit("data: {a: \"1\"}", "data: {a: \"2\"}").gives(
            High,
            "ConfigMap/fixed",
            "data",
            "It is marked immutable, and its data changes: the API server refuses the change.",
        ),
    ]
}

fn near_misses() -> Vec<Case> {
    let rule = "immutable-field-changed";
    vec![
        // The template's labels may change, and a default that is written out is no change.
        case(rule).edit("labels: {app: web, tier: front}", "labels: {app: web, tier: edge}"),
        case(rule).edit("serviceName: db", "serviceName: db\n  podManagementPolicy: OrderedReady"),
        case(rule).edit("storage: 20Gi", "storage: 20480Mi"),
        case(rule).edit(
            "  accessModes: [ReadWriteOnce]\n",
            "  accessModes: [ReadWriteOnce]\n  storageClassName: fast\n",
        ),
        case(rule).edit("roleRef: {apiGroup: rbac.authorization.k8s.io, kind", "roleRef: {kind"),
        // A hook is deleted and made anew.
        case(rule)
            .given(
                "metadata: {name: migrate, namespace: shop}",
                "metadata: {name: migrate, namespace: shop, annotations: {argocd.argoproj.io/hook: PreSync}}",
            )
            .edit("migrate:5.0.0", "migrate:5.1.0"),
    ]
}

fn selectors() -> Vec<Case> {
    let rule = "selector-misses-its-pods";
    vec![
        case(rule).edit("labels: {app: worker}", "labels: {name: worker}").gives(
            High,
            "Deployment/worker",
            "spec.template.metadata.labels",
            "Its selector does not match the labels of its own pods: the API server refuses it.",
        ),
        case(rule).edit("labels: {app: web, tier: front}", "labels: {app: web}"),
        case(rule)
            .given("labels: {app: worker}", "labels: {name: worker}")
            .edit("worker:1.8.0", "worker:1.9.0"),
    ]
}
