//! Where the words of a command line lead.

use std::path::{Path, PathBuf};

use application::{Application, Render};
use discovery::{Environment, Recipe};

use crate::environment::EnvironmentInfo;
use crate::error::SourceError;
use crate::git::GitSource;
use crate::tree::join;

const BY_A_COMMAND: &str = "rendered by a command";

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
    /// The name by which discovery knows the environment, where one was asked for by its name.
    pub(crate) name: Option<String>,
    /// The root of its repository, where the argument says it.
    pub(crate) repository: Option<PathBuf>,
    /// What it is, where `plimsoll.yaml` says that it has to be rendered.
    pub(crate) rendered: Option<&'static str>,
}

impl FoundPath {
    /// An environment that discovery found below the root of a repository, by the name that was asked for.
    pub(crate) fn of_discovered(
        environment: &Environment,
        (root, below): (&Path, &Path),
        shown: String,
        name: &str,
    ) -> Self {
        Self {
            path: root.join(below),
            shown,
            environment: Some(environment.into()),
            name: Some(name.to_owned()),
            repository: Some(root.to_owned()),
            rendered: matches!(environment.recipe, Recipe::Command(_)).then_some(BY_A_COMMAND),
        }
    }
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
        let Some(application) = self.application else { return Ok(None) };
        let Some(environment) = application.environment(name) else { return Ok(None) };
        let found = self.inner(&environment.path)?;
        let rendered = application.render(environment).and_then(what_renders);
        let (environment, name) = (Some(environment.into()), Some(name.to_owned()));
        Ok(Some(FoundPath { environment, name, rendered, ..found }))
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
        Ok(FoundPath { path: full, shown, environment, name: None, repository: None, rendered: None })
    }
}

/// What `plimsoll.yaml` says that has to be rendered; none of manifests that are read as they stand.
pub(crate) fn what_renders(render: &Render) -> Option<&'static str> {
    match render {
        Render::Plain => None,
        Render::Kustomize => Some("a Kustomize overlay"),
        Render::Helm => Some("a Helm chart"),
        Render::Command(_) => Some(BY_A_COMMAND),
    }
}
