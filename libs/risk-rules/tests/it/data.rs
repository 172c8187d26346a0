use risk_rules::Level::{Critical, High};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    let mount = (
        "      volumes:\n",
        "      volumes:\n      - {name: up, persistentVolumeClaim: {claimName: uploads}}\n",
    );
    vec![
        case("claim-removed").remove("PersistentVolumeClaim", "uploads").gives(
            Critical,
            "PersistentVolumeClaim/uploads",
            "",
            "The claim is removed: its volume and the data on it are deleted too, unless the reclaim policy is Retain.",
        ),
        case("claim-removed").given(mount.0, mount.1).remove("PersistentVolumeClaim", "uploads").gives(
            Critical,
            "PersistentVolumeClaim/uploads",
            "",
            "The claim is removed: its volume and the data on it are deleted too, unless the reclaim policy is Retain. \
             Deployment web still mounts it.",
        ),
        case("claim-removed")
            .given(
                "metadata: {name: uploads, namespace: shop}",
                "metadata: {name: uploads, namespace: shop, annotations: {helm.sh/resource-policy: keep}}",
            )
            .remove("PersistentVolumeClaim", "uploads"),
        case("claim-removed")
            .given(
                "metadata: {name: uploads, namespace: shop}",
                "metadata: {name: uploads, namespace: shop, annotations: {argocd.argoproj.io/sync-options: Delete=false}}",
            )
            .remove("PersistentVolumeClaim", "uploads")
            .says(Critical, "PersistentVolumeClaim/uploads", "", "the data on it are deleted too"),
        case("claim-shrunk").edit("storage: 50Gi", "storage: 40Gi").gives(
            High,
            "PersistentVolumeClaim/uploads",
            "spec.resources.requests.storage",
            "The claim asks for 40Gi instead of 50Gi: the API server refuses to shrink a volume.",
        ),
        case("claim-shrunk").edit("storage: 50Gi", "storage: 51200Mi"),
        case("claim-shrunk").edit("storage: 50Gi", "storage: 60Gi"),
        case("statefulset-removed").remove("StatefulSet", "db").gives(
            High,
            "StatefulSet/db",
            "",
            "The StatefulSet is removed: its pods stop at once. Its claims stay until somebody deletes them.",
        ),
        case("statefulset-removed")
            .given("  serviceName: db\n", "  serviceName: db\n  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}\n")
            .remove("StatefulSet", "db")
            .gives(
                Critical,
                "StatefulSet/db",
                "",
                "The StatefulSet is removed, and its retention policy deletes its volumes with it.",
            ),
        case("statefulset-removed").remove("Deployment", "worker"),
        case("namespace-removed").remove("Namespace", "shop").gives(
            Critical,
            "Namespace/shop",
            "",
            "The Namespace is removed: everything in it is deleted, also what is in no file.",
        ),
        case("namespace-removed")
            .given(
                "metadata: {name: shop}",
                "metadata: {name: shop, annotations: {argocd.argoproj.io/sync-options: \"Prune=false\"}}",
            )
            .remove("Namespace", "shop"),
        case("crd-removed").remove("CustomResourceDefinition", "coupons.shop.example").gives(
            Critical,
            "CustomResourceDefinition/coupons.shop.example",
            "spec.names",
            "The definition is removed: every Coupon in the cluster is deleted with it, in all namespaces.",
        ),
        case("crd-removed").edit("scope: Namespaced", "scope: Namespaced\n  preserveUnknownFields: false"),
    ]
}

#[test]
fn what_holds_data() {
    cases().iter().for_each(|case| {
        case.check();
    });
}
