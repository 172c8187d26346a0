//! A bare repository, as a Git host has it.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use gitops::git::CommandGit;
use source::{MirrorOptions, Reach};

pub(crate) struct RealRepository {
    pub(crate) directory: tempfile::TempDir,
}

impl RealRepository {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let repository = Self { directory };
        let path = repository.path().display().to_string();
        run(repository.directory.path(), &["init", "--quiet", "--bare", "--initial-branch=main", &path], "");
        repository
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("shop.git")
    }

    pub(crate) fn url(&self) -> String {
        self.path().display().to_string()
    }

    /// The command, with a directory of mirrors beside the repository.
    pub(crate) fn command_git(&self, mirrors: &str, seconds: u64) -> CommandGit {
        let deadline = Duration::from_secs(seconds);
        let options = MirrorOptions { reach: Reach::RemoteAndLocal, deadline, ..MirrorOptions::default() };
        CommandGit::open(&self.directory.path().join(mirrors), options).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        run(&self.path(), arguments, "")
    }

    pub(crate) fn try_run(&self, arguments: &[&str]) -> Result<String, String> {
        try_run(&self.path(), arguments, "")
    }

    pub(crate) fn branches(&self) -> Vec<String> {
        let names = self.run(&["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
        names.lines().map(str::to_owned).collect()
    }

    /// Installs a hook of the host.
    pub(crate) fn hook(&self, name: &str, script: &str) {
        let path = self.path().join("hooks").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Makes a commit with the files of its first parent and some changes, and points a branch to it.
    pub(crate) fn commit(
        &self,
        branch: &str,
        parents: &[&str],
        changes: &[(&str, Option<&str>)],
        message: &str,
    ) -> String {
        let index = self.directory.path().join("index");
        let _ = fs::remove_file(&index);
        let with_index = |arguments: &[&str]| {
            let mut command = git(&self.path(), arguments);
            finish(command.env("GIT_INDEX_FILE", &index), "").unwrap()
        };
        if let Some(parent) = parents.first() {
            with_index(&["read-tree", parent]);
        }
        for (path, text) in changes {
            match text {
                Some(text) => {
                    let blob = run(&self.path(), &["hash-object", "-w", "--stdin"], text);
                    with_index(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]);
                }
                None => {
                    let mut command = git(&self.path(), &["update-index", "--index-info"]);
                    let entry = format!("0 {}\t{path}\n", "0".repeat(40));
                    finish(command.env("GIT_INDEX_FILE", &index), &entry).unwrap();
                }
            }
        }
        let tree = with_index(&["write-tree"]);
        let mut arguments = vec!["commit-tree", &tree, "-F", "-"];
        arguments.extend(parents.iter().flat_map(|parent| ["-p", parent]));
        let commit = run(&self.path(), &arguments, message);
        self.run(&["update-ref", &format!("refs/heads/{branch}"), &commit]);
        commit
    }
}

fn git(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
    command.args(["-c", "commit.gpgSign=false"]).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.env_remove("GIT_COMMITTER_NAME");
    command
}

pub(crate) fn run(directory: &Path, arguments: &[&str], input: &str) -> String {
    try_run(directory, arguments, input).unwrap_or_else(|said| panic!("git {arguments:?}: {said}"))
}

fn try_run(directory: &Path, arguments: &[&str], input: &str) -> Result<String, String> {
    finish(&mut git(directory, arguments), input)
}

fn finish(command: &mut Command, input: &str) -> Result<String, String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout).unwrap().trim_end().to_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
