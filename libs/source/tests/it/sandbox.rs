//! A directory to work in, which may be a Git repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use source::{Limits, Located, Resolved, SourceError, SourceTree, Workspace};

/// A manifest, as far as a source is concerned.
pub(crate) const MANIFEST: &str = "kind: Any\n";

pub(crate) struct Sandbox {
    directory: tempfile::TempDir,
    limits: Limits,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), limits: Limits::default() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap()
    }

    pub(crate) fn limit(mut self, file_bytes: u64, total_bytes: u64) -> Self {
        self.limits = Limits { file_bytes, total_bytes };
        self
    }

    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.put(path, text);
        self
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn link(self, path: &str, target: &str) -> Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
        self
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path().join(path)).ok()
    }

    /// Runs git in a directory below the sandbox.
    pub(crate) fn git(&self, directory: &str, arguments: &[&str]) -> String {
        git(&self.path().join(directory), arguments)
    }

    /// Commits everything, in a repository at the top of the sandbox.
    pub(crate) fn commit(&self, message: &str) -> String {
        if !self.path().join(".git").exists() {
            self.git("", &["init", "--quiet", "--initial-branch=main"]);
        }
        self.git("", &["add", "--all"]);
        self.git("", &["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git("", &["rev-parse", "HEAD"])
    }

    pub(crate) fn workspace(&self) -> Workspace {
        Workspace::open(&self.path(), None, self.limits).unwrap()
    }

    pub(crate) fn resolve(&self, argument: &str) -> Result<Resolved, SourceError> {
        self.workspace().resolve(argument, &mut std::io::empty())
    }

    pub(crate) fn locate(&self, argument: &str) -> Located {
        self.workspace().locate(argument).unwrap().unwrap()
    }

    pub(crate) fn base(&self, argument: &str) -> Result<Resolved, SourceError> {
        self.workspace().resolve_base(argument, &mut std::io::empty())
    }

    /// The code and the message of the error that an argument gets.
    pub(crate) fn error(&self, argument: &str) -> (&'static str, String) {
        let error = self.resolve(argument).unwrap_err();
        (error.code(), error.to_string())
    }
}

pub(crate) fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
    let output = command.args(["-c", "commit.gpgSign=false"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn paths(tree: &SourceTree) -> Vec<&str> {
    tree.files.iter().map(|file| file.path.as_str()).collect()
}
