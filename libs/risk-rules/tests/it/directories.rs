//! Where data lies, what deployers delete, and what a quota demands.

use risk_rules::Level::{Critical, High, Medium};

use crate::case::{Case, case, case_of};

pub(crate) fn cases() -> Vec<Case> {
    [directories(), groups(), cascades(), pruning(), demands()].into_iter().flatten().collect()
}

#[test]
fn where_data_lies() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

const PORTS: &str = "        ports: [{name: sql, containerPort: 5432}]\n";
const MOUNTED: &str = "        ports: [{name: sql, containerPort: 5432}]\n        env: [{name: PGDATA, value: \
                       /data/pg}]\n        volumeMounts: [{name: data, mountPath: /data}]\n";
const SILENT: &str = "        ports: [{name: sql, containerPort: 5432}]\n        volumeMounts: [{name: data, mountPath: \
                      /data}]\n";

fn directories() -> Vec<Case> {
    let rule = "data-directory-moved";
    let (env, mounts) = (
        "spec.template.spec.containers[name=db].env[name=PGDATA].value",
        "spec.template.spec.containers[name=db].volumeMounts",
    );
    vec![
        case(rule).given(PORTS, MOUNTED).edit("value: /data/pg", "value: /var/lib/pg").gives(
            High,
            "StatefulSet/db",
            env,
            "PGDATA of container db is /var/lib/pg, which is no volume, where it was a directory of the claim data: it \
             starts without that data.",
        ),
        case(rule).given(PORTS, MOUNTED).edit("value: /data/pg", "value: /data/pg17").says(
            Medium,
            "StatefulSet/db",
            env,
            "which is another directory of the claim data",
        ),
        // The mount moves, and the program is still told the old place.
        case(rule).given(PORTS, MOUNTED).edit("mountPath: /data", "mountPath: /var/lib/pg").says(
            High,
            "StatefulSet/db",
            env,
            "PGDATA of container db is /data/pg, which is no volume",
        ),
        case(rule).given(PORTS, SILENT).edit("mountPath: /data", "mountPath: /var/lib/pg").gives(
            Medium,
            "StatefulSet/db",
            mounts,
            "The claim data is mounted at /var/lib/pg instead of /data, and nothing in the manifest tells the container db.",
        ),
        case(rule).given(PORTS, SILENT).edit("mountPath: /data", "mountPath: /data, subPath: pg").gives(
            Medium,
            "StatefulSet/db",
            mounts,
            "The container db finds another directory of the claim data at /data.",
        ),
        case(rule)
            .given(PORTS, MOUNTED)
            .edit("value: /data/pg", "value: /var/lib/pg")
            .edit("mountPath: /data", "mountPath: /var/lib"),
        case(rule).given(PORTS, MOUNTED).edit("postgres:16.2", "postgres:16.3"),
    ]
}

fn groups() -> Vec<Case> {
    let rule = "volume-group-dropped";
    let (plain, group) = (
        "    spec:\n      containers:\n      - name: db\n",
        "    spec:\n      securityContext: {fsGroup: 999}\n      containers:\n      - name: db\n",
    );
    vec![
        case(rule).given(plain, group).edit(group, plain).gives(
            Medium,
            "StatefulSet/db",
            "spec.template.spec.securityContext.fsGroup",
            "fsGroup 999 is gone: who is not root in these pods may not write to the claim data any more.",
        ),
        case(rule).given(plain, group).edit("fsGroup: 999", "fsGroup: 70"),
        case(rule)
            .given(
                "securityContext: {runAsNonRoot: true}",
                "securityContext: {runAsNonRoot: true, fsGroup: 999}",
            )
            .edit(", fsGroup: 999", ""),
    ]
}

