//! Fetching one revision of a remote repository.

use std::path::Path;

use super::command::{git, run};
use super::directory::GitDirectory;
use super::location::GitSource;
use super::{PinnedPath, local};
use crate::error::SourceError;

/// Fetches the revision, and nothing else, into a bare repository in `directory`.
pub(super) fn pin(source: &GitSource, url: &str, directory: &Path) -> Result<PinnedPath, SourceError> {
    let repository = source.repository_shown();
    let failed = |why| SourceError::Git { repository: repository.clone(), why };
    run(git(directory).args(["init", "--quiet", "--bare", "--template="]), &repository)?.map_err(failed)?;
    let mut fetch = git(directory);
    fetch.args(["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--"]);
    fetch.args([url, source.revision()]);
    run(&mut fetch, &repository)?.map_err(|why| match is_unknown_revision(&why) {
        true => {
            SourceError::Revision { repository: repository.clone(), revision: source.revision().to_owned() }
        }
        false => failed(why),
    })?;
    Ok(PinnedPath {
        git: GitDirectory::of_user(directory),
        commit: local::commit(source, directory, "FETCH_HEAD")?,
        path: source.path().to_owned(),
    })
}

/// What `git fetch` says of a revision that the server does not have.
fn is_unknown_revision(complaint: &str) -> bool {
    ["couldn't find remote ref", "not our ref", "unadvertised object", "invalid refspec"]
        .iter()
        .any(|text| complaint.contains(text))
}
