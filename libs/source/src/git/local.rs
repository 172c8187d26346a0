//! Finding a revision in a repository on this machine.

use std::path::Path;

use super::PinnedPath;
use super::command::{git, run};
use super::directory::GitDirectory;
use super::location::GitSource;
use crate::error::SourceError;
use crate::tree::join;

/// The commit that the revision names. The path of the source is relative to the directory that it names,
/// which need not be the top of its repository.
pub(super) fn pin(source: &GitSource, directory: &Path) -> Result<PinnedPath, SourceError> {
    let repository = source.repository_shown();
    if !directory.is_dir() {
        return Err(SourceError::NotFound { argument: repository, tried: Vec::new() });
    }
    let prefix = run(git(directory).args(["rev-parse", "--show-prefix"]), &repository)?
        .map_err(|why| SourceError::Git { repository: repository.clone(), why })?;
    let prefix = String::from_utf8_lossy(&prefix).trim_end_matches('\n').trim_end_matches('/').to_owned();
    Ok(PinnedPath {
        git: GitDirectory::of_user(directory),
        commit: commit(source, directory, source.revision())?,
        path: join(&prefix, source.path()).trim_end_matches('/').to_owned(),
    })
}

/// The full hash of the commit that a revision names.
pub(super) fn commit(source: &GitSource, directory: &Path, revision: &str) -> Result<String, SourceError> {
    let repository = source.repository_shown();
    let name = format!("{revision}^{{commit}}");
    let found = run(
        git(directory).args(["rev-parse", "--quiet", "--verify", "--end-of-options", &name]),
        &repository,
    )?;
    match found {
        Ok(hash) => Ok(String::from_utf8_lossy(&hash).trim().to_owned()),
        Err(_) => Err(SourceError::Revision { repository, revision: source.revision().to_owned() }),
    }
}
