//! The environments of a repository's files, by discovery.

use std::path::Path;
use std::sync::Arc;

use application::Application;
use discovery::{Chart, Declared, DiscoveryError, Environment, Found, Recipe, Repository};

use crate::error::SourceError;
use crate::git;
use crate::repository::{RepositoryFiles, RepositoryOrigin};

/// The environments of a repository's files.
#[derive(Debug)]
pub struct Environments {
    urls: Vec<String>,
    found: Arc<Found>,
}

impl Environments {
    /// Finds the environments of a working tree; `application` is the `plimsoll.yaml` that holds, with its path in it.
    pub(crate) fn of(files: &RepositoryFiles, application: Option<(&Application, &str)>) -> Self {
        let urls = match files.origin() {
            RepositoryOrigin::WorkingTree(root) if root.join(".git").exists() => git::remote_urls(root),
            _ => Vec::new(),
        };
        Self::of_repository(files, urls, application)
    }

    /// Finds the environments of the files of a repository that has these URLs.
    pub(crate) fn of_repository(
        files: &RepositoryFiles,
        urls: Vec<String>,
        application: Option<(&Application, &str)>,
    ) -> Self {
        let declared = application.map(|(application, file)| Declared { application, file });
        let found = discovery::discover(Repository { files: files.tree(), urls: &urls }, declared);
        Self { urls, found: Arc::new(found) }
    }

    /// The environment that a name means to somebody in a directory of the files; none if there is none.
    pub(crate) fn named(&self, name: &str, directory: &str) -> Result<Option<&Environment>, SourceError> {
        match self.found.environment_near(name, directory) {
            Ok((_, environment)) => Ok(Some(environment)),
            Err(DiscoveryError::Unknown { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The URLs of the repository's remotes.
    #[must_use]
    pub fn urls(&self) -> &[String] {
        &self.urls
    }

    /// All that was found.
    #[must_use]
    pub fn found(&self) -> &Arc<Found> {
        &self.found
    }

    /// The environments that there are.
    pub(crate) fn names(&self) -> Vec<String> {
        self.found.names()
    }

    /// The environment of this name near a path of the files; without one, what lies there. A chart that an environment is
    /// rendered from may lie elsewhere.
    #[must_use]
    pub fn at(&self, files: &RepositoryFiles, path: &str, name: Option<&str>) -> Environment {
        if let Some(Ok((_, named))) = name.map(|name| self.found.environment_near(name, path)) {
            return named.clone();
        }
        let repository = Repository { files: files.tree(), urls: &self.urls };
        discovery::environment_at(repository, &self.found, path, name)
    }
}

/// Where an environment's manifests lie below the root of its files.
pub(crate) fn path_of<'e>(argument: &str, environment: &'e Environment) -> Result<&'e Path, SourceError> {
    let place = || match &environment.recipe {
        Recipe::Elsewhere(elsewhere) => format!("{} of {}", elsewhere.path, elsewhere.repository),
        Recipe::Helm(helm) => match &helm.chart {
            Chart::Remote(chart) => format!("the chart {} of {}", chart.name, chart.repository),
            _ => String::new(),
        },
        _ => String::new(),
    };
    let path = environment.recipe.path().map(Path::new);
    path.ok_or_else(|| SourceError::Elsewhere { argument: argument.to_owned(), place: place() })
}
