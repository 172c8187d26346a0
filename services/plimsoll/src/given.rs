//! A side of a promotion, as it was named: manifests that are read as they stand, or files that are rendered.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use application::Application;
use discovery::{Environment, Reads, Repository, discover};
use source::{Discovery, EnvironmentInfo, Located, RepositoryFiles, RepositoryOrigin, Resolved, SourceError};

use crate::failure::Failure;
use crate::session::Session;

/// A side.
#[derive(Debug)]
pub(crate) enum Given {
    /// Manifests.
    Manifests(Resolved),
    /// Files that are rendered.
    Rendered {
        /// The files of the repository.
        files: Arc<RepositoryFiles>,
        /// How they are rendered.
        found: Box<Environment>,
        /// What people call it.
        shown: String,
        /// Its environment.
        environment: Option<EnvironmentInfo>,
        /// The URLs of the repository's remotes.
        urls: Vec<String>,
    },
}

impl Given {
    /// The side that an argument names.
    pub(crate) fn resolve(session: &Session, argument: &str) -> Result<Self, Failure> {
        match session.workspace.resolve(argument, &mut std::io::stdin()) {
            Err(SourceError::Render { .. }) => Self::rendered(argument, session.workspace.locate(argument)?),
            read => match session.workspace.locate_environment(argument)? {
                Some(located) => Self::rendered(argument, Some(located)),
                None => Ok(Self::Manifests(read?)),
            },
        }
    }

    /// The base that an argument names.
    pub(crate) fn resolve_base(session: &Session, argument: &str) -> Result<Self, Failure> {
        match session.workspace.resolve_base(argument, &mut std::io::stdin()) {
            Err(SourceError::Render { .. }) => {
                Self::rendered(argument, session.workspace.locate_base(argument)?)
            }
            read => match session.workspace.locate_base_environment(argument)? {
                Some(located) => Self::rendered(argument, Some(located)),
                None => Ok(Self::Manifests(read?)),
            },
        }
    }

    fn rendered(argument: &str, located: Option<Located>) -> Result<Self, Failure> {
        let nowhere = || SourceError::NotFound { argument: argument.to_owned(), tried: Vec::new() };
        let Located { files, path, environment, found, urls } = located.ok_or_else(nowhere)?;
        let shown = files.show(&path);
        Ok(Self::Rendered { files, found: Box::new(found), shown, environment, urls })
    }

    /// An environment that was discovered in the working tree.
    pub(crate) fn of_working_tree(
        session: &Session,
        discovery: &Discovery,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        if let Some(located) = session.workspace.of_branch(discovery, environment)? {
            return Self::rendered(&environment.name, Some(located));
        }
        match session.workspace.resolve_discovered(environment) {
            Err(SourceError::Render { .. }) => Ok(Self::of_discovered(discovery, environment)),
            Ok(_) if environment.is_more_than_files() => Ok(Self::of_discovered(discovery, environment)),
            read => Ok(Self::Manifests(read?)),
        }
    }

    /// An environment that was discovered in some files, as it is rendered from them.
    pub(crate) fn of_discovered(discovery: &Discovery, environment: &Environment) -> Self {
        Self::Rendered {
            files: Arc::clone(&discovery.files),
            found: Box::new(environment.clone()),
            shown: discovery.files.show(environment.recipe.path().unwrap_or_default()),
            environment: Some(environment.into()),
            urls: discovery.urls.clone(),
        }
    }

    /// Whether its objects are rendered.
    pub(crate) fn is_rendered(&self) -> bool {
        matches!(self, Self::Rendered { .. })
    }

    /// What people call it.
    pub(crate) fn description(&self) -> &str {
        match self {
            Self::Manifests(resolved) => &resolved.tree.description,
            Self::Rendered { shown, .. } => shown,
        }
    }

    pub(crate) fn environment(&self) -> Option<&EnvironmentInfo> {
        match self {
            Self::Manifests(resolved) => resolved.environment.as_ref(),
            Self::Rendered { environment, .. } => environment.as_ref(),
        }
    }

