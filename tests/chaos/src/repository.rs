//! A bare repository, as a Git host keeps it, with applications in two environments each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::Failed;
use crate::branches::{Branch, Change, branches};
use crate::git::{git, told};

/// A bare repository.
#[derive(Debug)]
pub struct Repository {
    bare: PathBuf,
    /// Whoever merges into its main branch waits for who does so already.
    merging: Mutex<()>,
    /// What a promotion does to the production of an application, as [`Change::how`] has it.
    how: String,
    /// What was seen of branches, by their heads.
    seen: HashMap<String, Branch>,
}

/// The images of staging and of production, and production's replicas.
const NEW: &str = "registry.example/web:1.2.0";
const OLD: &str = "registry.example/web:1.1.0";
const REPLICAS: u32 = 6;

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
            for (environment, text) in
                [("staging", web("shop-staging", NEW, 2)), ("production", web("shop", OLD, REPLICAS))]
            {
                let folder = work.join(&application).join(environment);
                fs::create_dir_all(&folder)?;
                fs::write(folder.join("web.yaml"), text)?;
            }
        }
        git(&work, &["checkout", "--quiet", "-B", "main"])?;
        git(&work, &["add", "--all"])?;
        git(&work, &["commit", "--quiet", "--message", "The shop"])?;
        git(&work, &["push", "--quiet", "origin", "main"])?;
        // Of staging's manifest the image alone is carried: each environment has its own namespace and replicas.
        let [before, after] = [OLD, NEW].map(|image| content(&bare, &web("shop", image, REPLICAS)));
        let how = format!(":100644 100644 {} {} M", before?, after?);
        Ok(Self { bare, merging: Mutex::new(()), how, seen: HashMap::new() })
    }

    /// What the branch of an application's promotion has to change, and nothing else.
    #[must_use]
    pub fn promoted(&self, application: &str) -> Change {
        Change { path: format!("{application}/production/web.yaml"), how: self.how.clone() }
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

    /// The branches of promotions, by the promotion. What was seen of a commit stays so, and is not looked at again.
    ///
    /// # Errors
    /// Git fails.
    pub fn pushed(&mut self) -> Result<BTreeMap<String, Branch>, Failed> {
        let format = "--format=%(refname:lstrip=3) %(objectname)";
        let listed = git(&self.bare, &["for-each-ref", format, "refs/heads/plimsoll"])?;
        let named = || listed.lines().filter_map(|line| line.split_once(' '));
        let heads = named().map(|(_, head)| head);
        let new: BTreeSet<&str> = heads.filter(|head| !self.seen.contains_key(*head)).collect();
        if !new.is_empty() {
            self.seen.extend(branches(&self.bare, &new)?);
        }
        let branch = |(name, head): (&str, &str)| Some((name.to_owned(), self.seen.get(head)?.clone()));
        Ok(named().filter_map(branch).collect())
    }
}

/// What Git calls this content.
fn content(bare: &Path, text: &str) -> Result<String, Failed> {
    told(bare, &["hash-object", "--stdin"], text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A branch of a commit each for these, upon the main branch.
    fn push(work: &Path, name: &str, commits: &[&[(&str, &str)]]) {
        git(work, &["checkout", "--quiet", "-b", &format!("plimsoll/{name}"), "main"]).unwrap();
        for files in commits {
            for (path, text) in *files {
                fs::write(work.join(path), text).unwrap();
            }
            git(work, &["add", "--all"]).unwrap();
            git(work, &["commit", "--quiet", "--message", "Promote"]).unwrap();
        }
        git(work, &["push", "--quiet", "origin", &format!("plimsoll/{name}")]).unwrap();
    }

    #[test]
    fn commits_of_a_branch_are_counted_whether_it_is_merged_or_not() {
        let directory = tempfile::tempdir().unwrap();
        let names = ["a", "b"].map(str::to_owned);
        let mut repository = Repository::new(directory.path(), names.into_iter()).unwrap();
        let work = directory.path().join("work");
        push(&work, "a", &[&[("a/production/web.yaml", "0")]]);
        push(&work, "b", &[&[("b/production/web.yaml", "0")], &[("b/production/web.yaml", "1")]]);
        let commits = |repository: &mut Repository| -> Vec<(String, usize)> {
            let pushed = repository.pushed().unwrap();
            pushed.into_iter().map(|(name, branch)| (name, branch.commits)).collect()
        };
        let expected = [("a".to_owned(), 1), ("b".to_owned(), 2)];
        assert_eq!(commits(&mut repository), expected);
        repository.merge("b").unwrap();
        repository.merge("a").unwrap();
        // What was seen, and what is seen by who looks for the first time.
        assert_eq!(commits(&mut repository), expected);
        repository.seen.clear();
        assert_eq!(commits(&mut repository), expected);
        let bare = directory.path().join("shop.git");
        assert_eq!(git(&bare, &["show", "main:a/production/web.yaml"]).unwrap(), "0");
        assert_eq!(git(&bare, &["show", "main:b/production/web.yaml"]).unwrap(), "1");
    }

    const PROMOTED: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 6
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: \"registry.example/web:1.2.0\"  # by CI
";

    #[test]
    fn what_a_branch_changes_is_seen_to_the_byte() {
        let directory = tempfile::tempdir().unwrap();
        let names = ["a", "b", "c"].map(str::to_owned);
        let mut repository = Repository::new(directory.path(), names.into_iter()).unwrap();
        let work = directory.path().join("work");
        push(&work, "a", &[&[("a/production/web.yaml", PROMOTED)]]);
        let replicas_too = PROMOTED.replace("replicas: 6", "replicas: 2");
        push(&work, "b", &[&[("b/production/web.yaml", replicas_too.as_str())]]);
        push(&work, "c", &[&[("c/production/web.yaml", PROMOTED)], &[("c/staging/web.yaml", PROMOTED)]]);
        let changes = |repository: &mut Repository, name: &str| {
            let pushed = repository.pushed().unwrap();
            pushed[name].changes.clone()
        };
        let [a, b, c] = ["a", "b", "c"].map(|name| changes(&mut repository, name));
        assert_eq!(a, [repository.promoted("a")]);
        assert_eq!(b.len(), 1);
        assert_eq!(b[0].path, "b/production/web.yaml");
        assert_ne!(b[0].how, repository.promoted("b").how);
        assert_eq!((c.len(), &c[0], &*c[1].path), (2, &repository.promoted("c"), "c/staging/web.yaml"));
        // What was merged is seen as before, and a branch that has moved anew.
        repository.merge("a").unwrap();
        git(&work, &["checkout", "--quiet", "plimsoll/b"]).unwrap();
        fs::write(work.join("b/production/web.yaml"), PROMOTED).unwrap();
        git(&work, &["commit", "--quiet", "--all", "--message", "Mend"]).unwrap();
        git(&work, &["push", "--quiet", "origin", "plimsoll/b"]).unwrap();
        assert_eq!(changes(&mut repository, "a"), [repository.promoted("a")]);
        assert_eq!(changes(&mut repository, "b"), [repository.promoted("b")]);
        assert_eq!(repository.pushed().unwrap()["b"].commits, 2);
    }
}
