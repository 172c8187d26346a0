use source::{EnvironmentInfo, Limits, Workspace};

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
    assert_eq!(code, "SOURCE_AMBIGUOUS");
    assert_eq!(message, "staging could be envs/staging or environments/staging");
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
