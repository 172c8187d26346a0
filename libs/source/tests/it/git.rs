use source::{Limits, Workspace};

use crate::sandbox::{MANIFEST, Sandbox, git, paths};
use crate::server;

#[test]
fn a_revision_is_read_as_it_was_committed() {
    let sandbox = Sandbox::new().file("staging/web.yaml", "old").file("staging/b/a.json", "{}");
    let first = sandbox.commit("first");
    sandbox.git("", &["tag", "web@1.0"]);
    sandbox.put("staging/web.yaml", "new");
    sandbox.commit("second");
    sandbox.put("staging/web.yaml", "not committed");

    let top = sandbox.path().display().to_string();
    for argument in [
        format!("git+.//staging@{first}"),
        "git+.//staging@web@1.0".to_owned(),
        "git+.//staging@HEAD~1".to_owned(),
        format!("git+{top}//staging@{}", &first[..10]),
        format!("git+file://{top}//staging@web@1.0"),
    ] {
        let tree = sandbox.resolve(&argument).unwrap().tree;
        assert_eq!(paths(&tree), ["b/a.json", "web.yaml"], "{argument}");
        assert_eq!(tree.files[1].bytes, b"old", "{argument}");
        assert_eq!(tree.pinned.as_deref(), Some(first.as_str()));
        assert_eq!((tree.root.as_ref(), tree.patch_path("web.yaml")), (None, "staging/web.yaml".to_owned()));
    }
    let head = sandbox.resolve("git+.//staging").unwrap().tree;
    assert_eq!(head.files[1].bytes, b"new");
    let tree = sandbox.resolve("git+.//staging@main").unwrap().tree;
    assert_eq!(tree.show("web.yaml"), "git+.//staging/web.yaml@main");
    assert_eq!(paths(&sandbox.resolve("git+.").unwrap().tree), ["staging/b/a.json", "staging/web.yaml"]);
    let file = sandbox.resolve("git+.//staging/web.yaml@main").unwrap().tree;
    assert_eq!(
        (paths(&file), file.patch_path("web.yaml")),
        (vec!["web.yaml"], "staging/web.yaml".to_owned())
    );
    assert_eq!(file.show("web.yaml"), "git+.//staging/web.yaml@main");
}

#[test]
fn a_path_is_relative_to_the_directory_that_the_source_names() {
    let sandbox = Sandbox::new().file("apps/shop/staging/web.yaml", MANIFEST);
    sandbox.commit("first");
    let tree = sandbox.resolve("git+apps/shop//staging").unwrap().tree;
    assert_eq!(tree.patch_path("web.yaml"), "apps/shop/staging/web.yaml");
    let workspace = Workspace::open(&sandbox.path().join("apps/shop"), None, Limits::default()).unwrap();
    let tree = workspace.resolve("git+.//staging@main", &mut std::io::empty()).unwrap().tree;
    assert_eq!(paths(&tree), ["web.yaml"]);
}

#[test]
fn a_path_in_git_that_is_an_environment_is_known_as_one() {
    let sandbox = Sandbox::new()
        .file("plimsoll.yaml", "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: s}\nspec:\n  environments: [{name: staging, path: env/blue, namespace: shop}]\n")
        .file("env/blue/web.yaml", MANIFEST)
        .file("green/web.yaml", MANIFEST);
    sandbox.commit("first");
    let environment = sandbox.resolve("git+.//env/blue").unwrap().environment.unwrap();
    assert_eq!((environment.name.as_str(), environment.namespace.as_deref()), ("staging", Some("shop")));
    assert_eq!(sandbox.resolve("git+.//green").unwrap().environment.unwrap().name, "green");
}

#[test]
fn what_is_not_in_the_repository_is_said() {
    let sandbox = Sandbox::new().file("staging/web.yaml", MANIFEST).file("docs/README.md", "");
    sandbox.commit("first");
    let (code, message) = sandbox.error("git+.//staging@v9");
    assert_eq!((code, message.as_str()), ("REVISION_NOT_FOUND", ". has no revision \"v9\""));
    let (code, message) = sandbox.error("git+.//prod@main");
    assert_eq!((code, message.as_str()), ("SOURCE_NOT_FOUND", "git+.//prod@main does not exist"));
    assert_eq!(sandbox.error("git+.//docs").0, "SOURCE_EMPTY");
    assert_eq!(sandbox.error("git+nowhere//docs").0, "SOURCE_NOT_FOUND");
    let (code, message) = Sandbox::new().file("a/x", "").error("git+a//b");
    assert_eq!(code, "GIT_FAILED");
    assert!(message.contains("not a git repository"), "{message}");
}

