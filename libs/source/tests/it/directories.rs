use source::{Limits, Workspace};

use crate::sandbox::{MANIFEST, Sandbox, paths};

#[test]
fn manifests_are_found_recursively_and_sorted() {
    let sandbox = Sandbox::new()
        .file("app/web.yaml", MANIFEST)
        .file("app/b/hpa.json", "{}")
        .file("app/b/api.yml", MANIFEST)
        .file("app/README.md", "no manifest")
        .file("app/plimsoll.yaml", "no manifest")
        .file("app/.pre-commit-config.yaml", "no manifest")
        .file("app/.git/config.yaml", "no manifest");
    let tree = sandbox.resolve("app").unwrap().tree;
    assert_eq!(paths(&tree), ["b/api.yml", "b/hpa.json", "web.yaml"]);
    assert_eq!(tree.show("web.yaml"), "app/web.yaml");
    assert_eq!(tree.patch_path("b/api.yml"), "app/b/api.yml");
    assert_eq!(tree.root, Some(sandbox.path().join("app")));
    assert_eq!(tree.pinned, None);
}

#[test]
fn a_file_is_its_own_root() {
    let sandbox = Sandbox::new().file("app/web.yaml", MANIFEST).file("app/api.yaml", MANIFEST);
    let tree = sandbox.resolve("app/web.yaml").unwrap().tree;
    assert_eq!(paths(&tree), ["web.yaml"]);
    assert_eq!(tree.files[0].bytes, MANIFEST.as_bytes());
    assert_eq!(tree.show("web.yaml"), "app/web.yaml");
    assert_eq!(tree.patch_path("web.yaml"), "app/web.yaml");
    assert_eq!(tree.root, Some(sandbox.path().join("app")));
}

#[test]
fn a_dash_is_standard_input() {
    let workspace = Workspace::open(&Sandbox::new().path(), None, Limits::default()).unwrap();
    let resolved = workspace.resolve("-", &mut MANIFEST.as_bytes()).unwrap();
    assert_eq!(paths(&resolved.tree), ["stdin"]);
    assert!(resolved.environment.is_none());
    assert_eq!(workspace.resolve("-", &mut "\n".as_bytes()).unwrap_err().code(), "SOURCE_EMPTY");
}

#[test]
fn what_is_not_there_or_empty_is_said() {
    let sandbox = Sandbox::new().file("empty/README.md", "");
    assert_eq!(sandbox.error("empty").0, "SOURCE_EMPTY");
    let (code, message) = sandbox.error("prod");
    assert_eq!(code, "SOURCE_NOT_FOUND");
    assert_eq!(message, "prod does not exist; looked for overlays/prod, envs/prod, environments/prod");
}

#[test]
fn what_has_to_be_rendered_is_refused() {
    let sandbox = Sandbox::new()
        .file("k/base/web.yaml", MANIFEST)
        .file("k/overlay/kustomization.yaml", "resources: []")
        .file("h/Chart.yaml", "name: h");
    let (code, message) = sandbox.error("k");
    assert_eq!(code, "SOURCE_RENDER_UNSUPPORTED");
    assert_eq!(message, "k/overlay is a Kustomize overlay: it has to be rendered");
    assert_eq!(sandbox.error("h").1, "h is a Helm chart: it has to be rendered");
    assert!(sandbox.resolve("k/base").is_ok());
}

#[test]
fn limits_hold_for_a_file_for_all_files_and_for_standard_input() {
    let sandbox = Sandbox::new()
        .limit(10, 15)
        .file("large/a.yaml", "0123456789+")
        .file("many/a.yaml", "0123456789")
        .file("many/b.yaml", "0123456789");
    let (code, message) = sandbox.error("large");
    assert_eq!(
        (code, message.as_str()),
        ("MANIFEST_TOO_LARGE", "large/a.yaml: 11 bytes, and the limit is 10")
    );
    assert_eq!(sandbox.error("many").0, "SOURCE_TOO_LARGE");
    let mut endless = std::io::repeat(b'x');
    let error = sandbox.workspace().resolve("-", &mut endless).unwrap_err();
    assert_eq!(error.code(), "MANIFEST_TOO_LARGE");
}

