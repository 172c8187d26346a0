//! All files of a repository, of a directory and of a commit alike.

use source::{Limits, Located, MirrorOptions, Mirrors, Reach, RepositoryFiles, RepositoryOrigin, Workspace};

use crate::sandbox::Sandbox;

/// An overlay with a base beside it, a file for a generator, a chart, and what belongs to nobody.
fn shop() -> Sandbox {
    Sandbox::new()
        .file("overlays/staging/kustomization.yaml", "resources: [../../base]\n")
        .file("overlays/staging/.env", "LEVEL=debug\n")
        .file("base/web.yaml", "kind: Deployment\n")
        .file("chart/Chart.yaml", "name: shop\n")
        .file("chart/templates/_label.tpl", "{{ .Chart.Name }}")
}

/// The same files in the working tree, and in its commit.
fn both(sandbox: &Sandbox, path: &str) -> [Located; 2] {
    sandbox.commit("all");
    [sandbox.locate(path), sandbox.locate(&format!("git+.//{path}@main"))]
}

fn text<'f>(files: &'f RepositoryFiles, path: &str) -> Option<&'f str> {
    files.tree().file(path).map(|bytes| std::str::from_utf8(bytes).unwrap())
}

/// The code and the message of why there is no file at a path.
fn refusal(files: &RepositoryFiles, path: &str) -> (&'static str, String) {
    let error = files.refusal(path).unwrap();
    (error.code(), error.to_string())
}

#[test]
fn a_source_is_located_in_its_repository() {
    for located in both(&shop(), "overlays/staging") {
        let tree = located.files.tree();
        assert_eq!(located.path, "overlays/staging");
        assert_eq!(located.environment.unwrap().name, "staging");
        let paths: Vec<&str> = tree.files().map(|(path, _)| path).collect();
        let expected = [
            "base/web.yaml",
            "chart/Chart.yaml",
            "chart/templates/_label.tpl",
            "overlays/staging/.env",
            "overlays/staging/kustomization.yaml",
        ];
        assert_eq!(paths, expected, "and no .git");
        assert_eq!(tree.file("overlays/staging/.env"), Some("LEVEL=debug\n".as_bytes()));
        assert!(located.files.refusal("base/none.yaml").is_none());
    }
}

#[test]
fn files_are_named_as_people_find_them() {
    let sandbox = shop();
    let [disk, commit] = both(&sandbox, "base");
    assert_eq!(disk.files.show("base/web.yaml"), "base/web.yaml");
    assert_eq!(disk.files.origin(), &RepositoryOrigin::WorkingTree(sandbox.path()));
    assert_eq!(commit.files.show("base/web.yaml"), "git+.//base/web.yaml@main");
    assert_eq!(commit.files.origin(), &RepositoryOrigin::Commit(sandbox.git("", &["rev-parse", "HEAD"])));

    let inner = Workspace::open(&sandbox.path().join("overlays"), None, Limits::default()).unwrap();
    let located = inner.locate("staging").unwrap().unwrap();
    assert_eq!(located.path, "overlays/staging", "the repository is found from a directory in it");
    assert_eq!(located.files.show("base/web.yaml"), "../base/web.yaml");
    assert_eq!(located.files.patch_path("overlays/staging/.env"), "staging/.env");
    assert_eq!(located.files.patch_path("base/web.yaml"), "base/web.yaml");
}

#[test]
fn without_git_the_working_directory_is_the_repository() {
    let sandbox = shop();
    let located = sandbox.locate("overlays/staging");
    assert_eq!(located.path, "overlays/staging");
    assert_eq!(text(&located.files, "base/web.yaml"), Some("kind: Deployment\n"));
    let inner = Workspace::open(&sandbox.path().join("chart"), None, Limits::default()).unwrap();
    let located = inner.locate("../base").unwrap().unwrap();
    assert_eq!((located.path.as_str(), located.files.tree().files().count()), ("", 1));
    assert!(sandbox.workspace().locate("-").unwrap().is_none());
}

#[test]
fn the_root_of_a_base_is_its_repository() {
    let sandbox = Sandbox::new()
        .file("repo/overlays/staging/a.yaml", "new")
        .file("base/overlays/staging/a.yaml", "old")
        .file("base/plimsoll.yaml", APPLICATION);
    sandbox.commit("all");
    let workspace = Workspace::open(&sandbox.path().join("repo"), None, Limits::default()).unwrap();
    for argument in ["../base//overlays/staging", "../base//live"] {
        let located = workspace.locate_base(argument).unwrap().unwrap();
        assert_eq!(located.path, "overlays/staging");
        assert_eq!(text(&located.files, "overlays/staging/a.yaml"), Some("old"));
        assert_eq!(located.files.show("overlays/staging/a.yaml"), "../base/overlays/staging/a.yaml");
    }
    assert_eq!(workspace.locate_base("../base//../repo").unwrap_err().code(), "SOURCE_OUTSIDE");
}

