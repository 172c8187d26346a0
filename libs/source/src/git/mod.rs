//! Sources in Git: `git+URL//PATH@REV`, of a local or a remote repository, through the `git` command.

mod batch;
mod command;
mod credentials;
mod fetch;
mod listing;
mod local;
mod location;

use std::path::Path;

pub(crate) use location::GitSource;
use location::Repository;

use crate::error::SourceError;
use crate::tree::{Limits, Shown, SourceTree};

/// A commit of a repository on this machine.
struct Pinned {
    /// Where Git is run.
    directory: std::path::PathBuf,
    /// The full hash.
    commit: String,
    /// The path inside the repository, with `/`; empty for its root.
    path: String,
}

/// Reads a source from Git. Relative repositories are those below `working`.
pub(crate) fn read(source: &GitSource, working: &Path, limits: &Limits) -> Result<SourceTree, SourceError> {
    match source.repository() {
        Repository::Local(path) => read_pinned(source, &local::pin(source, &working.join(path))?, limits),
        Repository::Remote(url) => {
            let directory = tempfile::tempdir().map_err(|error| SourceError::Git {
                repository: source.repository_shown(),
                why: format!("no temporary directory: {error}"),
            })?;
            read_pinned(source, &fetch::pin(source, url, directory.path())?, limits)
        }
    }
}

fn read_pinned(source: &GitSource, pinned: &Pinned, limits: &Limits) -> Result<SourceTree, SourceError> {
    let description = source.to_string();
    let listed = listing::list(source, pinned)?;
    let files = batch::read(source, pinned, &listed, limits)?;
    if files.is_empty() {
        return Err(SourceError::Empty { description });
    }
    let (before, after) = source.shown_around(listed.is_file);
    let prefix = match (listed.is_file, pinned.path.rsplit_once('/')) {
        (false, _) => pinned.path.clone(),
        (true, Some((parent, _))) => parent.to_owned(),
        (true, None) => String::new(),
    };
    Ok(SourceTree {
        description,
        files,
        pinned: Some(pinned.commit.clone()),
        root: None,
        prefix,
        shown: Shown { before, after },
    })
}
