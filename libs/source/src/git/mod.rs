//! Sources in Git: `git+URL//PATH@REV`, of a local or a remote repository, through the `git` command.

pub(crate) mod branches;
pub(crate) mod changed;
pub(crate) mod command;
mod contents;
pub(crate) mod credentials;
pub(crate) mod directory;
pub(crate) mod entries;
mod fetch;
mod listing;
mod local;
pub(crate) mod locate;
mod location;
pub(crate) mod objects;

use std::path::Path;

pub(crate) use location::GitSource;
use location::Repository;
use tempfile::TempDir;

use crate::error::SourceError;
use crate::repository::{self, RepositoryFiles};
use crate::tree::{Limits, Shown, SourceTree};
use directory::GitDirectory;
use objects::{Batch, ReadError};

/// A path in a commit of a repository on this machine.
struct PinnedPath {
    /// Where Git is run.
    git: GitDirectory,
    /// The full hash.
    commit: String,
    /// The path inside the repository, with `/`; empty for its root.
    path: String,
}

/// Reads a source from Git. Relative repositories are those below `working`.
pub(crate) fn read(source: &GitSource, working: &Path, limits: &Limits) -> Result<SourceTree, SourceError> {
    // The directory goes when the source has been read.
    let (pinned, _fetched) = pin(source, working)?;
    let tree = Batch::start(&pinned.git)
        .and_then(|mut batch| read_pinned(source, &pinned.commit, &pinned.path, limits, &mut batch));
    tree.map_err(|error| error.of_user(&source.repository_shown(), &pinned.commit))
}

/// All files of the commit that a source is of, and the source's path in them.
pub(crate) fn files(
    source: &GitSource,
    working: &Path,
    limits: &Limits,
) -> Result<(RepositoryFiles, String), SourceError> {
    // The directory goes when the files have been read.
    let (PinnedPath { git, commit, path }, _fetched) = pin(source, working)?;
    let shown = source.repository_shown();
    let gathered =
        Batch::start(&git).and_then(|mut batch| repository::read_commit(&commit, &shown, limits, &mut batch));
    let gathered = gathered.map_err(|error| error.of_user(&shown, &commit))?;
    let prefix = path.strip_suffix(source.path()).unwrap_or_default().trim_end_matches('/').to_owned();
    Ok((RepositoryFiles::of_commit(gathered, commit, source.root_shown_around(), prefix), path))
}

/// What `git ls-files` says of a working tree: each path that is ignored, with a NUL behind it, and a `/` behind those
/// of directories.
pub(crate) fn list_ignored(root: &Path) -> Option<Vec<u8>> {
    let mut list = command::git(root);
    list.args(["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"]);
    command::run(&mut list, "").ok()?.ok()
}

/// The URLs of a working tree's remotes. None where Git cannot say.
pub(crate) fn remote_urls(root: &Path) -> Vec<String> {
    let mut list = command::git(root);
    list.args(["config", "--null", "--get-regexp", r"^remote\..*\.url$"]);
    let listed = command::run(&mut list, "").ok().and_then(Result::ok).unwrap_or_default();
    let entries = listed.split(|byte| *byte == 0).filter_map(|entry| std::str::from_utf8(entry).ok());
    entries.filter_map(|entry| entry.split_once('\n')).map(|(_, url)| url.to_owned()).collect()
}

/// The commit of a source; where it was fetched, the directory that it was fetched into.
fn pin(source: &GitSource, working: &Path) -> Result<(PinnedPath, Option<TempDir>), SourceError> {
    match source.repository() {
        Repository::Local(path) => Ok((local::pin(source, &working.join(path))?, None)),
        Repository::Remote(url) => {
            let directory = tempfile::tempdir().map_err(|error| SourceError::Git {
                repository: source.repository_shown(),
                why: format!("no temporary directory: {error}"),
            })?;
            Ok((fetch::pin(source, url, directory.path())?, Some(directory)))
        }
    }
}

/// Reads the manifests below a path of a commit, with one process.
pub(crate) fn read_pinned(
    source: &GitSource,
    commit: &str,
    path: &str,
    limits: &Limits,
    batch: &mut Batch,
) -> Result<SourceTree, ReadError> {
    let description = source.to_string();
    let listed = listing::list(source, commit, path, batch)?;
    let files = contents::read(source, &listed, limits, batch)?;
    if files.is_empty() {
        return Err(SourceError::Empty { description }.into());
    }
    let (before, after) = source.shown_around(listed.is_file);
    let prefix = match (listed.is_file, listed.root.rsplit_once('/')) {
        (false, _) => listed.root,
        (true, Some((parent, _))) => parent.to_owned(),
        (true, None) => String::new(),
    };
    Ok(SourceTree {
        description,
        files,
        pinned: Some(commit.to_owned()),
        root: None,
        prefix,
        shown: Shown { before, after },
    })
}
