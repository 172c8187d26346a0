//! Layouts without any object: DESIGN section 3, and the scenarios' rule 11.

use discovery::DiscoveryError;

use crate::{check, find};

#[test]
fn overlays_at_the_top() {
    check(
        "-- base/kustomization.yaml --\na: b\n-- overlays/staging/kustomization.yaml --\na: b\n-- overlays/production/kustomization.yaml --\na: b\n-- overlays/base/kustomization.yaml --\na: b\n",
        &[
            "application/production: kustomize overlays/production",
            "application/staging: kustomize overlays/staging",
        ],
    );
}

#[test]
fn overlays_of_each_application() {
    let one = |app: &str, env: &str| format!("-- apps/{app}/overlays/{env}/kustomization.yaml --\na: b\n");
    let text = [one("shop", "staging"), one("shop", "production"), one("cart", "staging")].concat();
    check(
        &text,
        &[
            "cart/staging: kustomize apps/cart/overlays/staging",
            "shop/production: kustomize apps/shop/overlays/production",
            "shop/staging: kustomize apps/shop/overlays/staging",
        ],
    );
    let found = find(&text);
    let error = found.environment("staging").unwrap_err();
    assert_eq!(error.code(), "ENVIRONMENT_AMBIGUOUS");
    assert_eq!(
        error.to_string(),
        "staging could be cart/staging (the directory apps/cart/overlays/staging, apps/cart/overlays/staging/kustomization.yaml:1) or shop/staging (the directory apps/shop/overlays/staging, apps/shop/overlays/staging/kustomization.yaml:1); name one of them"
    );
    assert_eq!(found.environment("shop/staging").unwrap().0.name, "shop");
    assert_eq!(found.environment("production").unwrap().0.name, "shop");
    // Somebody who is in the directory of an application means its environment.
    assert_eq!(found.environment_near("staging", "apps/cart").unwrap().0.name, "cart");
    assert_eq!(found.environment_near("production", "apps/cart").unwrap().0.name, "shop");
    assert_eq!(found.environment_near("staging", "apps/c").unwrap_err().code(), "ENVIRONMENT_AMBIGUOUS");
    let error = found.environment("qa").unwrap_err();
    assert_eq!(error.code(), "ENVIRONMENT_UNKNOWN");
    assert!(matches!(&error, DiscoveryError::Unknown { known, .. } if known.len() == 3), "{error}");
}

#[test]
fn environments_hold_applications() {
    let one = |env: &str, app: &str| format!("-- envs/{env}/{app}/kustomization.yaml --\na: b\n");
    check(
        &[
            one("staging", "shop"),
            one("production", "shop"),
            one("staging", "cart"),
            one("production", "cart"),
        ]
        .concat(),
        &[
            "cart/production: kustomize envs/production/cart",
            "cart/staging: kustomize envs/staging/cart",
            "shop/production: kustomize envs/production/shop",
            "shop/staging: kustomize envs/staging/shop",
        ],
    );
}

#[test]
fn plain_directories_and_umbrella_charts() {
    check(
        "-- envs/staging/app.yaml --\nkind: Pod\n-- envs/production/deep/app.yaml --\nkind: Pod\n",
        &[
            "application/production: plain envs/production Recursive",
            "application/staging: plain envs/staging Recursive",
        ],
    );
    // Scenario h02: an umbrella chart for each environment, with its vendored dependency.
    let one = |env: &str| {
        format!(
            "-- envs/{env}/Chart.yaml --\nname: umbrella\n-- envs/{env}/values.yaml --\na: b\n-- envs/{env}/charts/invoices/Chart.yaml --\nname: invoices\n-- envs/{env}/charts/invoices/values-eu.yaml --\na: b\n"
        )
    };
    check(
        &(one("staging") + &one("production")),
        &[
            "umbrella/production: helm envs/production as umbrella",
            "umbrella/staging: helm envs/staging as umbrella",
        ],
    );
}