fn cascades() -> Vec<Case> {
    let rule = "generated-application-removed";
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: shops, namespace: argocd}\nspec:\n  \
               generators:\n  - list:\n      elements:\n      - {city: rome}\n      - {city: oslo}\n  template:\n    metadata: \
               {name: \"shop-{{city}}\"}\n    spec: {project: default}";
    let kept = set.replace(
        "spec:\n  generators",
        "spec:\n  syncPolicy: {preserveResourcesOnDeletion: true}\n  generators",
    );
    let created = set.replace(
        "spec:\n  generators",
        "spec:\n  syncPolicy: {applicationsSync: create-update}\n  generators",
    );
    let git = set.replace(
        "  - list:\n      elements:\n      - {city: rome}\n      - {city: oslo}\n",
        "  - git: {repoURL: x}\n",
    );
    vec![
        case_of(rule, set).edit("      - {city: oslo}\n", "").gives(
            Critical,
            "ApplicationSet/shops",
            "spec.generators",
            "It generates the Application shop-oslo no more: Argo CD deletes what is generated no more, with everything that \
             it deployed.",
        ),
        case_of(rule, set).edit("shop-{{city}}", "store-{{ city }}").says(
            Critical,
            "ApplicationSet/shops",
            "spec.template.metadata.name",
            "It generates the Applications shop-oslo and shop-rome no more",
        ),
        case_of(rule, &git).edit("shop-{{city}}", "store-{{city}}").says(
            Critical,
            "ApplicationSet/shops",
            "spec.template.metadata.name",
            "It generates the Applications by their old names no more",
        ),
        case_of(rule, set).edit("      - {city: oslo}\n", "      - {city: oslo}\n      - {city: bern}\n"),
        case_of(rule, set).edit("shop-{{city}}", "shop-{{ .city }}"),
        case_of(rule, &kept).edit("      - {city: oslo}\n", ""),
        case_of(rule, &created).edit("      - {city: oslo}\n", ""),
    ]
}

fn pruning() -> Vec<Case> {
    let rule = "pruning-on";
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: \
                       argocd}\nspec:\n  project: default\n  syncPolicy: {automated: {prune: false}}";
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: shop, namespace: \
                flux-system}\nspec:\n  path: ./shop\n  prune: false";
    vec![
        case_of(rule, application).edit("prune: false", "prune: true").gives(
            Medium,
            "Application/shop",
            "spec.syncPolicy.automated.prune",
            "What its files do not have any more is deleted from the cluster from the next sync on, claims and their data too.",
        ),
        case_of(rule, flux).edit("prune: false", "prune: true").says(
            Medium,
            "Kustomization/shop",
            "spec.prune",
            "is deleted from the cluster",
        ),
        case_of(rule, flux).edit("./shop", "./shops"),
        case(rule).add(&application.replace("prune: false", "prune: true")),
    ]
}

fn demands() -> Vec<Case> {
    let rule = "quota-demand-unmet";
    let quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: shop}\nspec:\n  hard: {requests.cpu: \"50\"}";
    let range = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: r, namespace: shop}\nspec:\n  limits: [{type: Container, \
                 defaultRequest: {cpu: 100m}}]";
    let complete = |case: Case| {
        case.given(
            "        image: registry.example/postgres:16.2\n",
            "        image: registry.example/postgres:16.2\n        resources: {limits: {cpu: 1}}\n",
        )
        .given(
            "image: \"registry.example/shop/migrate:5.0.0\"}",
            "image: \"registry.example/shop/migrate:5.0.0\", resources: {requests: {cpu: 1}}}",
        )
    };
    vec![
        case(rule).add(quota).gives(
            High,
            "ResourceQuota/q",
            "spec.hard[\"requests.cpu\"]",
            "The quota counts requests.cpu, and Job migrate and StatefulSet db have containers without a cpu request: their \
             new pods are refused.",
        ),
        // A limit stands in for a request.
        complete(case(rule)).add(quota),
        complete(case(rule)).given_also(quota).edit("requests: {cpu: 100m, memory: 128Mi}", "requests: {memory: 128Mi}").says(
            High,
            "ResourceQuota/q",
            "spec.hard[\"requests.cpu\"]",
            "Deployment worker has containers without a cpu request",
        ),
        case(rule).given_also(range).add(quota),
        case(rule).given_also(quota).edit("web:2.4.1", "web:2.5.0"),
    ]
}