    /// The files that the side is read from and what was found about it there, if `declares` says that `plimsoll.yaml` names
    /// something for its environment. `argument` is what named the side.
    pub(crate) fn declaring(
        &self,
        session: &Session,
        argument: &str,
        declares: impl Fn(&Application, &application::Environment) -> bool,
    ) -> Result<Option<(Arc<RepositoryFiles>, Environment)>, Failure> {
        if let Self::Rendered { files, found, .. } = self {
            return Ok(Some((Arc::clone(files), (**found).clone())));
        }
        let known = session.workspace.application().zip(self.environment());
        let declared = known.is_some_and(|(application, environment)| {
            let environment = application.environment(&environment.name);
            environment.is_some_and(|environment| declares(application, environment))
        });
        if !declared {
            return Ok(None);
        }
        Ok(session.workspace.locate(argument)?.map(|located| (located.files, located.found)))
    }

    /// The files that other environments of the repository are rendered from.
    pub(crate) fn read_by_others(&self, session: &Session) -> BTreeSet<String> {
        let Self::Rendered { found: ours, files, urls, .. } = self else { return BTreeSet::new() };
        match session.workspace.discover() {
            Ok(here) if Arc::ptr_eq(&here.files, files) => here.found.read_by_others(ours),
            // It lies in another repository, or another commit.
            _ => discover(Repository { files: files.tree(), urls }, None).read_by_others(ours),
        }
    }

    /// A file that is edited, by the path that the plan gives it, as it was read.
    pub(crate) fn bytes(&self, path: &str) -> Option<&[u8]> {
        match self {
            Self::Manifests(Resolved { tree, .. }) => {
                let path = tree.relative(path);
                tree.files.iter().find(|file| file.path == path).map(|file| file.bytes.as_slice())
            }
            Self::Rendered { files, .. } => files.tree().file(path),
        }
    }

    /// A file that is edited, as messages name it.
    pub(crate) fn show(&self, path: &str) -> String {
        match self {
            Self::Manifests(Resolved { tree, .. }) => tree.show(tree.relative(path)),
            Self::Rendered { files, .. } => files.show(path),
        }
    }

    /// A file that is edited, as patches name it.
    pub(crate) fn patch_path(&self, path: &str) -> String {
        match self {
            Self::Manifests(_) => path.to_owned(),
            Self::Rendered { files, .. } => files.patch_path(path),
        }
    }

    /// The directory in which edits are written, and the path of a file below it; none where there is no working tree.
    pub(crate) fn place<'p>(&self, path: &'p str) -> Option<(&Path, &'p str)> {
        match self {
            Self::Manifests(Resolved { tree, .. }) => Some((tree.root.as_deref()?, tree.relative(path))),
            Self::Rendered { files, .. } => match files.origin() {
                RepositoryOrigin::WorkingTree(root) => Some((root, path)),
                RepositoryOrigin::Commit(_) => None,
            },
        }
    }

    /// The commit that it was read from; none for a working tree.
    pub(crate) fn commit(&self) -> Option<&str> {
        match self {
            Self::Manifests(resolved) => resolved.tree.pinned.as_deref(),
            Self::Rendered { files, .. } => match files.origin() {
                RepositoryOrigin::Commit(commit) => Some(commit),
                RepositoryOrigin::WorkingTree(_) => None,
            },
        }
    }

    /// The paths that its history is the history of, each absolute or from the repository's root.
    pub(crate) fn watched(&self) -> Vec<String> {
        match self {
            Self::Manifests(Resolved { tree, .. }) => match &tree.root {
                Some(root) => vec![root.display().to_string()],
                None => vec![tree.prefix.clone()],
            },
            Self::Rendered { found, .. } => {
                let Reads { trees, directories, files } = &found.reads;
                trees.iter().chain(directories).chain(files).cloned().collect()
            }
        }
    }

    /// The side as the stages of a preview take it.
    pub(crate) fn tree(&self) -> preview::Tree<'_> {
        let environment = self.environment();
        let side = preview::Side {
            source: self.description().to_owned(),
            environment: environment.map(|environment| environment.name.clone()),
            namespace: environment.and_then(|environment| environment.namespace.clone()),
            commit: self.commit().map(str::to_owned),
        };
        match self {
            Self::Manifests(Resolved { tree, .. }) => preview::Tree {
                side,
                root: &tree.prefix,
                files: tree.files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())).collect(),
                recipe: None,
            },
            Self::Rendered { files, found, urls, .. } => preview::Tree {
                side,
                root: "",
                files: Vec::new(),
                recipe: Some(preview::Recipe { files: files.tree(), environment: found, urls }),
            },
        }
    }
}
