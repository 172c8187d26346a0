//! Where the words of a command line lead.

use std::path::{Path, PathBuf};

use application::Application;

use crate::environment::EnvironmentInfo;
use crate::error::SourceError;
use crate::git::GitSource;
use crate::tree::join;

/// Directories that environments are commonly kept in, where no `plimsoll.yaml` says where they are.
pub(crate) const COMMON: [&str; 3] = ["overlays", "envs", "environments"];

/// Where an argument leads.
pub(crate) enum Spot {
    /// Standard input.
    Input,
    Git(GitSource),
    Path(FoundPath),
}

/// A directory or a file that exists.
pub(crate) struct FoundPath {
    pub(crate) path: PathBuf,
    /// The path as messages name it.
    pub(crate) shown: String,
    pub(crate) environment: Option<EnvironmentInfo>,
    /// The root of its repository, where the argument says it.
    pub(crate) repository: Option<PathBuf>,
}

/// A directory in which an environment is looked for.
pub(crate) struct Place<'a> {
    pub(crate) root: &'a Path,
    pub(crate) shown: &'a str,
    pub(crate) application: Option<&'a Application>,
}

impl Place<'_> {
    /// The environment of this name, if the application of this place has one.
    pub(crate) fn environment(&self, name: &str) -> Result<Option<FoundPath>, SourceError> {
        let Some(environment) = self.application.and_then(|application| application.environment(name)) else {
            return Ok(None);
        };
        Ok(Some(FoundPath { environment: Some(environment.into()), ..self.inner(&environment.path)? }))
    }

    /// The directory that environments of this name are commonly kept in.
    pub(crate) fn common(&self, name: &str) -> Result<Option<FoundPath>, SourceError> {
        let exists = |path: &String| self.root.join(path).exists();
        let candidates: Vec<String> = match name.contains(['/', '\\']) || name.starts_with('.') {
            true => Vec::new(),
            false => COMMON.iter().map(|parent| format!("{parent}/{name}")).filter(exists).collect(),
        };
        match candidates.as_slice() {
            [] => Ok(None),
            [path] => self.inner(path).map(Some),
            _ => Err(SourceError::Ambiguous { argument: name.to_owned(), candidates }),
        }
    }

    /// What lies at a path below this place, and does not leave it through a link.
    pub(crate) fn inner(&self, path: &str) -> Result<FoundPath, SourceError> {
        let full = self.root.join(path);
        let shown = match (path, self.shown) {
            ("" | ".", "") => ".".to_owned(),
            ("" | ".", root) => root.to_owned(),
            (path, root) => join(root, path),
        };
        if !full.exists() {
            return Err(SourceError::NotFound { argument: shown, tried: Vec::new() });
        }
        let canonical = |path: &Path| path.canonicalize().map_err(|e| SourceError::unreadable(&shown, &e));
        let (inside, root) = (canonical(&full)?, canonical(self.root)?);
        if !inside.starts_with(root) {
            return Err(SourceError::Outside { path: shown, root: self.shown.to_owned() });
        }
        let environment = EnvironmentInfo::named_by(&inside);
        Ok(FoundPath { path: full, shown, environment, repository: None })
    }
}
