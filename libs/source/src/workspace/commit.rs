//! A commit that an argument names, with the environments of its files.

use std::path::Path;
use std::sync::Arc;

use file_tree::Found;

use crate::environments::{self, Environments};
use crate::error::SourceError;
use crate::git::{self, GitSource};
use crate::repository::{Located, RepositoryFiles};
use crate::tree::Limits;

/// All files of a commit, and what they are found to hold.
pub(super) struct GitCommit {
    pub(super) files: Arc<RepositoryFiles>,
    /// The path of the argument, from the root of the files.
    pub(super) path: String,
    pub(super) environments: Environments,
}

impl GitCommit {
    pub(super) fn read(source: &GitSource, working: &Path, limits: &Limits) -> Result<Self, SourceError> {
        let (files, path) = git::files(source, working, limits)?;
        let environments = Environments::of(&files, None);
        Ok(Self { files: Arc::new(files), path, environments })
    }

    /// The environment that has the name which stands in the place of a path; none where something lies at the path, or no
    /// environment has that name.
    pub(super) fn environment_named(&self, source: &GitSource) -> Result<Option<Located>, SourceError> {
        if self.files.tree().find(&self.path) != Found::Nothing {
            return Ok(None);
        }
        let name = source.path();
        let near = self.path.strip_suffix(name).unwrap_or_default().trim_end_matches('/');
        let Some(found) = self.environments.named(name, near)? else { return Ok(None) };
        let path = environments::path_of(name, found)?.to_str().unwrap_or_default().to_owned();
        Ok(Some(Located {
            files: Arc::clone(&self.files),
            path,
            environment: Some(found.into()),
            found: found.clone(),
            urls: self.environments.urls().to_vec(),
        }))
    }
}
