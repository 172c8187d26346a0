//! An example application, as its Git history leaves it, against what was worked out by hand: `examples/NAME/expected*`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::sandbox::{Run, Sandbox, workspace};
use crate::scenarios::{differing_files, tree};

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// An example in a repository of its own.
pub(crate) struct Example {
    name: &'static str,
    sandbox: Sandbox,
    base: &'static str,
    /// What the program finds in its environment besides.
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl Example {
    /// The repository that `scripts/demo-history.sh` makes.
    pub(crate) fn with_history(name: &'static str) -> Self {
        let sandbox = Sandbox::new();
        let made = Command::new("bash")
            .arg(workspace().join("scripts/demo-history.sh"))
            .args([name.as_ref(), sandbox.path().join(name).as_os_str()])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self { name, sandbox, base: "git+.//staging@promoted-1", variables: Vec::new() }
    }

    /// The folder itself, which holds the last promotion at `base`.
    pub(crate) fn as_folder(name: &'static str, base: &'static str) -> Self {
        let sandbox = Sandbox::new().with_copy(&folder(name), name);
        Self { name, sandbox, base, variables: Vec::new() }
    }

    /// The repository.
    pub(crate) fn path(&self) -> PathBuf {
        self.sandbox.path().join(self.name)
    }

    /// Runs the command in the repository.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let variables: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.sandbox.run_in_with(self.name, arguments, &variables)
    }

    /// Previews the promotion to production.
    pub(crate) fn preview(&self, more: &[&str]) -> Run {
        let promotion = ["preview", "--from", "staging", "--to", "production", "--base", self.base];
        self.run(&[&promotion, more].concat())
    }

    /// Holds the lists of the plan against those that were worked out. The findings are given back.
    pub(crate) fn finds_what_was_worked_out(&self) -> Vec<Value> {
        let expected = fs::read_to_string(folder(self.name).join("expected.json")).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let run = self.preview(&["--format", "json"]);
        assert_eq!(run.code, expected["exit"], "{}", run.err);
        let document = run.json();
        for list in ["carried", "kept", "pending", "candidates", "blocked"] {
            let sorted = |items: &Value, place: fn(&Value) -> Value| {
                let mut places: Vec<String> =
                    items.as_array().unwrap().iter().map(|i| place(i).to_string()).collect();
                places.sort();
                places
            };
            let found = sorted(&document["plan"][list], |item| item["place"].clone());
            assert_eq!(found, sorted(&expected[list], Value::clone), "{list}");
        }
        document["findings"].as_array().unwrap().clone()
    }

    /// The files of the repository.
    pub(crate) fn files(&self) -> Files {
        let mut files = tree(&self.path());
        files.retain(|path, _| !path.starts_with(".git"));
        files
    }

    /// Holds the files against those that were edited by hand, which were `before`.
    pub(crate) fn is_edited_as_by_hand(&self, before: Files) {
        let mut wanted = before;
        wanted.extend(tree(&folder(self.name).join("expected")));
        let removed = wanted.remove(Path::new("removed")).unwrap_or_default();
        for removed in String::from_utf8(removed).unwrap().lines() {
            assert!(wanted.remove(Path::new(removed)).is_some(), "{removed} is in no tree");
        }
        let differences = differing_files(&wanted, &self.files());
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }
}

fn folder(name: &str) -> PathBuf {
    workspace().join("examples").join(name)
}
