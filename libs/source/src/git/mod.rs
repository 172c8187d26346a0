//! Sources in Git: `git+URL//PATH@REV`, of a local or a remote repository, through the `git` command.

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
mod process;

use std::path::Path;

pub(crate) use location::GitSource;
use location::Repository;

use crate::error::SourceError;
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
    match source.repository() {
        Repository::Local(path) => read_of_user(source, &local::pin(source, &working.join(path))?, limits),
        Repository::Remote(url) => {
            let directory = tempfile::tempdir().map_err(|error| SourceError::Git {
                repository: source.repository_shown(),
                why: format!("no temporary directory: {error}"),
            })?;
            read_of_user(source, &fetch::pin(source, url, directory.path())?, limits)
        }
    }
}

fn read_of_user(source: &GitSource, pinned: &PinnedPath, limits: &Limits) -> Result<SourceTree, SourceError> {
    let repository = source.repository_shown();
    let tree = Batch::start(&pinned.git)
        .and_then(|mut batch| read_pinned(source, &pinned.commit, &pinned.path, limits, &mut batch));
    tree.map_err(|error| match error {
        ReadError::Source(error) => error,
        ReadError::NoCommit => SourceError::Revision { repository, revision: pinned.commit.clone() },
        ReadError::Broken(why) | ReadError::NotStarted(why) => SourceError::Git { repository, why },
        ReadError::Expired => SourceError::Git { repository, why: "it took too long".to_owned() },
    })
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
