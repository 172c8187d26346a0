//! Flux: the pages "Kustomization", "HelmRelease" and "Ways of structuring your repositories" of its documentation.

use crate::check;

const SOURCE: &str = "-- clusters/production/flux-system/gotk-sync.yaml --
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: ssh://git@git.example/shop.git, ref: {branch: main}}
";

/// "Ways of structuring your repositories", monorepo: `clusters/NAME` point at `apps/NAME`.
#[test]
fn a_monorepo_of_clusters() {
    let one = |cluster: &str| {
        format!(
            "-- clusters/{cluster}/apps.yaml --\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: apps, namespace: flux-system}}\nspec:\n  path: ./apps/{cluster}\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n-- apps/{cluster}/kustomization.yaml --\nresources: [../base]\n"
        )
    };
    check(
        &format!("{SOURCE}{}{}-- apps/base/kustomization.yaml --\na: b\n", one("staging"), one("production")),
        &[
            "apps/production: kustomize apps/production cluster=production at=main",
            "apps/staging: kustomize apps/staging cluster=staging at=main",
        ],
    );
}

/// "Kustomization": target namespace, images, patches, components, prefix, common metadata.
#[test]
fn overrides_of_a_kustomization() {
    let text = "\
-- shop.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec:
  path: /deploy/overlays/production
  targetNamespace: shop
  sourceRef: {kind: GitRepository, name: flux-system}
  namePrefix: eu-
  commonMetadata: {labels: {team: shop}, annotations: {a: b}}
  images:
    - {name: web, newName: ghcr.io/shop/web, newTag: v2}
    - name: api
      digest: sha256:abc
  patches:
    - patch: 'kind: Deployment'
      target: {kind: Deployment, name: web}
  components: [../../components/tracing]
-- deploy/overlays/production/kustomization.yaml --
a: b
";
    check(
        text,
        &[
            "shop/production: kustomize deploy/overlays/production image web=ghcr.io/shop/web@shop.yaml:11:v2@shop.yaml:11 image api@sha256:abc@shop.yaml:13 prefix=eu- namespace=shop label team=shop Objects annotation a=b patch@shop.yaml:15 component ../../components/tracing ns=shop",
        ],
    );
}

/// "Post build variable substitution": ConfigMaps of the repository in order, then `substitute`; a Secret is said.
#[test]
fn variables_are_known_where_the_repository_says_them() {
    let text = "\
-- clusters/prod/shop.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec:
  path: ./shop
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute: {region: eu}
    substituteFrom:
      - {kind: ConfigMap, name: cluster-vars}
      - {kind: Secret, name: cluster-secrets}
      - {kind: ConfigMap, name: nowhere, optional: true}
-- clusters/prod/vars.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: cluster-vars, namespace: flux-system}
data:
  domain: example.com
  region: us
-- shop/kustomization.yaml --
a: b
";
    check(
        text,
        &[
            "shop/prod: kustomize shop cluster=prod $domain=example.com@clusters/prod/vars.yaml:5 $region=eu@clusters/prod/shop.yaml:8 ?DISCOVERY_ELSEWHERE",
        ],
    );
}

/// "Generate kustomization.yaml": without one, every manifest is a resource, and a directory with one is a whole.
#[test]
fn a_kustomization_is_generated() {
    let kustomization = |extra: &str| {
        format!(
            "-- f.yaml --\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: shop}}\nspec: {{path: ./envs/qa, sourceRef: {{kind: GitRepository, name: flux-system}}{extra}}}\n"
        )
    };
    let files = "-- envs/qa/a.yaml --\na: b\n-- envs/qa/sub/b.yaml --\na: b\n-- envs/qa/readme.md --\nx\n";
    check(&format!("{}{files}", kustomization("")), &["shop/qa: plain envs/qa Recursive"]);
    check(
        &format!(
            "{}{files}-- envs/qa/k/kustomization.yaml --\na: b\n-- envs/qa/k/c.yaml --\na: b\n",
            kustomization(", targetNamespace: shop")
        ),
        &["shop/qa: kustomize envs/qa generated=a.yaml,k,sub/b.yaml namespace=shop ns=shop"],
    );
}

/// "HelmRelease": the chart in the repository; values of ConfigMaps and then its own; the release's name.
#[test]
fn a_release_of_a_chart_in_the_repository() {
    let text = "\
-- apps/production/shop.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop, namespace: apps}
spec:
  targetNamespace: shop
  chart:
    spec:
      chart: ./charts/shop
      sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}
      valuesFiles: [charts/shop/values.yaml, charts/shop/values-production.yaml]
  install: {crds: Skip}
  valuesFrom:
    - {kind: ConfigMap, name: shop-values}
    - {kind: ConfigMap, name: shop-values, valuesKey: tag, targetPath: image.tag}
    - {kind: Secret, name: shop-secret}
  values: {replicas: 3}
  postRenderers:
    - kustomize:
        images: [{name: web, newTag: v2}]
-- apps/production/values.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: shop-values, namespace: apps}
data:
  values.yaml: |
    a: 1
  tag: v1
-- charts/shop/Chart.yaml --
name: shop
-- charts/shop/values.yaml --
a: 0
-- charts/shop/values-production.yaml --
a: 0
";
    check(
        text,
        &[
            "shop/production: helm charts/shop -f charts/shop/values.yaml -f charts/shop/values-production.yaml -v {\"a\":1}@apps/production/values.yaml:6 -f ? -v {\"replicas\":3}@apps/production/shop.yaml:16 set image.tag=v1@apps/production/values.yaml:7 as shop-shop skip-crds then image web:v2@apps/production/shop.yaml:19 ns=shop ?DISCOVERY_ELSEWHERE",
        ],
    );
}

/// "HelmRelease": a chart of a Helm repository and one of an OCI registry are named, not rendered.
#[test]
fn a_remote_chart_is_named() {
    let text = "\
-- clusters/staging/podinfo.yaml --
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: podinfo, namespace: flux-system}
spec: {url: 'https://user:hunter2@charts.example/podinfo'}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: podinfo, namespace: podinfo}
spec:
  chart: {spec: {chart: podinfo, version: 6.x, sourceRef: {kind: HelmRepository, name: podinfo, namespace: flux-system}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: redis, namespace: podinfo}
spec: {chartRef: {kind: OCIRepository, name: redis}}
";
    check(
        text,
        &[
            "podinfo/staging: chart https://charts.example/podinfo podinfo@6.x as podinfo ns=podinfo cluster=staging ?DISCOVERY_ELSEWHERE",
            "redis/staging: chart OCIRepository redis redis@ as redis ns=podinfo cluster=staging ?DISCOVERY_ELSEWHERE",
        ],
    );
}

/// A source of another repository is named, and where the repository's own URL is known it is told from this one.
#[test]
fn another_repository_is_named() {
    let text = "\
-- f.yaml --
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: other, namespace: flux-system}
spec: {url: https://git.example/team/other}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: other, namespace: flux-system}
spec: {path: ./envs/staging, sourceRef: {kind: GitRepository, name: other}}
-- envs/qa/a.yaml --
kind: Pod
";
    let files = crate::repository(text);
    let urls = ["https://git.example/team/shop.git".to_owned()];
    let found = discovery::discover(discovery::Repository { files: &files, urls: &urls }, None);
    assert_eq!(
        crate::shown::lines(&found),
        [
            "application/qa: plain envs/qa Recursive",
            "other/staging: elsewhere https://git.example/team/other envs/staging ?DISCOVERY_ELSEWHERE",
        ]
    );
}
