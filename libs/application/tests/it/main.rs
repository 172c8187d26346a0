//! `plimsoll.yaml` as its users write it, against the types and against the published schema.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

mod invalid;
mod schema;
mod valid;

/// The document of DESIGN section 3, with one of everything.
const SHOP: &str = r#"
apiVersion: plimsoll.dev/v1
kind: Application
metadata: {name: shop}
spec:
  source: {repo: https://git.example/shop.git, render: kustomize}
  environments:
    - {name: staging,    path: overlays/staging,    cluster: eu-staging, namespace: shop}
    - {name: production, path: overlays/production, cluster: eu-prod,    namespace: shop}
  promotions:
    - {from: staging, to: production, promote: [], keep: ["Deployment/*:spec.replicas"], approvals: 1, selfApproval: false}
  ignore: ["*/*:metadata.annotations[\"deploy.example/at\"]"]
  waivers:
    - {rule: probe-removed, place: "Deployment/web:spec", reason: it has none, who: ana, until: 2026-12-31}
  budgets:
    - {environment: production, monthly: 1200.00 USD}
"#;

/// The smallest document that is one.
const SMALL: &str = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: a}\nspec:\n  environments: [{name: staging, path: staging}, {name: production, path: production}]\n";

/// Environments that are rendered by Helm, and by a command.
const CHARTS: &str = r#"
apiVersion: plimsoll.dev/v1
kind: Application
metadata: {name: shop}
spec:
  source: {render: helm}
  environments:
    - {name: staging, path: charts/shop}
    - name: production
      path: envs/production
      helm: {chart: charts/shop, values: [values-prod.yaml], set: {image.tag: v2}, release: web, kubeVersion: 1.33.0, apiVersions: [a/v1], skipCrds: true}
    - {name: cue, path: cue, render: {command: [cue, export]}, nodes: clusters/cue/nodes.yaml, policies: [policies/cue]}
"#;