const APPLICATION: &str = "apiVersion: plimsoll.dev/v1
kind: Application
metadata: {name: shop}
spec:
  environments:
    - {name: live, path: overlays/staging}
";

#[test]
fn a_link_is_known_and_not_followed() {
    let sandbox = shop()
        .link("overlays/staging/web.yaml", "../../base/web.yaml")
        .link("overlays/production", "staging")
        .link("passwd", "/etc/passwd");
    for located in both(&sandbox, "chart") {
        let files = &located.files;
        assert_eq!(files.tree().files().count(), 5);
        for path in ["overlays/staging/web.yaml", "overlays/production", "overlays/production/.env", "passwd"]
        {
            assert_eq!(text(files, path), None);
            let (code, message) = refusal(files, path);
            assert_eq!(code, "SOURCE_LINK");
            assert!(message.contains(path), "{message}");
        }
    }
}

#[test]
fn what_another_repository_holds_is_said_where_it_is_missed() {
    let inner = Sandbox::new().file("a.yaml", "inner");
    inner.commit("inner");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    let sandbox = shop().file("large.tgz", pointer);
    sandbox.commit("first");
    let url = inner.path().display().to_string();
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "vendor/inner"];
    sandbox.git("", &add);
    for located in both(&sandbox, "base") {
        let files = &located.files;
        assert_eq!(text(files, "base/web.yaml"), Some("kind: Deployment\n"));
        for (path, why) in [("vendor/inner/a.yaml", "submodule"), ("large.tgz", "Git LFS")] {
            assert_eq!(text(files, path), None);
            let (code, message) = refusal(files, path);
            assert_eq!(code, "SOURCE_UNREADABLE");
            assert!(message.contains(why), "{message}");
        }
        let withheld: Vec<&str> = files.withheld().map(|(path, _)| path).collect();
        assert_eq!(withheld, ["large.tgz", "vendor/inner"]);
    }
}

#[test]
fn limits_hold() {
    let shop = || Sandbox::new().file("a", "0123456789").file("b", "0123456789").file("large", "0123456789+");
    for located in both(&shop().limit(10, 20), "") {
        let files = &located.files;
        assert_eq!((text(files, "a"), text(files, "b")), (Some("0123456789"), Some("0123456789")));
        assert_eq!(refusal(files, "large").0, "SOURCE_UNREADABLE");
        assert!(refusal(files, "large").1.contains("11 bytes"));
    }
    let sandbox = shop().limit(10, 19);
    sandbox.commit("all");
    for source in [".", "git+.//@main"] {
        assert_eq!(sandbox.workspace().locate(source).unwrap_err().code(), "SOURCE_TOO_LARGE");
    }
}

#[test]
fn directories_that_git_ignores_are_left_out_but_for_charts() {
    let sandbox = shop()
        .file(".gitignore", "node_modules/\ncharts/\n.env\n")
        .file("web/node_modules/a/index.js", "")
        .file("chart/charts/cache.tgz", "");
    sandbox.commit("all");
    let files = sandbox.locate("chart").files;
    assert_eq!(text(&files, "chart/charts/cache.tgz"), Some(""));
    assert_eq!(
        text(&files, "overlays/staging/.env"),
        Some("LEVEL=debug\n"),
        "a file may be ignored and read"
    );
    assert_eq!(text(&files, "web/node_modules/a/index.js"), None);
    assert!(refusal(&files, "web/node_modules/a/index.js").1.contains("Git ignores it"));
}

#[test]
fn a_working_tree_is_read_once() {
    let sandbox = shop();
    let workspace = sandbox.workspace();
    let first = workspace.locate("base").unwrap().unwrap();
    sandbox.put("base/web.yaml", "other");
    let second = workspace.locate("chart").unwrap().unwrap();
    assert_eq!(text(&second.files, "base/web.yaml"), Some("kind: Deployment\n"));
    assert!(std::sync::Arc::ptr_eq(&first.files, &second.files));
}

#[test]
fn pipes_are_not_waited_for() {
    let sandbox = shop();
    let pipe = sandbox.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    assert_eq!(refusal(&sandbox.locate("base").files, "pipe").0, "SOURCE_UNREADABLE");
}

#[test]
fn a_server_reads_the_files_of_a_commit() {
    let sandbox = shop();
    let commit = sandbox.commit("all");
    let directory = tempfile::tempdir().unwrap();
    let options = MirrorOptions { reach: Reach::RemoteAndLocal, ..MirrorOptions::default() };
    let mirrors = Mirrors::open(directory.path(), options).unwrap();
    let url = format!("file://{}", sandbox.path().display());
    let files = mirrors.files(&url, &commit).unwrap();
    assert_eq!(text(&files, "base/web.yaml"), Some("kind: Deployment\n"));
    assert_eq!(files.origin(), &RepositoryOrigin::Commit(commit.clone()));
    assert_eq!(files.show("base/web.yaml"), format!("git+{url}//base/web.yaml@{commit}"));
    assert_eq!(mirrors.files(&url, &"0".repeat(40)).unwrap_err().code(), "REVISION_NOT_FOUND");
}
