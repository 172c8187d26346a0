use discovery::{Recipe, Values};
use source::{EnvironmentInfo, Limits, Located, Workspace};

use crate::sandbox::{MANIFEST, Sandbox, paths};

const APPLICATION: &str = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec:\n  environments:\n  - {name: staging, path: env/blue, namespace: shop-staging, cluster: eu-1}\n  - {name: production, path: env/green}\n";

fn shop() -> Sandbox {
    Sandbox::new()
        .file("plimsoll.yaml", APPLICATION)
        .file("env/blue/blue.yaml", MANIFEST)
        .file("env/green/green.yaml", MANIFEST)
        .file("staging/other.yaml", MANIFEST)
        .file("other/other.yaml", MANIFEST)
}

fn named(name: &str) -> Option<EnvironmentInfo> {
    Some(EnvironmentInfo { name: name.to_owned(), namespace: None, cluster: None })
}

#[test]
fn an_environment_of_the_application_goes_before_a_path_of_its_name() {
    let resolved = shop().resolve("staging").unwrap();
    assert_eq!(paths(&resolved.tree), ["blue.yaml"]);
    assert_eq!(resolved.tree.show("blue.yaml"), "env/blue/blue.yaml");
    let environment = resolved.environment.unwrap();
    assert_eq!(environment.namespace.as_deref(), Some("shop-staging"));
    assert_eq!(environment.cluster.as_deref(), Some("eu-1"));
}

#[test]
fn the_path_of_an_environment_is_that_environment() {
    assert_eq!(shop().resolve("./env/blue").unwrap().environment.unwrap().name, "staging");
    assert_eq!(shop().resolve("other").unwrap().environment, named("other"));
}

#[test]
fn without_an_application_a_path_goes_before_a_common_place() {
    let sandbox = Sandbox::new()
        .file("overlays/production/a.yaml", MANIFEST)
        .file("envs/staging/b.yaml", MANIFEST)
        .file("environments/staging/c.yaml", MANIFEST)
        .file("canary/d.yaml", MANIFEST)
        .file("overlays/canary/e.yaml", MANIFEST)
        .file("test.yaml", MANIFEST);
    let production = sandbox.resolve("production").unwrap();
    assert_eq!(production.tree.show("a.yaml"), "overlays/production/a.yaml");
    assert_eq!(production.environment, named("production"));
    assert_eq!(paths(&sandbox.resolve("canary").unwrap().tree), ["d.yaml"]);
    assert_eq!(sandbox.resolve("test.yaml").unwrap().environment, named("test"));
    let (code, message) = sandbox.error("staging");
    assert_eq!(code, "ENVIRONMENT_AMBIGUOUS");
    assert!(
        message.contains("(the directory environments/staging, environments/staging/c.yaml:1)"),
        "{message}"
    );
    assert!(message.contains("(the directory envs/staging, envs/staging/b.yaml:1)"), "{message}");
}

#[test]
fn an_application_elsewhere_places_its_environments_beside_it() {
    let sandbox =
        Sandbox::new().file("conf/plimsoll.yaml", APPLICATION).file("conf/env/blue/blue.yaml", MANIFEST);
    let open = |file| Workspace::open(&sandbox.path(), Some(file), Limits::default());
    let resolved = open("conf/plimsoll.yaml").unwrap().resolve("staging", &mut std::io::empty()).unwrap();
    assert_eq!(resolved.tree.show("blue.yaml"), "conf/env/blue/blue.yaml");
    assert_eq!(open("conf/none.yaml").unwrap_err().code(), "SOURCE_NOT_FOUND");
}

#[test]
fn a_wrong_application_is_said_with_its_place() {
    let sandbox =
        Sandbox::new().file("plimsoll.yaml", &APPLICATION.replace("path: env/blue", "paths: env/blue"));
    let error = Workspace::open(&sandbox.path(), None, Limits::default()).unwrap_err();
    assert_eq!(error.code(), "APPLICATION_INVALID");
    assert!(error.to_string().starts_with("plimsoll.yaml:6:"), "{error}");
    assert!(error.to_string().contains("spec.environments[0].paths: unknown field"), "{error}");
}

#[test]
fn an_environment_cannot_lead_out_of_the_repository_through_a_link() {
    let sandbox = Sandbox::new()
        .file("repo/plimsoll.yaml", APPLICATION)
        .file("outside/a.yaml", MANIFEST)
        .link("repo/env/blue", "../../outside");
    let workspace = Workspace::open(&sandbox.path().join("repo"), None, Limits::default()).unwrap();
    let error = workspace.resolve("staging", &mut std::io::empty()).unwrap_err();
    assert_eq!(error.code(), "SOURCE_OUTSIDE");
}

