use risk_rules::Level::{Critical, High, Low, Medium};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [kept(), deployers(), mounts(), claims(), definitions()].into_iter().flatten().collect()
}

#[test]
fn what_keeps_data() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

const FLUX: &str = "labels: {kustomize.toolkit.fluxcd.io/prune: disabled}";

fn kept() -> Vec<Case> {
    let (volume, scaled, note) = ("volume-not-kept", "scale-down-deletes-claims", "prune-protection-removed");
    let disk = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\nspec: {persistentVolumeReclaimPolicy: Retain, capacity: {storage: 1Gi}}";
    let db = "  serviceName: db\n";
    let retention = |field: &str, word: &str| {
        format!("{db}  persistentVolumeClaimRetentionPolicy: {{{field}: {word}}}\n")
    };
    let claim = "metadata: {name: uploads, namespace: shop}";
    let keep = "metadata: {name: uploads, namespace: shop, annotations: {helm.sh/resource-policy: keep}}";
    vec![
        case(volume).given_also(disk).edit("Policy: Retain", "Policy: Delete").gives(
            Medium,
            "PersistentVolume/disk",
            "spec.persistentVolumeReclaimPolicy",
            "The volume is deleted when its claim is; before, it was retained.",
        ),
        case(volume).edit(db, &retention("whenDeleted", "Delete")).says(
            Medium,
            "StatefulSet/db",
            "spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
            "The claims are deleted when it is",
        ),
        case(volume).given_also(&disk.replace("Retain", "Delete")).edit("Policy: Delete", "Policy: Retain"),
        case(scaled)
            .given(db, &retention("whenScaled", "Delete"))
            .edit("  replicas: 2\n  serviceName", "  replicas: 1\n  serviceName")
            .gives(
                Critical,
                "StatefulSet/db",
                "spec.replicas",
                "It goes from 2 to 1 pods, and the claims of those that go are deleted with their data.",
            ),
        case(scaled).edit("  replicas: 2\n  serviceName", "  replicas: 1\n  serviceName"),
        case(note).given(claim, keep).edit(keep, claim).gives(
            Medium,
            "PersistentVolumeClaim/uploads",
            "metadata.annotations[\"helm.sh/resource-policy\"]",
            "It was kept when its manifest goes, and is so no more: the next pruning may delete it.",
        ),
        case(note)
            .given(claim, keep)
            .edit("helm.sh/resource-policy: keep", "argocd.argoproj.io/sync-options: Prune=false"),
        // Argo CD reads it when the whole application is deleted, not when it prunes.
        case(note)
            .given(claim, keep)
            .edit("helm.sh/resource-policy: keep", "argocd.argoproj.io/sync-options: Delete=false")
            .says(
                Medium,
                "PersistentVolumeClaim/uploads",
                "metadata.annotations[\"helm.sh/resource-policy\"]",
                "is so no more",
            ),
        case(note)
            .given(claim, &keep.replace("annotations: {helm.sh/resource-policy: keep}", FLUX))
            .edit("prune: disabled", "prune: enabled")
            .says(
                Medium,
                "PersistentVolumeClaim/uploads",
                "metadata.labels[\"kustomize.toolkit.fluxcd.io/prune\"]",
                "is so no more",
            ),
    ]
}

fn deployers() -> Vec<Case> {
    let rule = "deployer-removed";
    let application = |finalizers: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop, namespace: argocd{finalizers}}}\nspec: {{project: default}}"
        )
    };
    let set = |policy: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: shops, namespace: argocd}}\nspec: {{generators: []{policy}}}"
        )
    };
    let flux = |prune: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: shop, namespace: flux}}\nspec: {{prune: {prune}}}"
        )
    };
    let finalizer = ", finalizers: [resources-finalizer.argocd.argoproj.io]";
    const GONE: &str = "everything that it deployed is deleted";
    vec![
        case(rule).given_also(&application(finalizer)).remove("Application", "shop").says(
            Critical,
            "Application/shop",
            "",
            GONE,
        ),
        case(rule).given_also(&set("")).remove("ApplicationSet", "shops").says(
            Critical,
            "ApplicationSet/shops",
            "",
            GONE,
        ),
        case(rule).given_also(&flux("true")).remove("Kustomization", "shop").says(
            Critical,
            "Kustomization/shop",
            "",
            GONE,
        ),
        case(rule).given_also(&application("")).remove("Application", "shop").says(
            Low,
            "Application/shop",
            "",
            "stays",
        ),
        case(rule)
            .given_also(&set(", syncPolicy: {preserveResourcesOnDeletion: true}"))
            .remove("ApplicationSet", "shops")
            .says(Low, "ApplicationSet/shops", "", "stays"),
        case(rule).given_also(&application(finalizer)).edit("project: default", "project: shop"),
    ]
}

const WORKER: &str = "        livenessProbe: {exec: {command: [alive]}}\n";

fn with_volume(volume: &str) -> String {
    format!(
        "{WORKER}        volumeMounts: [{{name: data, mountPath: /data}}]\n      volumes: [{{name: data, {volume}}}]\n"
    )
}

fn mounts() -> Vec<Case> {
    let rule = "data-left-behind";
    let claim = with_volume("persistentVolumeClaim: {claimName: uploads}");
    let path = "spec.template.spec.containers[name=worker].volumeMounts";
    vec![
        case(rule).given(WORKER, &claim).edit("persistentVolumeClaim: {claimName: uploads}", "emptyDir: {}").gives(
            High,
            "Deployment/worker",
            path,
            "The container worker finds no claim at /data, where the claim uploads was: it starts without its data.",
        ),
        case(rule).given(WORKER, &claim).edit("claimName: uploads", "claimName: files").says(
            High,
            "Deployment/worker",
            path,
            "finds the claim files at /data",
        ),
        case(rule).given(WORKER, &claim).edit("mountPath: /data", "mountPath: /srv"),
        case(rule).given(WORKER, &claim).edit(&claim, &claim.replace("name: data", "name: files")),
    ]
}