#[test]
fn links_submodules_limits_and_overlays_are_treated_as_in_directories() {
    let sandbox =
        Sandbox::new().file("app/..data/web.yaml", MANIFEST).link("app/web.yaml", "..data/web.yaml");
    sandbox.commit("links");
    let tree = sandbox.resolve("git+.//app").unwrap().tree;
    assert_eq!((paths(&tree), tree.files[0].bytes.as_slice()), (vec!["web.yaml"], MANIFEST.as_bytes()));

    for (target, code) in [
        ("../../etc/passwd", "SOURCE_OUTSIDE"),
        ("gone.yaml", "SOURCE_UNREADABLE"),
        ("/etc/passwd", "SOURCE_OUTSIDE"),
    ] {
        let sandbox = Sandbox::new().link("app/a.yaml", target);
        sandbox.commit("link");
        assert_eq!(sandbox.error("git+.//app").0, code, "{target}");
    }

    let overlay = Sandbox::new().file("app/k/kustomization.yaml", "");
    overlay.commit("overlay");
    let (code, message) = overlay.error("git+.//app@main");
    assert_eq!(code, "SOURCE_RENDER_UNSUPPORTED");
    assert_eq!(message, "git+.//app/k@main is a Kustomize overlay: it has to be rendered");

    let large = Sandbox::new()
        .limit(10, 15)
        .file("a/a.yaml", "0123456789+")
        .file("b/a.yaml", "0123456789")
        .file("b/b.yaml", "0123456789");
    large.commit("large");
    assert_eq!(large.error("git+.//a").0, "MANIFEST_TOO_LARGE");
    assert_eq!(large.error("git+.//a/a.yaml").0, "MANIFEST_TOO_LARGE");
    assert_eq!(large.error("git+.//b").0, "SOURCE_TOO_LARGE");

    let inner = Sandbox::new().file("a.yaml", MANIFEST);
    inner.commit("inner");
    let outer = Sandbox::new().file("app/a.yaml", MANIFEST);
    outer.commit("outer");
    outer.git(
        "",
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            &inner.path().display().to_string(),
            "app/inner",
        ],
    );
    outer.commit("submodule");
    let (code, message) = outer.error("git+.//app");
    assert_eq!(code, "SOURCE_UNREADABLE");
    assert!(message.contains("app/inner cannot be read: it is a submodule"), "{message}");
}

#[test]
fn hooks_and_replaced_objects_change_nothing() {
    let sandbox = Sandbox::new().file("a/a.yaml", "true");
    let real = sandbox.commit("first");
    sandbox.put("a/a.yaml", "replaced");
    let other = sandbox.commit("second");
    sandbox.git("", &["replace", &real, &other]);
    let tree = sandbox.resolve(&format!("git+.//a@{real}")).unwrap().tree;
    assert_eq!(tree.files[0].bytes, b"true");
}

#[test]
fn thousands_of_files_pass_through_one_pipe() {
    let mut sandbox = Sandbox::new();
    for index in 0..2_000 {
        sandbox = sandbox.file(&format!("a/{index:04}.yaml"), &"x".repeat(100 + index));
    }
    sandbox.commit("many");
    let tree = sandbox.resolve("git+.//a").unwrap().tree;
    assert_eq!(tree.files.len(), 2_000);
    assert!(tree.files.iter().enumerate().all(|(index, file)| file.bytes.len() == 100 + index));
}

#[test]
fn a_remote_revision_is_fetched() {
    let origin = Sandbox::new().file("staging/web.yaml", "old");
    let first = origin.commit("first");
    origin.git("", &["tag", "v1"]);
    origin.put("staging/web.yaml", "new");
    let second = origin.commit("second");
    let address = server::serve(&origin.path());

    let here = Sandbox::new();
    for (revision, commit, text) in [
        ("@v1", &first, "old"),
        ("@main", &second, "new"),
        ("", &second, "new"),
        (&format!("@{second}"), &second, "new"),
    ] {
        let tree = here.resolve(&format!("git+http://{address}/.git//staging{revision}")).unwrap().tree;
        assert_eq!(tree.files[0].bytes, text.as_bytes(), "{revision}");
        assert_eq!(tree.pinned.as_ref(), Some(commit));
    }
    let url = format!("git+http://ana:s3cret@{address}/.git//staging@v9");
    let (code, message) = here.error(&url);
    assert_eq!(code, "REVISION_NOT_FOUND");
    assert_eq!(message, format!("http://***@{address}/.git has no revision \"v9\""));
    let (code, message) = here.error(&format!("git+http://{address}/none.git//staging"));
    assert_eq!(code, "GIT_FAILED");
    assert!(message.contains("not found"), "{message}");
}

#[test]
fn a_remote_that_cannot_be_reached_fails_without_credentials() {
    let sandbox = Sandbox::new();
    let (code, message) = sandbox.error("git+http://ana:s3cret@127.0.0.1:1/shop.git//staging@main");
    assert_eq!(code, "GIT_FAILED");
    assert!(!message.contains("s3cret") && message.contains("http://***@127.0.0.1:1/shop.git"), "{message}");
}

#[test]
fn a_bare_repository_is_read() {
    let sandbox = Sandbox::new().file("staging/web.yaml", MANIFEST);
    sandbox.commit("first");
    let bare = Sandbox::new();
    git(&bare.path(), &["clone", "--quiet", "--bare", &sandbox.path().display().to_string(), "shop.git"]);
    assert_eq!(paths(&bare.resolve("git+shop.git//staging@main").unwrap().tree), ["web.yaml"]);
}
