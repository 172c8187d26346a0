//! A bare repository, as a Git host keeps it, with an application in two environments.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::Failed;

/// A bare repository.
#[derive(Debug)]
pub struct Repository {
    bare: PathBuf,
}

fn web(namespace: &str, image: &str, replicas: u32) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: {namespace}\nspec:\n  replicas: {replicas}\n  \
         selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata:\n      labels: {{app: web}}\n    spec:\n      containers:\n        \
         - name: web\n          image: \"{image}\"  # by CI\n"
    )
}

impl Repository {
    /// A new one: staging runs the new image, production the old one.
    ///
    /// # Errors
    /// Git fails.
    pub fn new(directory: &Path) -> Result<Self, Failed> {
        let (bare, work) = (directory.join("shop.git"), directory.join("work"));
        fs::create_dir_all(directory)?;
        git(directory, &["init", "--quiet", "--bare", "--initial-branch=main", "shop.git"])?;
        git(directory, &["clone", "--quiet", "shop.git", "work"])?;
        for (path, text) in [
            ("staging/web.yaml", web("shop-staging", "registry.example/web:1.2.0", 2)),
            ("production/web.yaml", web("shop", "registry.example/web:1.1.0", 6)),
        ] {
            let path = work.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&work))?;
            fs::write(path, text)?;
        }
        git(&work, &["checkout", "--quiet", "-B", "main"])?;
        git(&work, &["add", "--all"])?;
        git(&work, &["commit", "--quiet", "--message", "The shop"])?;
        git(&work, &["push", "--quiet", "origin", "main"])?;
        Ok(Self { bare })
    }

    /// An application on it. JSON is YAML too.
    #[must_use]
    pub fn application(&self, name: &str) -> Value {
        json!({"apiVersion": "plimsoll.dev/v1", "kind": "Application", "metadata": {"name": name}, "spec": {
            "source": {"repo": self.bare, "render": "plain"},
            "environments": [
                {"name": "staging", "path": "staging", "cluster": "eu", "namespace": "shop-staging"},
                {"name": "production", "path": "production", "cluster": "eu", "namespace": "shop"}],
            "promotions": [{"from": "staging", "to": "production", "approvals": 1, "selfApproval": false}]}})
    }

    /// The branches of promotions, by the promotion, with how many commits each has.
    ///
    /// # Errors
    /// Git fails.
    pub fn pushed(&self) -> Result<BTreeMap<String, usize>, Failed> {
        let format = "--format=%(refname:lstrip=3) %(ahead-behind:main)";
        // Git before 2.41 cannot say it of all at once.
        if let Ok(listed) = git(&self.bare, &["for-each-ref", format, "refs/heads/plimsoll"]) {
            let branch = |line: &str| {
                let mut words = line.split(' ');
                Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
            };
            return Ok(listed.lines().filter_map(branch).collect());
        }
        let mut pushed = BTreeMap::new();
        let listed =
            git(&self.bare, &["for-each-ref", "--format=%(refname:lstrip=3)", "refs/heads/plimsoll"])?;
        for name in listed.lines() {
            let count = git(&self.bare, &["rev-list", "--count", &format!("main..plimsoll/{name}")])?;
            pushed.insert(name.to_owned(), count.parse()?);
        }
        Ok(pushed)
    }
}

fn git(directory: &Path, arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(["-c", "user.name=mira", "-c", "user.email=mira@shop.example", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?.trim().to_owned()),
        false => Err(format!("git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}
