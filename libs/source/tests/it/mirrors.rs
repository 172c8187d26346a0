//! Mirrors of real repositories: what is resolved, fetched and read.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use source::{EntryKind, History, Limits, ListEntry, MirrorOptions, Mirrors, Pinned, Reach, Revision};

use crate::sandbox::{MANIFEST, Sandbox, git, paths};
use crate::server::{self, Manner, serve_as};

pub(crate) fn options() -> MirrorOptions {
    MirrorOptions {
        reach: Reach::RemoteAndLocal,
        deadline: Duration::from_secs(60),
        ..MirrorOptions::default()
    }
}

/// A directory of mirrors that goes with its value.
pub(crate) struct Cache {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) mirrors: Mirrors,
}

pub(crate) fn cache(options: MirrorOptions) -> Cache {
    let directory = tempfile::tempdir().unwrap();
    let mirrors = Mirrors::open(directory.path(), options).unwrap();
    Cache { directory, mirrors }
}

impl Cache {
    /// The only mirror in it.
    pub(crate) fn only(&self) -> PathBuf {
        let found = fs::read_dir(self.directory.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut found = found.filter(|path| path.extension().is_some_and(|extension| extension == "git"));
        let only = found.next().unwrap();
        assert_eq!(found.next(), None);
        only
    }

    /// How many processes some work starts.
    fn count<T>(&self, work: impl FnOnce(&Mirrors) -> T) -> (T, u64) {
        let before = self.mirrors.processes();
        let result = work(&self.mirrors);
        (result, self.mirrors.processes() - before)
    }
}

pub(crate) fn url(path: &Path) -> String {
    path.display().to_string()
}

fn is_shallow(mirror: &Path) -> bool {
    git(mirror, &["rev-parse", "--is-shallow-repository"]) == "true"
}

#[test]
fn a_commit_is_fetched_once_and_then_read_with_one_process() {
    let origin = Sandbox::new()
        .file("plimsoll.yaml", "name: shop")
        .file("overlays/staging/web.yaml", "old")
        .file("overlays/production/web.yaml", MANIFEST);
    let first = origin.commit("first");
    origin.put("overlays/staging/web.yaml", "new");
    origin.put("overlays/staging/b/api.yml", MANIFEST);
    let second = origin.commit("second");
    let url = format!("http://{}/.git", server::serve(&origin.path()));

    let cache = cache(options());
    let tree = cache.mirrors.read_tree(&url, &first, "overlays/staging").unwrap();
    assert_eq!((paths(&tree), tree.files[0].bytes.as_slice()), (vec!["web.yaml"], b"old".as_slice()));
    assert_eq!(tree.pinned.as_deref(), Some(first.as_str()));
    assert_eq!(tree.patch_path("web.yaml"), "overlays/staging/web.yaml");
    assert_eq!(tree.show("web.yaml"), format!("git+{url}//overlays/staging/web.yaml@{first}"));
    assert!(is_shallow(&cache.only()), "only what was asked for is fetched");

    let (tree, processes) =
        cache.count(|mirrors| mirrors.read_tree(&url, &second, "overlays/staging").unwrap());
    assert_eq!(
        (paths(&tree), tree.files[1].bytes.as_slice()),
        (vec!["b/api.yml", "web.yaml"], b"new".as_slice())
    );
    // Not there, not there under the lock, the fetch, the reading.
    assert!(processes <= 4, "{processes}");

    let (tree, processes) =
        cache.count(|mirrors| mirrors.read_tree(&url, &second, "overlays/staging").unwrap());
    assert_eq!((paths(&tree), processes), (vec!["b/api.yml", "web.yaml"], 1));
    let (file, processes) = cache.count(|mirrors| mirrors.read_file(&url, &first, "plimsoll.yaml").unwrap());
    assert_eq!((file.as_deref(), processes), (Some(b"name: shop".as_slice()), 1));
    let (_, processes) = cache.count(|mirrors| mirrors.ensure(&url, &second).unwrap());
    assert_eq!(processes, 1);
}

#[test]
fn files_and_directories_are_told_from_what_is_not_there() {
    let origin = Sandbox::new()
        .file("apps/shop/plimsoll.yaml", "shop")
        .file("envs/staging/a.yaml", MANIFEST)
        .link("plimsoll.yaml", "apps/shop/plimsoll.yaml")
        .link("up", "../../etc/passwd");
    let commit = origin.commit("first");
    let (cache, url) = (cache(options()), url(&origin.path()));
    let file = |path| cache.mirrors.read_file(&url, &commit, path);
    assert_eq!(file("apps/shop/plimsoll.yaml").unwrap().unwrap(), b"shop");
    assert_eq!(file("plimsoll.yaml").unwrap().unwrap(), b"shop", "a link that stays inside is followed");
    for path in ["none.yaml", "apps/none/plimsoll.yaml", "apps/shop/plimsoll.yaml/x"] {
        assert_eq!(file(path).unwrap(), None, "{path}");
    }
    assert_eq!(file("up").unwrap_err().code(), "SOURCE_OUTSIDE");
    assert_eq!(file("../x").unwrap_err().code(), "SOURCE_OUTSIDE");
    assert_eq!(file("apps").unwrap_err().code(), "SOURCE_UNREADABLE");

    let both = cache.mirrors.read_files(&url, &commit, &["none.yaml", "plimsoll.yaml"]).unwrap();
    assert_eq!(both, [None, Some(b"shop".to_vec())]);
    let found = cache.mirrors.find(&url, &commit, "plimsoll.yaml").unwrap().unwrap();
    assert_eq!((found.path.as_str(), found.kind), ("apps/shop/plimsoll.yaml", EntryKind::File));
    assert_eq!(cache.mirrors.find(&url, &commit, "none").unwrap(), None);

    let entry = |name: &str, kind| ListEntry { name: name.to_owned(), kind };
    let list = |path| cache.mirrors.list(&url, &commit, path).unwrap();
    use EntryKind::{Directory, Link};
    let top =
        [entry("apps", Directory), entry("envs", Directory), entry("plimsoll.yaml", Link), entry("up", Link)];
    assert_eq!(list("").unwrap(), top);
    assert_eq!(list("envs").unwrap(), [entry("staging", Directory)]);
    assert_eq!((list("overlays"), list("plimsoll.yaml")), (None, None));
    let tree = |path| cache.mirrors.read_tree(&url, &commit, path);
    assert_eq!(tree("overlays").unwrap_err().code(), "SOURCE_NOT_FOUND");
    assert_eq!(paths(&tree("").unwrap()), ["envs/staging/a.yaml"], "plimsoll.yaml is no manifest");
}

#[test]
fn limits_hold_before_anything_large_is_kept() {
    let origin = Sandbox::new().file("a/large.yaml", &"x".repeat(101)).file("b/1.yaml", &"x".repeat(60));
    origin.put("b/2.yaml", &"x".repeat(60));
    let commit = origin.commit("first");
    let cache = cache(MirrorOptions { limits: Limits { file_bytes: 100, total_bytes: 100 }, ..options() });
    let url = url(&origin.path());
    let code = |path| cache.mirrors.read_tree(&url, &commit, path).unwrap_err().code();
    assert_eq!((code("a"), code("b")), ("MANIFEST_TOO_LARGE", "SOURCE_TOO_LARGE"));
    let error = cache.mirrors.read_file(&url, &commit, "a/large.yaml").unwrap_err();
    assert_eq!(error.code(), "MANIFEST_TOO_LARGE");
}

/// Ten directories in each other, each with ten names for the next: 10^10 files in a few kilobytes.
#[test]
fn a_repository_that_unfolds_without_end_is_refused() {
    let origin = Sandbox::new().file("seed.yaml", MANIFEST);
    origin.commit("seed");
    let mut hash = git(&origin.path(), &["rev-parse", "HEAD:seed.yaml"]);
    let mut kind = "100644 blob";
    for _ in 0..10 {
        let lines: String = (0..10).map(|index| format!("{kind} {hash}\t{index}.yaml\n")).collect();
        origin.put("lines", &lines);
        hash = git(&origin.path(), &["-c", "alias.t=!git mktree < lines", "t"]);
        kind = "040000 tree";
    }
    let commit = git(&origin.path(), &["commit-tree", "-m", "bomb", &hash]);
    git(&origin.path(), &["branch", "bomb", &commit]);
    let error = cache(options()).mirrors.read_tree(&url(&origin.path()), &commit, "").unwrap_err();
    assert_eq!(error.code(), "SOURCE_TOO_LARGE", "{error}");
}

#[test]
fn names_are_resolved_without_a_clone() {
    let origin = Sandbox::new().file("a.yaml", "1");
    let first = origin.commit("first");
    origin.git("", &["tag", "-m", "annotated", "v1"]);
    origin.git("", &["tag", "both"]);
    origin.git("", &["branch", "release/9"]);
    origin.put("a.yaml", "2");
    let second = origin.commit("second");
    origin.git("", &["branch", "both"]);
    let url = format!("http://{}/.git", server::serve(&origin.path()));
    let cache = cache(options());
    let pinned = |commit: &String, branch: Option<&str>| Pinned {
        commit: commit.clone(),
        branch: branch.map(str::to_owned),
    };
    use Revision::{Branch, Default, Named};
    for (revision, expected) in [
        (Default, pinned(&second, Some("main"))),
        (Named("HEAD"), pinned(&second, Some("main"))),
        (Named("main"), pinned(&second, Some("main"))),
        (Named("release/9"), pinned(&first, Some("release/9"))),
        (Named("v1"), pinned(&first, None)),
        (Named("refs/tags/v1"), pinned(&first, None)),
        (Named("refs/heads/main"), pinned(&second, Some("main"))),
        // As `git rev-parse` and the command line have it: the tag.
        (Named("both"), pinned(&first, None)),
        (Branch("both"), pinned(&second, Some("both"))),
    ] {
        let (found, processes) = cache.count(|mirrors| mirrors.resolve(&url, revision).unwrap());
        assert_eq!((found, processes), (expected, 1), "{revision:?}");
    }
    assert_eq!(fs::read_dir(cache.directory.path()).unwrap().count(), 0, "nothing was cloned");
    assert_eq!(cache.mirrors.resolve(&url, Named(&first)).unwrap(), pinned(&first, None));

    let unknown = "ab".repeat(20);
    for revision in
        [Branch("v1"), Branch("none"), Named("none"), Named(&first[..10]), Named("--x"), Named(&unknown)]
    {
        let error = cache.mirrors.resolve(&url, revision).unwrap_err();
        assert_eq!((error.code(), error.is_transient()), ("REVISION_NOT_FOUND", false), "{revision:?}");
    }
    let heads = cache.mirrors.heads(&url, &["main", "none", "release/9", "v1", "-x"]).unwrap();
    let heads: Vec<_> = heads.iter().map(|(name, hash)| (name.as_str(), hash)).collect();
    assert_eq!(heads, [("main", &second), ("release/9", &first)]);
}

#[test]
fn a_repository_without_a_commit_has_no_head() {
    let origin = tempfile::tempdir().unwrap();
    git(origin.path(), &["init", "--quiet", "--bare"]);
    let error = cache(options()).mirrors.resolve(&url(origin.path()), Revision::Default).unwrap_err();
    assert_eq!(error.code(), "REVISION_NOT_FOUND");
}

#[test]
fn a_host_that_gives_no_single_commit_gives_everything() {
    let origin = Sandbox::new().file("a.yaml", "1");
    let first = origin.commit("first");
    origin.put("a.yaml", "2");
    let second = origin.commit("second");
    let url = format!("http://{}/.git", serve_as(Manner::Old, &origin.path()));
    let cache = cache(options());
    assert_eq!(cache.mirrors.read_file(&url, &first, "a.yaml").unwrap().unwrap(), b"1");
    assert_eq!(cache.mirrors.read_file(&url, &second, "a.yaml").unwrap().unwrap(), b"2");
    let error = cache.mirrors.ensure(&url, &"ab".repeat(20)).unwrap_err();
    assert_eq!(error.code(), "REVISION_NOT_FOUND");
}

#[test]
fn a_full_mirror_holds_the_parents() {
    let origin = Sandbox::new().file("a.yaml", "1");
    origin.commit("first");
    origin.put("a.yaml", "2");
    let second = origin.commit("second");
    let cache = cache(MirrorOptions { history: History::Full, ..options() });
    cache.mirrors.ensure(&url(&origin.path()), &second).unwrap();
    assert!(!is_shallow(&cache.only()));
    assert_eq!(git(&cache.only(), &["rev-list", "--count", &second]), "2");
}

#[test]
fn repositories_of_the_newer_format_are_read() {
    let origin = Sandbox::new();
    origin.git("", &["init", "--quiet", "--object-format=sha256", "--initial-branch=main"]);
    origin.put("staging/a.yaml", MANIFEST);
    let commit = origin.commit("first");
    assert_eq!(commit.len(), 64);
    let (cache, url) = (cache(options()), url(&origin.path()));
    assert_eq!(cache.mirrors.resolve(&url, Revision::Default).unwrap().commit, commit);
    assert_eq!(paths(&cache.mirrors.read_tree(&url, &commit, "staging").unwrap()), ["a.yaml"]);
}

#[test]
fn what_comes_later_is_fetched_as_a_difference() {
    let origin = Sandbox::new();
    for index in 0..200 {
        // Text that does not compress to nothing.
        let text: String = (0..50).map(|line| source::sha256(format!("{index}/{line}").as_bytes())).collect();
        origin.put(&format!("a/{index}.yaml"), &text);
    }
    let first = origin.commit("first");
    origin.put("a/0.yaml", "new");
    let second = origin.commit("second");
    let (cache, url) = (cache(options()), url(&origin.path()));
    let packs = || {
        let found = fs::read_dir(cache.only().join("objects/pack")).unwrap().map(|entry| entry.unwrap());
        let mut packs: Vec<u64> = found
            .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "pack"))
            .map(|entry| entry.metadata().unwrap().len())
            .collect();
        packs.sort_unstable();
        packs
    };
    cache.mirrors.ensure(&url, &first).unwrap();
    assert!(packs()[0] > 100_000, "{:?}", packs());
    cache.mirrors.ensure(&url, &second).unwrap();
    assert!(packs().len() == 2 && packs()[0] < 10_000, "{:?}", packs());
}
