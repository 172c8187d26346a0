//! A directory to run the command in.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of the error, as `error[CODE]: …` has it.
    pub(crate) fn error_code(&self) -> &str {
        let line = self.err.lines().find_map(|line| line.strip_prefix("error["));
        line.and_then(|line| line.split(']').next()).unwrap_or_default()
    }
}

pub(crate) struct Sandbox {
    directory: tempfile::TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// With a copy of a directory in it.
    pub(crate) fn with_copy(self, from: &Path, to: &str) -> Self {
        copy(from, &self.path().join(to));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.put(path, bytes);
        self
    }

    pub(crate) fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, b"", &[])
    }

    /// Runs in a directory below the sandbox.
    pub(crate) fn run_in(&self, directory: &str, arguments: &[&str]) -> Run {
        self.run_in_with(directory, arguments, &[])
    }

    pub(crate) fn run_in_with(&self, directory: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        run(&self.path().join(directory), arguments, b"", variables)
    }

    pub(crate) fn run_with(&self, arguments: &[&str], input: &[u8], variables: &[(&str, &str)]) -> Run {
        run(self.path(), arguments, input, variables)
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.path()).args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
        let output = command.args(["-c", "commit.gpgSign=false"]).args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits everything.
    pub(crate) fn commit(&self) {
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", "all"]);
    }
}

fn run(directory: &Path, arguments: &[&str], input: &[u8], variables: &[(&str, &str)]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .current_dir(directory)
        .args(arguments)
        .env_remove("NO_COLOR")
        .envs(helm())
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that fails before it reads leaves the pipe closed.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Helm's recorded answers; where they are to be recorded, the program that gives them and where they go.
fn helm() -> Vec<(&'static str, PathBuf)> {
    let answers = workspace().join("tests/helm-answers");
    match std::env::var_os("PLIMSOLL_RECORD_HELM") {
        Some(program) => vec![("PLIMSOLL_HELM", program.into()), ("PLIMSOLL_HELM_CACHE", answers)],
        None => vec![("PLIMSOLL_HELM", answers)],
    }
}

/// The top of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// A Deployment of one container, as small as it gets.
pub(crate) fn deployment(name: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 2\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers:\n      - name: {name}\n        image: {image}\n        resources:\n          requests: {{cpu: 500m, memory: 1Gi}}\n"
    )
}
