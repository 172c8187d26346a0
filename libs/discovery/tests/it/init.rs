//! The `plimsoll.yaml` that `plimsoll init` writes.

use application::Application;
use discovery::{Declared, Repository, discover, plimsoll_yaml};

use crate::{find, repository, shown};

const SHOP: &str = "-- argocd/shop.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-production, annotations: {kargo.akuity.io/authorized-stage: 'shop:prod'}}\nspec:\n  destination: {name: eu-1, namespace: shop}\n  source: {repoURL: https://git.example/x.git, path: overlays/production, kustomize: {namePrefix: eu-}}\n-- overlays/production/kustomization.yaml --\na: b\n-- overlays/staging/kustomization.yaml --\na: b\n";

#[test]
fn it_says_where_everything_was_found() {
    let found = find(SHOP);
    let text = plimsoll_yaml(&found, &found.applications[0]).unwrap();
    assert_eq!(text.directory, "");
    assert_eq!(
        text.text,
        "\
apiVersion: plimsoll.dev/v1
kind: Application
metadata:
  name: shop
spec:
  environments:
    # Argo CD Application shop-production (argocd/shop.yaml:1)
    # promoted by the Kargo Stage prod of shop (argocd/shop.yaml:3)
    - name: production
      path: overlays/production
      cluster: eu-1
      namespace: shop
      render: kustomize
    # the directory overlays/staging (overlays/staging/kustomization.yaml:1)
    - name: staging
      path: overlays/staging
      render: kustomize
  promotions:
    - from: staging
      to: production
"
    );
}

/// What is written is read again as the same environments, rendered in the same way.
#[test]
fn what_is_written_reads_as_what_was_found() {
    let charts = "-- argocd.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-dev}\nspec:\n  destination: {name: 'yes', namespace: '1'}\n  source: {repoURL: x, path: chart, helm: {valueFiles: [values-dev.yaml], valuesObject: {a: 1}, parameters: [{name: b, value: c}]}}\n-- chart/Chart.yaml --\nname: shop\n-- chart/values-dev.yaml --\na: b\n-- chart/values-prod.yaml --\na: b\n";
    let plain = "-- envs/on/a.yaml --\nkind: Pod\n-- envs/1/a.yaml --\nkind: Pod\n";
    for text in [SHOP, charts, plain] {
        let files = repository(text);
        let all = Repository { files: &files, urls: &[] };
        let found = discover(all, None);
        let written = plimsoll_yaml(&found, &found.applications[0]).unwrap().text;
        let application = Application::parse(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
        let again = discover(all, Some(Declared { application: &application, file: "plimsoll.yaml" }));
        assert_eq!(shown::lines(&again), shown::lines(&found), "{written}");
    }
}

#[test]
fn what_is_elsewhere_is_a_comment() {
    let remote = "-- a.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: redis-prod}\nspec:\n  source: {repoURL: https://charts.example, chart: redis}\n";
    let found = find(remote);
    assert_eq!(plimsoll_yaml(&found, &found.applications[0]), None);
}

/// Each application of several has a file of its own, in the directory that holds all of it.
#[test]
fn each_application_has_its_directory() {
    let overlay = |path: &str| format!("-- {path}/kustomization.yaml --\na: b\n");
    let text = [
        overlay("apps/shop/overlays/staging"),
        overlay("apps/shop/overlays/production"),
        overlay("teams/cart/envs/qa"),
        "-- charts/a/Chart.yaml --\nname: a\n-- charts/a/values-qa.yaml --\na: b\n".to_owned(),
        "-- charts/b/Chart.yaml --\nname: b\n-- charts/b/values-qa.yaml --\na: b\n".to_owned(),
    ];
    let files = repository(&text.concat());
    let all = Repository { files: &files, urls: &[] };
    let found = discover(all, None);
    let written: Vec<_> = found.applications.iter().map(|one| plimsoll_yaml(&found, one).unwrap()).collect();
    let directories: Vec<&str> = written.iter().map(|one| one.directory.as_str()).collect();
    assert_eq!(directories, ["charts/a", "charts/b", "teams/cart", "apps/shop"]);
    assert!(
        written[0].text.contains("path: .\n") && written[0].text.contains("- values-qa.yaml\n"),
        "{}",
        written[0].text
    );
    let mut with = files.clone();
    for one in &written {
        with.put(format!("{}/plimsoll.yaml", one.directory), one.text.as_bytes().to_vec());
    }
    let again = discover(Repository { files: &with, urls: &[] }, None);
    assert_eq!(shown::lines(&again).len(), 5);
    for (_, one) in again.all() {
        assert!(one.found_by.at.file.ends_with("plimsoll.yaml"), "{one:?}");
    }
}