/// Scenario h01: a chart, and a values file for each environment beside it.
#[test]
fn values_files_beside_a_chart() {
    check(
        "-- chart/Chart.yaml --\nname: reviews\n-- chart/values.yaml --\na: b\n-- chart/templates/overlays/x.yaml --\na: b\n-- values-production.yaml --\na: b\n-- values-staging.yaml --\na: b\n",
        &[
            "reviews/production: helm chart -f values-production.yaml as reviews",
            "reviews/staging: helm chart -f values-staging.yaml as reviews",
        ],
    );
}

#[test]
fn values_files_in_a_chart() {
    check(
        "-- charts/a/Chart.yaml --\nname: a\n-- charts/a/values.prod.yaml --\na: b\n-- charts/a/values.qa.yml --\na: b\n-- charts/a/values-common.yaml --\na: b\n-- charts/b/Chart.yaml --\nname: b\n-- charts/b/values/prod.yaml --\na: b\n-- charts/values-prod.yaml --\na: b\n-- charts/lib/Chart.yaml --\nname: lib\ntype: library\n-- charts/lib/values-prod.yaml --\na: b\n",
        &[
            "a/prod: helm charts/a -f charts/a/values.prod.yaml as a",
            "a/qa: helm charts/a -f charts/a/values.qa.yml as a",
            "b/prod: helm charts/b -f charts/b/values/prod.yaml as b",
        ],
    );
}

#[test]
fn values_in_directories_of_environments() {
    check(
        "-- chart/Chart.yaml --\nname: shop\n-- envs/staging/values.yaml --\na: b\n-- envs/production/values.yaml --\na: b\n-- envs/production/values-extra.yaml --\na: b\n",
        &[
            "shop/production: helm chart -f envs/production/values-extra.yaml -f envs/production/values.yaml as shop",
            "shop/staging: helm chart -f envs/staging/values.yaml as shop",
        ],
    );
}

#[test]
fn a_common_values_file_beside_them_is_given_first() {
    check(
        "-- chart/Chart.yaml --\nname: shop\n-- values/values.yaml --\na: b\n-- values/eu-1.yaml --\na: b\n",
        &["shop/eu-1: helm chart -f values/values.yaml -f values/eu-1.yaml as shop"],
    );
}

#[test]
fn regions_below_an_environment() {
    let one = |path: &str| format!("-- overlays/{path}/kustomization.yaml --\na: b\n");
    check(
        &[one("production/eu"), one("production/us"), one("staging/eu")].concat(),
        &[
            "eu/production: kustomize overlays/production/eu",
            "eu/staging: kustomize overlays/staging/eu",
            "us/production: kustomize overlays/production/us",
        ],
    );
}

#[test]
fn siblings_that_are_called_like_environments() {
    check(
        "-- k8s/staging/app.yaml --\nkind: Pod\n-- k8s/production/app.yaml --\nkind: Pod\n-- k8s/README.md --\nx\n",
        &[
            "application/production: plain k8s/production Recursive",
            "application/staging: plain k8s/staging Recursive",
        ],
    );
    check("-- src/main.yaml --\na: b\n", &[]);
}

/// An Application claims its directory; the other overlay of the same application is found beside it.
#[test]
fn objects_count_before_layouts() {
    check(
        "-- argocd/shop.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-production}\nspec:\n  destination: {name: eu, namespace: shop}\n  source: {repoURL: https://git.example/x.git, path: overlays/production, kustomize: {namePrefix: eu-}}\n-- overlays/production/kustomization.yaml --\na: b\n-- overlays/staging/kustomization.yaml --\na: b\n",
        &[
            "shop/production: kustomize overlays/production prefix=eu- ns=shop cluster=eu",
            "shop/staging: kustomize overlays/staging",
        ],
    );
}

/// Two directories that are one environment by their names: neither is taken, and both are named.
#[test]
fn what_nothing_tells_apart_is_ambiguous() {
    let text = "-- overlays/production/a.yaml --\nkind: Pod\n-- envs/staging/b.yaml --\nkind: Pod\n-- environments/staging/c.yaml --\nkind: Pod\n";
    let found = find(text);
    assert_eq!(found.environment("staging").unwrap_err().code(), "ENVIRONMENT_AMBIGUOUS");
    assert_eq!(found.environment("production").unwrap().1.recipe.path(), Some("overlays/production"));
}