#[test]
fn an_unknown_environment_is_told_which_there_are() {
    let (code, message) = shop().error("prod");
    assert_eq!(code, "SOURCE_NOT_FOUND");
    assert!(message.ends_with("an environment of plimsoll.yaml (staging, production)"), "{message}");
}

/// An Argo CD Application that lays an image over its overlay, and a chart with its values beside it.
fn delivered() -> Sandbox {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-production}\nspec:\n  destination: {name: eu-1, namespace: shop}\n  source: {repoURL: https://git.example/shop.git, path: shop/overlays/production, kustomize: {images: ['web:v2']}}\n";
    Sandbox::new()
        .file("argocd/shop.yaml", application)
        .file("shop/overlays/production/kustomization.yaml", "resources: [web.yaml]\n")
        .file("shop/overlays/production/web.yaml", MANIFEST)
        .file("shop/overlays/staging/kustomization.yaml", "resources: [web.yaml]\n")
        .file("reviews/chart/Chart.yaml", "name: reviews\n")
        .file("reviews/values-staging.yaml", "a: b\n")
}

#[test]
fn an_environment_is_found_by_what_is_there() {
    let sandbox = delivered();
    let images = |located: &Located| match &located.found.recipe {
        Recipe::Kustomize(kustomize) => kustomize.overrides.images.len(),
        other => panic!("{other:?}"),
    };
    // By its name and by its path it is the same, with what the Application lays over it.
    for argument in ["production", "shop/production", "shop/overlays/production"] {
        let located = sandbox.locate(argument);
        assert_eq!((located.path.as_str(), images(&located)), ("shop/overlays/production", 1), "{argument}");
        assert_eq!(located.found.namespace.as_deref(), Some("shop"));
    }
    let located = sandbox.locate("production");
    assert_eq!(located.environment.unwrap().cluster.as_deref(), Some("eu-1"));
    let (code, message) = sandbox.error("staging");
    assert_eq!(code, "ENVIRONMENT_AMBIGUOUS");
    assert!(
        message.starts_with("staging could be reviews/staging") && message.contains("shop/staging"),
        "{message}"
    );
    let Recipe::Helm(helm) = sandbox.locate("reviews/staging").found.recipe else { panic!("no chart") };
    assert_eq!(helm.values, [Values::File("reviews/values-staging.yaml".to_owned())]);
    let (code, message) = sandbox.error("qa");
    assert_eq!(code, "SOURCE_NOT_FOUND");
    assert!(
        message
            .ends_with("an environment of this repository (reviews/staging, shop/production, shop/staging)"),
        "{message}"
    );
}

#[test]
fn in_the_directory_of_an_application_its_environments_are_meant() {
    let sandbox = delivered();
    sandbox.commit("all");
    let workspace = Workspace::open(&sandbox.path().join("shop"), None, Limits::default()).unwrap();
    let located = workspace.locate("staging").unwrap().unwrap();
    assert_eq!(located.path, "shop/overlays/staging");
    assert_eq!(located.files.show(&located.path), "overlays/staging");
}

#[test]
fn what_is_deployed_from_elsewhere_is_said() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: redis-prod}\nspec:\n  source: {repoURL: 'https://u:hunter2@charts.example', chart: redis, targetRevision: 1.2.3}\n";
    let sandbox = Sandbox::new().file("redis.yaml", application);
    let (code, message) = sandbox.error("prod");
    assert_eq!(code, "DISCOVERY_ELSEWHERE");
    assert_eq!(
        message,
        "prod is deployed from the chart redis of https://charts.example, which is not in this repository"
    );
}

#[test]
fn an_environment_of_plimsoll_yaml_is_located_with_its_recipe() {
    let text = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec:\n  environments:\n  - {name: staging, path: chart, helm: {values: [a.yaml]}}\n  - {name: production, path: chart, namespace: shop, helm: {values: [b.yaml], release: web}}\n";
    let sandbox = Sandbox::new()
        .file("plimsoll.yaml", text)
        .file("chart/Chart.yaml", "name: shop\n")
        .file("a.yaml", "a: b\n")
        .file("b.yaml", "a: b\n");
    let Recipe::Helm(helm) = sandbox.locate("production").found.recipe else { panic!("no chart") };
    assert_eq!((helm.values, helm.release.as_str()), (vec![Values::File("b.yaml".to_owned())], "web"));
    assert_eq!(helm.namespace.as_deref(), Some("shop"));
}
