//! `plimsoll.yaml` counts before everything else.

use application::Application;
use discovery::{Declared, Repository, discover};

use crate::{check, repository, shown};

fn file(name: &str, source: &str, environments: &str) -> String {
    format!(
        "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{{source}}}\n  environments:\n{environments}"
    )
}

const TREE: &str = "-- k/staging/kustomization.yaml --\na: b\n-- k/prod/kustomization.yaml --\na: b\n-- chart/Chart.yaml --\nname: c\n-- values/prod.yaml --\na: b\n-- p/app.yaml --\na: b\n";

#[test]
fn environments_are_those_of_the_file() {
    let text = file(
        "shop",
        "",
        "    - {name: staging, path: k/staging, namespace: shop}\n    - {name: production, path: k/prod, cluster: eu}\n    - {name: one-file, path: p/app.yaml}\n    - {name: helm, path: chart, helm: {values: [values/prod.yaml], set: {image.tag: v2}, release: web, kubeVersion: 1.33.0, skipCrds: true}}\n    - {name: plain, path: k/staging, render: plain}\n    - {name: cue, path: p, render: {command: [cue, -e, prod]}}\n    - {name: gone, path: nowhere}\n",
    );
    check(
        &format!("-- plimsoll.yaml --\n{text}{TREE}"),
        &[
            "shop/staging: kustomize k/staging ns=shop",
            "shop/production: kustomize k/prod cluster=eu",
            "shop/one-file: plain p/app.yaml Recursive",
            "shop/helm: helm chart -f values/prod.yaml set image.tag=v2@plimsoll.yaml:1 as web kube=1.33.0 skip-crds",
            "shop/plain: plain k/staging Recursive",
            "shop/cue: command p cue -e prod",
            "shop/gone: plain nowhere Recursive ?DISCOVERY_MISSING",
        ],
    );
}

/// A file in a directory names paths below it; several files are several applications.
#[test]
fn each_application_may_have_its_file() {
    let one = |app: &str| {
        format!(
            "-- apps/{app}/plimsoll.yaml --\n{}-- apps/{app}/envs/a/kustomization.yaml --\na: b\n",
            file(app, "", "    - {name: staging, path: envs/a}\n")
        )
    };
    check(
        &(one("shop") + &one("cart") + "-- apps/bad/plimsoll.yaml --\nkind: Application\n"),
        &[
            "cart/staging: kustomize apps/cart/envs/a",
            "shop/staging: kustomize apps/shop/envs/a",
            "note DISCOVERY_UNREADABLE apps/bad/plimsoll.yaml:1",
        ],
    );
}

/// DESIGN section 3: what Argo CD and Flux lay over the same directory is an input too.
#[test]
fn what_objects_lay_over_holds() {
    let argo = |name: &str, cluster: &str, prefix: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, annotations: {{kargo.akuity.io/authorized-stage: 'shop:prod'}}}}\nspec:\n  destination: {{name: {cluster}, namespace: shop}}\n  source: {{repoURL: https://git.example/x.git, path: k/prod, kustomize: {{namePrefix: {prefix}}}}}\n"
        )
    };
    let plimsoll = |environments: &str| {
        format!("-- plimsoll.yaml --\n{}{TREE}", file("shop", "render: kustomize", environments))
    };
    let production = "    - {name: production, path: k/prod, cluster: eu}\n";
    let lines = |text: &str| {
        let files = repository(text);
        let application = Application::read(files.file("plimsoll.yaml").unwrap()).unwrap();
        let declared = Declared { application: &application, file: "plimsoll.yaml" };
        shown::lines(&discover(Repository { files: &files, urls: &[] }, Some(declared)))
    };
    let one = format!("{}-- argocd.yaml --\n{}", plimsoll(production), argo("shop", "eu-1", "a-"));
    assert_eq!(
        lines(&one),
        ["shop/production: kustomize k/prod prefix=a- ns=shop cluster=eu !kargo shop:prod []"]
    );
    // Of two that differ, the one of the same cluster is meant; without a word, none is, and that is said.
    let two = format!("{one}---\n{}", argo("other", "eu", "b-"));
    assert_eq!(
        lines(&two),
        ["shop/production: kustomize k/prod prefix=b- ns=shop cluster=eu !kargo shop:prod []"]
    );
    let unsaid = two.replace(", cluster: eu}", "}");
    assert_eq!(lines(&unsaid), ["shop/production: kustomize k/prod ?DISCOVERY_ELSEWHERE"]);
}

/// Values of an environment's directory with a shared chart.
#[test]
fn a_shared_chart_with_values_in_directories() {
    check(
        &format!(
            "-- plimsoll.yaml --\n{}-- charts/web/Chart.yaml --\nname: web\n-- e/prod/values.yaml --\na: b\n-- charts/web-1.0.0.tgz --\nx\n",
            file(
                "shop",
                "render: helm",
                "    - {name: prod, path: e/prod, helm: {chart: charts/web}}\n    - {name: packed, path: charts/web-1.0.0.tgz}\n    - {name: missing, path: charts/web, helm: {values: [nope.yaml]}}\n"
            )
        ),
        &[
            "shop/prod: helm charts/web -f e/prod/values.yaml as shop",
            "shop/packed: helm charts/web-1.0.0.tgz as shop",
            "shop/missing: helm charts/web -f nope.yaml as shop ?DISCOVERY_MISSING",
        ],
    );
}
