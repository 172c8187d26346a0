//! A bare repository, as a Git host keeps it, with applications in two environments each.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::Failed;

/// A bare repository.
#[derive(Debug)]
pub struct Repository {
    bare: PathBuf,
    /// Whoever merges into its main branch waits for who does so already.
    merging: Mutex<()>,
}

fn web(namespace: &str, image: &str, replicas: u32) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: {namespace}\nspec:\n  replicas: {replicas}\n  \
         selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata:\n      labels: {{app: web}}\n    spec:\n      containers:\n        \
         - name: web\n          image: \"{image}\"  # by CI\n"
    )
}

impl Repository {
    /// A new one with these applications, each in a directory of its own, so that what is merged of one moves no other: staging runs the new
    /// image, production the old one.
    ///
    /// # Errors
    /// Git fails.
    pub fn new(directory: &Path, applications: impl Iterator<Item = String>) -> Result<Self, Failed> {
        let (bare, work) = (directory.join("shop.git"), directory.join("work"));
        fs::create_dir_all(directory)?;
        git(directory, &["init", "--quiet", "--bare", "--initial-branch=main", "shop.git"])?;
        git(directory, &["clone", "--quiet", "shop.git", "work"])?;
        for application in applications {
            for (environment, text) in [
                ("staging", web("shop-staging", "registry.example/web:1.2.0", 2)),
                ("production", web("shop", "registry.example/web:1.1.0", 6)),
            ] {
                let folder = work.join(&application).join(environment);
                fs::create_dir_all(&folder)?;
                fs::write(folder.join("web.yaml"), text)?;
            }
        }
        git(&work, &["checkout", "--quiet", "-B", "main"])?;
        git(&work, &["add", "--all"])?;
        git(&work, &["commit", "--quiet", "--message", "The shop"])?;
        git(&work, &["push", "--quiet", "origin", "main"])?;
        Ok(Self { bare, merging: Mutex::new(()) })
    }

    /// An application on it. JSON is YAML too.
    #[must_use]
    pub fn application(&self, name: &str) -> Value {
        json!({"apiVersion": "plimsoll.dev/v1", "kind": "Application", "metadata": {"name": name}, "spec": {
            "source": {"repo": self.bare, "render": "plain"},
            "environments": [
                {"name": "staging", "path": format!("{name}/staging"), "cluster": "eu", "namespace": "shop-staging"},
                {"name": "production", "path": format!("{name}/production"), "cluster": "eu", "namespace": "shop"}],
            "promotions": [{"from": "staging", "to": "production", "approvals": 1, "selfApproval": false}]}})
    }

    /// Merges the branch of a promotion into the main branch, as a person does at a Git host.
    ///
    /// # Errors
    /// Git fails.
    pub fn merge(&self, promotion: &str) -> Result<(), Failed> {
        let _turn = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        let branch = format!("refs/heads/plimsoll/{promotion}");
        let head = git(&self.bare, &["rev-parse", "refs/heads/main"])?;
        let tree = git(&self.bare, &["merge-tree", "--write-tree", &head, &branch])?;
        let message = format!("Merge branch 'plimsoll/{promotion}'");
        let commit = ["commit-tree", &tree, "-p", &head, "-p", &branch, "-m", &message];
        let merged = git(&self.bare, &commit)?;
        git(&self.bare, &["update-ref", "refs/heads/main", &merged, &head]).map(drop)
    }

    /// The branches of promotions, by the promotion, with how many commits each has besides those that the main branch had.
    ///
    /// # Errors
    /// Git fails.
    pub fn pushed(&self) -> Result<BTreeMap<String, usize>, Failed> {
        // Each commit, and the one that it was made upon.
        let listed = git(&self.bare, &["rev-list", "--parents", "--all"])?;
        let pair = |line: &'_ str| {
            let mut words = line.split(' ').map(str::to_owned);
            Some((words.next()?, words.next()?))
        };
        let parents: HashMap<String, String> = listed.lines().filter_map(pair).collect();
        let main = git(&self.bare, &["rev-list", "--first-parent", "main"])?;
        let main: HashSet<&str> = main.lines().collect();
        let format = "--format=%(refname:lstrip=3) %(objectname)";
        let listed = git(&self.bare, &["for-each-ref", format, "refs/heads/plimsoll"])?;
        let branch = |line: &str| {
            let (name, head) = line.split_once(' ')?;
            let commits =
                std::iter::successors(Some(head), |commit| parents.get(*commit).map(String::as_str));
            Some((name.to_owned(), commits.take_while(|commit| !main.contains(commit)).count()))
        };
        Ok(listed.lines().filter_map(branch).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_of_a_branch_are_counted_whether_it_is_merged_or_not() {
        let directory = tempfile::tempdir().unwrap();
        let names = ["a", "b"].map(str::to_owned);
        let repository = Repository::new(directory.path(), names.into_iter()).unwrap();
        let work = directory.path().join("work");
        for (name, commits) in [("a", 1), ("b", 2)] {
            git(&work, &["checkout", "--quiet", "-b", &format!("plimsoll/{name}"), "main"]).unwrap();
            for number in 0..commits {
                fs::write(work.join(name).join("production/web.yaml"), format!("{number}")).unwrap();
                git(&work, &["commit", "--quiet", "--all", "--message", "Promote"]).unwrap();
            }
            git(&work, &["push", "--quiet", "origin", &format!("plimsoll/{name}")]).unwrap();
        }
        let expected = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        assert_eq!(repository.pushed().unwrap(), expected);
        repository.merge("b").unwrap();
        repository.merge("a").unwrap();
        assert_eq!(repository.pushed().unwrap(), expected);
        let bare = directory.path().join("shop.git");
        assert_eq!(git(&bare, &["show", "main:a/production/web.yaml"]).unwrap(), "0");
        assert_eq!(git(&bare, &["show", "main:b/production/web.yaml"]).unwrap(), "1");
    }
}
