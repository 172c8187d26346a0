//! A repository with an application in two environments: a bare one, as a Git host keeps it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A repository, and a checkout of it in which people work.
pub(crate) struct Repository {
    pub(crate) directory: TempDir,
    pub(crate) bare: PathBuf,
    work: PathBuf,
}

/// A deployment. The comment is where YAML printers lose it.
pub(crate) fn web(namespace: &str, image: &str, replicas: u32) -> String {
    format!(
        "# The shop window.\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: {namespace}\n\
         spec:\n  replicas: {replicas}   # per zone\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata:\n      \
         labels: {{app: web}}\n    spec:\n      containers:\n        - name: web\n          image: \"{image}\"  # by CI\n"
    )
}

pub(crate) const OLD: &str = "registry.example/web:1.1.0";
pub(crate) const NEW: &str = "registry.example/web:1.2.0";

impl Repository {
    /// Staging runs the new image, production the old one.
    pub(crate) fn new() -> Self {
        let repository = Self::empty();
        repository.write("plimsoll.yaml", &repository.application("shop", 1).to_string());
        repository.write("staging/web.yaml", &web("shop-staging", NEW, 2));
        repository.write("production/web.yaml", &web("shop", OLD, 6));
        repository.publish("The shop");
        repository
    }

    /// Nothing is published in it yet.
    pub(crate) fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Postgres' own user passes through to its data below.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(directory.path(), open).unwrap();
        let (bare, work) = (directory.path().join("shop.git"), directory.path().join("work"));
        let repository = Self { directory, bare, work };
        git(repository.directory.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "shop.git"]);
        git(repository.directory.path(), &["clone", "--quiet", "shop.git", "work"]);
        git(&repository.work, &["checkout", "--quiet", "-B", "main"]);
        repository
    }

    /// An application on this repository. JSON is YAML too.
    pub(crate) fn application(&self, name: &str, approvals: u32) -> Value {
        json!({"apiVersion": "plimsoll.dev/v1", "kind": "Application", "metadata": {"name": name}, "spec": {
            "source": {"repo": self.url(), "render": "plain"},
            "environments": [
                {"name": "staging", "path": "staging", "cluster": "eu", "namespace": "shop-staging"},
                {"name": "production", "path": "production", "cluster": "eu", "namespace": "shop"}],
            "promotions": [{"from": "staging", "to": "production", "approvals": approvals, "selfApproval": false}]}})
    }

    pub(crate) fn url(&self) -> &str {
        self.bare.to_str().unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.work.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits what was written, on top of what others have pushed.
    pub(crate) fn publish(&self, message: &str) -> String {
        git(&self.work, &["add", "--all"]);
        git(&self.work, &["commit", "--quiet", "--message", message]);
        git(&self.work, &["push", "--quiet", "origin", "main"]);
        git(&self.work, &["rev-parse", "HEAD"])
    }

    /// Merges a branch as the button of a Git host does that squashes: another commit, without the branch's history.
    pub(crate) fn squash_merge(&self, branch: &str) -> String {
        git(&self.work, &["fetch", "--quiet", "origin"]);
        git(&self.work, &["merge", "--quiet", "--squash", &format!("origin/{branch}")]);
        self.publish("Release (#1)")
    }

    pub(crate) fn read(&self, revision: &str, path: &str) -> String {
        let shown = run(&self.bare, &["show", &format!("{revision}:{path}")]);
        String::from_utf8(shown).unwrap()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.bare, arguments)
    }

    /// The branches of promotions.
    pub(crate) fn branches(&self) -> Vec<String> {
        let listed = self.git(&["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/plimsoll"]);
        listed.lines().map(str::to_owned).collect()
    }
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    String::from_utf8(run(directory, arguments)).unwrap().trim().to_owned()
}

fn run(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(["-c", "user.name=mira", "-c", "user.email=mira@shop.example", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
