//! Argo CD's Applications.

use crate::check;

const HERE: &str = "repoURL: https://git.example/shop.git, targetRevision: HEAD";

fn application(name: &str, namespace: &str, source: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\nspec:\n  project: default\n  destination: {{server: https://kubernetes.default.svc, namespace: {namespace}}}\n  source: {{{HERE}, {source}}}\n"
    )
}

/// The page "Tool Detection": Chart.yaml is Helm, kustomization.yaml is Kustomize, else a directory.
#[test]
fn the_tool_is_told_by_the_files() {
    let text = format!(
        "-- argocd/apps.yaml --\n{}---\n{}---\n{}-- k/overlays/staging/kustomization.yml --\nresources: []\n-- c/prod/Chart.yaml --\nname: c\n-- d/qa/a.yaml --\na: b\n",
        application("k", "one", "path: k/overlays/staging"),
        application("c", "two", "path: c/prod"),
        application("d", "three", "path: d/qa/"),
    );
    check(
        &text,
        &[
            "c/prod: helm c/prod as c ns=two cluster=in-cluster",
            "d/qa: plain d/qa Direct ns=three cluster=in-cluster",
            "k/staging: kustomize k/overlays/staging ns=one cluster=in-cluster",
        ],
    );
}

/// The page "Directory": `recurse`, `include` and `exclude`. A tool that is configured wins over the files.
#[test]
fn a_directory_may_be_asked_for() {
    let text = format!(
        "-- app.yaml --\n{}-- deploy/production/kustomization.yaml --\na: b\n",
        application(
            "shop",
            "shop",
            "path: deploy/production, directory: {recurse: true, include: '*.yaml', exclude: '{a,b}/*'}"
        ),
    );
    check(
        &text,
        &[
            "shop/production: plain deploy/production Recursive include=*.yaml exclude={a,b}/* ns=shop cluster=in-cluster",
        ],
    );
}

/// The page "Helm": "Order of precedence is parameters > valuesObject > values > valueFiles"; value files are relative to
/// the chart, or with `/` to the repository; the release is called as the Application.
#[test]
fn helm_takes_what_the_application_gives() {
    let helm = "helm: {valueFiles: [values-production.yaml, /shared/eu.yaml], values: 'replicas: 3', parameters: [{name: image.tag, value: v2}, {name: id, value: '7', forceString: true}], fileParameters: [{name: motd, path: files/motd}], kubeVersion: 1.33.0, apiVersions: [a/v1], skipCrds: true}";
    let text = format!(
        "-- app.yaml --\n{}-- chart/Chart.yaml --\nname: shop\n-- chart/values-production.yaml --\na: b\n-- shared/eu.yaml --\na: b\n",
        application("shop-production", "shop", &format!("path: chart, {helm}")),
    );
    check(
        &text,
        &[
            "shop/production: helm chart -f chart/values-production.yaml -f shared/eu.yaml -v {\"replicas\":3}@app.yaml:7 set image.tag=v2@app.yaml:7 set-string id=7@app.yaml:7 set-file motd=chart/files/motd@app.yaml:7 as shop-production kube=1.33.0 api=a/v1 skip-crds ns=shop cluster=in-cluster",
        ],
    );
}

/// The page "Helm": with `valuesObject`, `values` is not read; `ignoreMissingValueFiles` passes over what is not there;
/// the page "Build Environment": variables are put into value files.
#[test]
fn values_may_be_an_object_and_files_may_miss() {
    let helm = "helm: {releaseName: shop, ignoreMissingValueFiles: true, valueFiles: [nope.yaml, values-$ARGOCD_APP_NAME.yaml], values: 'a: 1', valuesObject: {a: 2}}";
    let text = format!(
        "-- app.yaml --\n{}-- chart/Chart.yaml --\nname: shop\n-- chart/values-eu.yaml --\na: b\n",
        application("eu", "shop", &format!("path: chart, {helm}")),
    );
    check(
        &text,
        &[
            "shop/eu: helm chart -f chart/values-eu.yaml -v {\"a\":2}@app.yaml:7 as shop ns=shop cluster=in-cluster",
        ],
    );
}

/// The page "Multiple Sources": "Helm value files from external Git repository", and a source that only lends its files.
#[test]
fn values_come_from_another_source() {
    let text = "\
-- argocd/shop.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-prod}
spec:
  destination: {name: eu-prod, namespace: shop}
  sources:
    - repoURL: https://git.example/shop.git
      ref: values
    - repoURL: https://git.example/shop.git
      path: charts/shop
      helm:
        valueFiles: [$values/envs/production/values.yaml]
    - repoURL: https://charts.example
      chart: redis
      targetRevision: 18.1.0
      helm: {releaseName: cache, valueFiles: [$values/envs/production/redis.yaml, own.yaml]}
-- charts/shop/Chart.yaml --
name: shop
-- envs/production/values.yaml --
a: b
-- envs/production/redis.yaml --
a: b
";
    check(
        text,
        &[
            "shop/production: helm charts/shop -f envs/production/values.yaml as shop-prod + chart https://charts.example redis@18.1.0 -f envs/production/redis.yaml -f ? as cache ns=shop cluster=eu-prod ?DISCOVERY_ELSEWHERE",
        ],
    );
}

/// The page "Kustomize": the overrides of an Application.
#[test]
fn kustomize_overrides_are_inputs() {
    let text = "\
-- app.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  source:
    repoURL: https://git.example/shop.git
    path: overlays/production
    kustomize:
      namePrefix: eu-
      nameSuffix: -v2
      namespace: shop-eu
      images:
        - ghcr.io/shop/web:v2
        - api=ghcr.io/shop/api@sha256:abc
        - db=*:15
      replicas:
        - {name: web, count: 5}
        - {name: api, count: '2'}
      commonLabels: {team: shop}
      labelWithoutSelector: true
      commonAnnotations: {owner: shop}
      patches:
        - {path: big.yaml}
        - patch: |-
            - op: remove
              path: /spec/replicas
          target: {kind: Deployment}
      components: [../../components/tracing]
-- overlays/production/kustomization.yaml --
resources: [../../base]
";
    check(
        text,
        &[
            "shop/production: kustomize overlays/production image ghcr.io/shop/web:v2@app.yaml:13 image api=ghcr.io/shop/api@app.yaml:14@sha256:abc@app.yaml:14 image db:15@app.yaml:15 replicas web=5 replicas api=2 prefix=eu- suffix=-v2 namespace=shop-eu label team=shop Objects annotation owner=shop patch big.yaml patch@app.yaml:25 component ../../components/tracing",
        ],
    );
}

/// The page "Parameter Overrides", "Store Overrides In Git": the file of the Application wins over the common one and over
/// the Application; what a source is cannot be changed by it.
#[test]
fn parameter_files_are_laid_over() {
    let text = format!(
        "-- app.yaml --\n{}-- overlays/production/kustomization.yaml --\na: b\n-- overlays/production/.argocd-source.yaml --\nkustomize:\n  images: [web:v2]\n  namePrefix: eu-\n-- overlays/production/.argocd-source-shop.yaml --\npath: elsewhere\nkustomize:\n  images:\n    - web:v3\n",
        application("shop", "shop", "path: overlays/production, kustomize: {images: ['web:v1', 'api:v1']}"),
    );
    check(
        &text,
        &[
            "shop/production: kustomize overlays/production image web:v3@overlays/production/.argocd-source-shop.yaml:4 prefix=eu- ns=shop cluster=in-cluster",
        ],
    );
}

/// DESIGN, row "branch per environment": the path is the same, the revision is not.
#[test]
fn a_branch_for_each_environment() {
    let one = |name: &str, branch: &str| {
        application(name, "shop", "path: deploy")
            .replace("targetRevision: HEAD", &format!("targetRevision: {branch}"))
    };
    let text = format!(
        "-- apps.yaml --\n{}---\n{}-- deploy/kustomization.yaml --\na: b\n",
        one("shop", "env/staging"),
        one("shop", "env/production")
    );
    check(
        &text,
        &[
            "shop/env-production: kustomize deploy ns=shop cluster=in-cluster at=env/production",
            "shop/env-staging: kustomize deploy ns=shop cluster=in-cluster at=env/staging",
        ],
    );
}

/// One overlay on several clusters: what tells the Applications apart is the label, else the destination.
#[test]
fn equal_paths_are_told_apart() {
    let labelled = |name: &str, env: &str| {
        application(name, "shop", "path: deploy")
            .replace("namespace: argocd", &format!("labels: {{env: {env}}}"))
    };
    let files = "-- deploy/kustomization.yaml --\na: b\n";
    let text = format!(
        "-- apps.yaml --\n{}---\n{}{files}",
        labelled("shop-1", "staging"),
        labelled("shop-2", "production")
    );
    // Names that differ by more than the environment are those of two applications, each by itself.
    let apart = [
        "shop-1/staging: kustomize deploy ns=shop cluster=in-cluster",
        "shop-2/production: kustomize deploy ns=shop cluster=in-cluster",
    ];
    check(&text, &apart);
    let on = |cluster: &str| {
        application("shop", "shop", "path: deploy")
            .replace("server: https://kubernetes.default.svc", &format!("name: {cluster}"))
    };
    let text = format!("-- a/shop.yaml --\n{}-- b/shop.yaml --\n{}{files}", on("eu-1"), on("us-1"));
    check(
        &text,
        &[
            "shop/eu-1: kustomize deploy ns=shop cluster=eu-1",
            "shop/us-1: kustomize deploy ns=shop cluster=us-1",
        ],
    );
}

/// Environment first, application below: the word for an environment counts, not the last segment.
#[test]
fn environments_above_applications() {
    let text = format!(
        "-- apps.yaml --\n{}---\n{}---\n{}---\n{}-- staging/shop/a.yaml --\na: b\n-- production/shop/a.yaml --\na: b\n-- staging/cart/a.yaml --\na: b\n-- production/cart/a.yaml --\na: b\n",
        application("shop-staging", "shop", "path: staging/shop"),
        application("shop-production", "shop", "path: production/shop"),
        application("cart-staging", "cart", "path: staging/cart"),
        application("cart-production", "cart", "path: production/cart"),
    );
    check(
        &text,
        &[
            "cart/production: plain production/cart Direct ns=cart cluster=in-cluster",
            "cart/staging: plain staging/cart Direct ns=cart cluster=in-cluster",
            "shop/production: plain production/shop Direct ns=shop cluster=in-cluster",
            "shop/staging: plain staging/shop Direct ns=shop cluster=in-cluster",
        ],
    );
}

/// One chart for all services, with a values file for each service and environment.
#[test]
fn one_chart_for_many_applications() {
    let one = |app: &str, env: &str| {
        application(
            &format!("{app}-{env}"),
            app,
            &format!("path: charts/service, helm: {{valueFiles: [../../apps/{app}/values-{env}.yaml]}}"),
        )
    };
    let files: String = ["shop", "cart"]
        .iter()
        .flat_map(|app| ["staging", "prod"].map(|env| format!("-- apps/{app}/values-{env}.yaml --\na: b\n")))
        .collect();
    let text = format!(
        "-- charts/service/Chart.yaml --\nname: service\n{files}-- argocd/all.yaml --\n{}",
        [one("shop", "staging"), one("shop", "prod"), one("cart", "staging"), one("cart", "prod")]
            .join("---\n")
    );
    check(
        &text,
        &[
            "cart/prod: helm charts/service -f apps/cart/values-prod.yaml as cart-prod ns=cart cluster=in-cluster",
            "cart/staging: helm charts/service -f apps/cart/values-staging.yaml as cart-staging ns=cart cluster=in-cluster",
            "shop/prod: helm charts/service -f apps/shop/values-prod.yaml as shop-prod ns=shop cluster=in-cluster",
            "shop/staging: helm charts/service -f apps/shop/values-staging.yaml as shop-staging ns=shop cluster=in-cluster",
        ],
    );
}

/// DESIGN, row "rendered-manifests branch", and the page "Source Hydrator": the dry source is what is edited.
#[test]
fn a_hydrated_application_is_its_dry_source() {
    let text = "\
-- app.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  sourceHydrator:
    drySource: {repoURL: https://git.example/shop.git, path: dry/overlays/production, targetRevision: main}
    syncSource: {targetBranch: environments/production, path: shop}
-- dry/overlays/production/kustomization.yaml --
a: b
";
    check(text, &["shop/production: kustomize dry/overlays/production at=main"]);
}

/// A plugin ("Config Management Plugins") is a command that an administrator has to allow.
#[test]
fn a_plugin_is_a_command() {
    let text = format!(
        "-- app.yaml --\n{}-- cue/production/app.cue --\na: b\n",
        application("shop", "shop", "path: cue/production, plugin: {name: cue-v1}")
    );
    check(&text, &["shop/production: command cue/production cue-v1 ns=shop cluster=in-cluster"]);
}
