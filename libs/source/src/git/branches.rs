//! The branches of a working tree, where environments have one each.

use std::path::Path;

use super::{GitSource, command, files};
use crate::error::SourceError;
use crate::repository::RepositoryFiles;
use crate::tree::Limits;

/// All files of the branch of a repository, its own or else that of `origin`. None where the branch is checked out, so
/// that the working tree is meant, and where there is no repository.
///
/// # Errors
/// `REVISION_NOT_FOUND` where there is no such branch; when it cannot be read.
pub(crate) fn files_of(
    root: &Path,
    (branch, path): (&str, &str),
    limits: &Limits,
) -> Result<Option<RepositoryFiles>, SourceError> {
    if !root.join(".git").exists() || checked_out(root).as_deref() == Some(branch) {
        return Ok(None);
    }
    let read = |revision: &str| {
        let source = GitSource::parse(&format!(".//{path}@{revision}"))?;
        files(&source, root, limits).map(|(files, _)| Some(files))
    };
    match read(branch) {
        Err(SourceError::Revision { .. }) => read(&format!("origin/{branch}")),
        read => read,
    }
}

/// The branch of a working tree; none where a commit is checked out.
fn checked_out(root: &Path) -> Option<String> {
    let mut ask = command::git(root);
    ask.args(["symbolic-ref", "--quiet", "--short", "HEAD"]);
    let branch = command::run(&mut ask, "").ok()?.ok()?;
    Some(String::from_utf8(branch).ok()?.trim().to_owned())
}
