use crate::sandbox::{MANIFEST, Sandbox, paths};

const APPLICATION: &str = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec:\n  environments: [{name: staging, path: env/blue}]\n";

#[test]
fn a_directory_is_the_base_itself() {
    let sandbox = Sandbox::new()
        .file("base/web.yaml", MANIFEST)
        .file("base/staging/b.yaml", MANIFEST)
        .file("base/overlays/canary/c.yaml", MANIFEST);
    assert_eq!(
        paths(&sandbox.base("base").unwrap().tree),
        ["overlays/canary/c.yaml", "staging/b.yaml", "web.yaml"]
    );
    assert_eq!(paths(&sandbox.base("base//staging").unwrap().tree), ["b.yaml"]);
    assert_eq!(paths(&sandbox.base("base//overlays/canary").unwrap().tree), ["c.yaml"]);
    assert_eq!(paths(&sandbox.base("base//canary").unwrap().tree), ["c.yaml"]);
}

#[test]
fn a_root_with_an_application_of_its_own_knows_its_environments() {
    let sandbox = Sandbox::new()
        .file("base/plimsoll.yaml", APPLICATION)
        .file("base/env/blue/blue.yaml", MANIFEST)
        .file("base/staging/other.yaml", MANIFEST);
    let base = sandbox.base("base//staging").unwrap();
    assert_eq!(paths(&base.tree), ["blue.yaml"]);
    assert_eq!(base.tree.show("blue.yaml"), "base/env/blue/blue.yaml");
}

#[test]
fn a_base_stays_below_its_root() {
    let sandbox = Sandbox::new().file("base/a.yaml", MANIFEST).file("other/b.yaml", MANIFEST);
    assert_eq!(sandbox.base("base//../other").unwrap_err().code(), "SOURCE_OUTSIDE");
    assert_eq!(sandbox.base("base//none").unwrap_err().code(), "SOURCE_NOT_FOUND");
    assert_eq!(sandbox.base("none//staging").unwrap_err().code(), "SOURCE_NOT_FOUND");
}

#[test]
fn a_base_may_come_from_git() {
    let sandbox = Sandbox::new().file("staging/web.yaml", MANIFEST);
    let commit = sandbox.commit("first");
    sandbox.put("staging/new.yaml", MANIFEST);
    let base = sandbox.base(&format!("git+.//staging@{commit}")).unwrap();
    assert_eq!(paths(&base.tree), ["web.yaml"]);
}