fn claims() -> Vec<Case> {
    let rule = "claim-wanted-twice";
    let claim = with_volume("persistentVolumeClaim: {claimName: uploads}");
    let (one, two) = (
        "  replicas: 1\n  selector:\n    matchLabels: {app: worker}",
        "  replicas: 2\n  selector:\n    matchLabels: {app: worker}",
    );
    vec![
        case(rule).given(WORKER, &claim).given(two, one).edit(one, two).says(
            Medium,
            "Deployment/worker",
            "spec.replicas",
            "Several of its pods want the claim uploads",
        ),
        case(rule)
            .given(
                "accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 50Gi}}",
                "accessModes: [ReadWriteMany]\n  resources: {requests: {storage: 50Gi}}",
            )
            .edit(WORKER, &claim),
        case(rule)
            .given(
                two,
                "  replicas: 1\n  strategy: {type: Recreate}\n  selector:\n    matchLabels: {app: worker}",
            )
            .given(WORKER, &claim)
            .edit("  strategy: {type: Recreate}\n", "")
            .says(
                Medium,
                "Deployment/worker",
                "spec.strategy",
                "makes the next pod before the last one goes",
            ),
        case(rule).given(WORKER, &claim).edit("worker:1.8.0", "worker:1.9.0"),
    ]
}

fn definitions() -> Vec<Case> {
    let (version, field) = ("crd-version-removed", "crd-field-removed");
    let names = "  names: {kind: Coupon, plural: coupons}";
    let with = |versions: &str| format!("{names}\n  versions:\n{versions}");
    let schema = |fields: &str| {
        format!(
            "  - {{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{{fields}}}}}}}}}}}}}"
        )
    };
    let alpha = "  - {name: v1alpha1, served: true, storage: false}";
    let v1 = schema("code: {type: string}, discount: {type: integer}");
    let both = with(&format!("{v1}\n{alpha}"));
    let coupon = |version: &str| {
        format!(
            "apiVersion: shop.example/{version}\nkind: Coupon\nmetadata: {{name: spring, namespace: shop}}\nspec: {{code: a, discount: 5}}"
        )
    };
    let place = "spec.versions[name=v1alpha1]";
    let stored_alpha = alpha.replace("storage: false", "storage: true");
    let crd = "CustomResourceDefinition/coupons.shop.example";
    let required = "crd-field-required";
    let open = v1.replace("spec: {type: object, ", "spec: {type: object, required: [code], ");
    let strict = v1.replace("spec: {type: object, ", "spec: {type: object, required: [code, owner], ");
    let with_default =
        strict.replace("code: {type: string}", "code: {type: string}, owner: {type: string, default: shop}");
    vec![
        case(required).given(names, &with(&open)).given_also(&coupon("v1")).edit(&open, &strict).gives(
            High,
            crd,
            "spec.versions[name=v1].schema",
            "The version v1 requires spec.owner from now on, and Coupon spring lacks it: the API server refuses it.",
        ),
        case(required).given(names, &with(&open)).edit(&open, &strict).says(
            Medium,
            crd,
            "spec.versions[name=v1].schema",
            "objects without it are refused at their next write",
        ),
        case(required).given(names, &with(&open)).given_also(&coupon("v1")).edit(&open, &with_default),
        case(required).given(names, &with(&strict)).edit("discount: {type: integer}", "discount: {type: number}"),
        case(version).given(names, &both).edit(&both, &with(&v1)).says(
            Medium,
            crd,
            place,
            "who still writes or reads it",
        ),
        case(version).given(names, &both).given_also(&coupon("v1alpha1")).edit(&both, &with(&v1)).gives(
            High,
            crd,
            place,
            "The version v1alpha1 is served no more: Coupon spring is written in it and is refused.",
        ),
        case(version).given(names, &with(&v1)).edit(&with(&v1), &both),
        // No longer served, and still listed: the step before it goes, which the API server takes.
        case(version)
            .given(
                names,
                &with(&format!("{v1}\n{}", alpha.replace("v1alpha1", "v1alpha1, deprecated: true"))),
            )
            .edit("v1alpha1, deprecated: true, served: true", "v1alpha1, deprecated: true, served: false")
            .says(Medium, crd, place, "who still writes or reads it"),
        case(version)
            .given(names, &with(&stored_alpha))
            .edit("name: v1alpha1, served: true", "name: v1alpha1, served: false")
            .says(Medium, crd, place, "who still writes or reads it"),
        case(version)
            .given(names, &with(&format!("{v1}\n{stored_alpha}")))
            .edit(&format!("\n{stored_alpha}"), "")
            .says(High, crd, place, "objects are stored in it"),
        case(field).given(names, &with(&v1)).edit(", discount: {type: integer}", "").says(
            Medium,
            crd,
            "spec.versions[name=v1].schema",
            "no longer knows spec.discount: it is dropped from objects that have it",
        ),
        case(field)
            .given(names, &with(&v1))
            .given_also(&coupon("v1"))
            .edit(", discount: {type: integer}", "")
            .says(
                High,
                crd,
                "spec.versions[name=v1].schema",
                "it is dropped from Coupon spring at the next write",
            ),
        case(field)
            .given(names, &with(&v1))
            .edit("discount: {type: integer}", "discount: {type: integer}, until: {type: string}"),
        case(field).given(names, &with(&v1)).edit(
            "properties: {code: {type: string}, discount: {type: integer}}",
            "x-kubernetes-preserve-unknown-fields: true",
        ),
    ]
}
