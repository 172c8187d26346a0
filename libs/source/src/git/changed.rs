//! Which files of a working tree are not those of a revision.

use std::path::Path;

use super::command::{git, run};
use crate::error::SourceError;

/// What messages call the repository.
const HERE: &str = ".";

/// The paths from `root` of files that were changed, added or removed since a revision, sorted.
pub(crate) fn since(root: &Path, revision: &str) -> Result<Vec<String>, SourceError> {
    let name = format!("{revision}^{{commit}}");
    let found = run(git(root).args(["rev-parse", "--quiet", "--verify", "--end-of-options", &name]), HERE)?;
    let commit = found
        .map_err(|_| SourceError::Revision { repository: HERE.to_owned(), revision: revision.to_owned() })?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    // A file that was moved is gone from where it was, which a listing of that directory notices.
    let options =
        ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--relative"];
    let mut paths = listed(root, &[options.as_slice(), &[commit.as_str(), "--"]].concat())?;
    paths.extend(listed(root, &["ls-files", "-z", "--others", "--exclude-standard"])?);
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// How many commits of `to` that `from` does not have touch the paths; none where Git cannot say.
pub(crate) fn commits(root: &Path, from: &str, to: &str, paths: &[String]) -> Option<usize> {
    let range = format!("{from}..{to}");
    let mut command = git(root);
    command
        .args(["--literal-pathspecs", "rev-list", "--count", "--end-of-options", &range, "--"])
        .args(paths);
    let printed = run(&mut command, HERE).ok()?.ok()?;
    String::from_utf8_lossy(&printed).trim().parse().ok()
}

fn listed(root: &Path, arguments: &[&str]) -> Result<Vec<String>, SourceError> {
    let printed = run(git(root).args(arguments), HERE)?
        .map_err(|why| SourceError::Git { repository: HERE.to_owned(), why })?;
    let paths = printed.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    Ok(paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect())
}