#[test]
fn links_stay_inside() {
    let inside = Sandbox::new()
        .file("app/..data/web.yaml", MANIFEST)
        .link("app/web.yaml", "..data/web.yaml")
        .link("app/again", ".")
        .link("app/NOTES", "/nowhere");
    assert_eq!(paths(&inside.resolve("app").unwrap().tree), ["web.yaml"]);

    let sandbox = Sandbox::new().file("secret/a.yaml", MANIFEST).file("app/web.yaml", MANIFEST);
    let file = sandbox.link("app/a.yaml", "../secret/a.yaml");
    assert_eq!(file.error("app"), ("SOURCE_OUTSIDE", "app/a.yaml leads out of app".to_owned()));

    let sandbox = Sandbox::new().file("secret/a.yaml", MANIFEST).file("app/web.yaml", MANIFEST);
    let directory = sandbox.link("app/more", "../secret");
    assert_eq!(directory.error("app").0, "SOURCE_OUTSIDE");
}

#[test]
fn files_that_are_no_manifests_are_read_like_manifests() {
    let is_rego = |name: &str| name.ends_with(".rego");
    let read = |sandbox: &Sandbox, path: &str| {
        let path = sandbox.path().join(path).to_str().unwrap().to_owned();
        let found = source::files_at(&path, "policy", is_rego, &Limits::default());
        found.map(|files| {
            let names = files.iter().map(|file| file.path.strip_prefix(&path).unwrap().to_owned());
            names.collect::<Vec<_>>()
        })
    };
    // As a ConfigMap is mounted: https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically
    let mounted = Sandbox::new()
        .file("policies/..data/x.rego", "package main")
        .link("policies/x.rego", "..data/x.rego")
        .file("policies/more/y.rego", "package main")
        .file("policies/README.md", "");
    assert_eq!(read(&mounted, "policies").unwrap(), ["/more/y.rego", "/x.rego"]);
    assert_eq!(read(&mounted, "policies/more/y.rego").unwrap(), [""]);

    let leaves = Sandbox::new().file("real/x.rego", "").link("policies/x.rego", "../real/x.rego");
    assert_eq!(read(&leaves, "policies").unwrap_err().code(), "SOURCE_OUTSIDE");
    let none = read(&Sandbox::new().file("policies/README.md", ""), "policies").unwrap_err();
    assert_eq!(none.code(), "SOURCE_EMPTY");
    assert!(none.to_string().ends_with("/policies holds no policy"), "{none}");
}

#[test]
fn loops_and_dangling_links_are_said() {
    let ring = Sandbox::new().link("app/a.yaml", "b.yaml").link("app/b.yaml", "a.yaml");
    assert_eq!(ring.error("app").0, "SOURCE_UNREADABLE");
    let dangling = Sandbox::new().link("app/a.yaml", "gone.yaml");
    assert_eq!(
        dangling.error("app"),
        ("SOURCE_UNREADABLE", "app/a.yaml cannot be read: no such file or directory".to_owned())
    );
}

#[test]
fn a_patch_outside_the_working_directory_names_files_by_their_repository() {
    let sandbox = Sandbox::new().file("deploy/production/web.yaml", MANIFEST).file("work/x", "");
    sandbox.commit("all");
    let workspace = Workspace::open(&sandbox.path().join("work"), None, Limits::default()).unwrap();
    let tree = workspace.resolve("../deploy/production", &mut std::io::empty()).unwrap().tree;
    assert_eq!(tree.show("web.yaml"), "../deploy/production/web.yaml");
    assert_eq!(tree.patch_path("web.yaml"), "deploy/production/web.yaml");
}
