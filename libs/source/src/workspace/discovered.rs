//! Environments as discovery finds them in the repository of the working directory.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use discovery::{Environment, Found};

use super::{Named, Resolved, Workspace};
use crate::environments::{self, Environments};
use crate::error::SourceError;
use crate::git::{self, GitSource, changed};
use crate::place::{FoundPath, Spot};
use crate::repository::{self, Located, RepositoryFiles};

/// The repository that the working directory lies in.
#[derive(Debug, Clone)]
pub struct Discovery {
    /// Its files.
    pub files: Arc<RepositoryFiles>,
    /// All that they are found to hold.
    pub found: Arc<Found>,
    /// The working directory in it, with `/`; empty for its root.
    pub directory: String,
    /// The URLs of its remotes.
    pub urls: Vec<String>,
}

impl Workspace {
    /// The repository that the working directory lies in. It is read once.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn discover(&self) -> Result<Discovery, SourceError> {
        let (root, here) = self.repository_root()?;
        let files = self.files_below(root.clone(), &here)?;
        let environments = self.environments_of(&root, &files, Named::Anywhere);
        let (found, urls) = (Arc::clone(environments.found()), environments.urls().to_vec());
        let directory = here.strip_prefix(&root).ok().and_then(Path::to_str).unwrap_or_default();
        Ok(Discovery { files, found, directory: directory.to_owned(), urls })
    }

    /// That repository as it was at a revision.
    ///
    /// # Errors
    /// `REVISION_NOT_FOUND`, `GIT_FAILED`; when its files cannot be read.
    pub fn discover_at(&self, revision: &str) -> Result<Discovery, SourceError> {
        let source = GitSource::parse(&format!(".//@{revision}"))?;
        let (files, _) = git::files(&source, &self.directory, &self.limits)?;
        let found = Arc::clone(Environments::of(&files, None).found());
        Ok(Discovery { files: Arc::new(files), found, directory: String::new(), urls: Vec::new() })
    }

    /// An environment of [`Workspace::discover`] as its branch has it, where environments of one path have a branch each
    /// and another one is checked out.
    ///
    /// # Errors
    /// `REVISION_NOT_FOUND` where there is no such branch; when it cannot be read.
    pub fn of_branch(
        &self,
        discovery: &Discovery,
        environment: &Environment,
    ) -> Result<Option<Located>, SourceError> {
        let (Some(branch), Some(path)) = (discovery.found.branch_of(environment), environment.recipe.path())
        else {
            return Ok(None);
        };
        let (root, _) = self.repository_root()?;
        let files = git::branches::files_of(&root, (branch, path), &self.limits)?;
        Ok(files.map(|files| Located {
            files: Arc::new(files),
            path: path.to_owned(),
            environment: Some(environment.into()),
            found: environment.clone(),
            urls: discovery.urls.clone(),
        }))
    }

    /// A repository in a directory, named from the working directory.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn discover_in(&self, directory: &str) -> Result<Discovery, SourceError> {
        let path = self.directory.join(directory);
        let root = path.canonicalize().map_err(|error| SourceError::unreadable(directory, &error))?;
        let files = self.files_below(root.clone(), &root)?;
        let environments = Environments::of(&files, None);
        let (found, urls) = (Arc::clone(environments.found()), environments.urls().to_vec());
        Ok(Discovery { files, found, directory: String::new(), urls })
    }

    /// Whether an argument of [`Workspace::resolve`] is looked up among what [`Workspace::discover`] finds: it is no
    /// environment of the `plimsoll.yaml` that holds, no path, no repository and not standard input.
    #[must_use]
    pub fn is_looked_up(&self, argument: &str) -> bool {
        let declared = self.application.as_ref().is_some_and(|all| all.environment(argument).is_some());
        !declared
            && argument != "-"
            && !argument.starts_with("git+")
            && !self.directory.join(argument).exists()
    }

    /// Reads an environment of [`Workspace::discover`] as plain manifests.
    ///
    /// # Errors
    /// When it lies elsewhere or cannot be read; `SOURCE_RENDER_UNSUPPORTED` for what has to be rendered.
    pub fn resolve_discovered(&self, environment: &Environment) -> Result<Resolved, SourceError> {
        let Discovery { files, .. } = self.discover()?;
        let (root, _) = self.repository_root()?;
        let below = environments::path_of(&environment.name, environment)?;
        let shown = files.show(below.to_str().unwrap_or_default());
        let found = FoundPath::of_discovered(environment, (&root, below), shown, &environment.name);
        self.read(Spot::Path(found), &mut io::empty())
    }

    /// The files of that repository in which its working tree differs from a revision, those that Git does not know
    /// yet too: their paths from the root.
    ///
    /// # Errors
    /// `REVISION_NOT_FOUND`, `GIT_FAILED`.
    pub fn changed_since(&self, revision: &str) -> Result<Vec<String>, SourceError> {
        changed::since(&self.repository_root()?.0, revision)
    }

    /// How many commits there are between two revisions of that repository that touch these paths, each absolute or
    /// from its root. None where Git does not know.
    #[must_use]
    pub fn commits_between(&self, from: &str, to: &str, paths: &[String]) -> Option<usize> {
        changed::commits(&self.repository_root().ok()?.0, from, to, paths)
    }

    /// The root of the repository that the working directory lies in, and the working directory.
    fn repository_root(&self) -> Result<(PathBuf, PathBuf), SourceError> {
        let unreadable = |error| SourceError::unreadable(&self.directory.display().to_string(), &error);
        let here = self.directory.canonicalize().map_err(unreadable)?;
        Ok((repository::root_of(&here, &[]), here))
    }
}
