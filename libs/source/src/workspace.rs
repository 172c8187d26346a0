//! From the words of a command line to sources.

mod commit;
mod discovered;

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use application::Application;

use crate::directory;
use crate::environment::EnvironmentInfo;
use crate::environments::{self, Environments};
use crate::error::SourceError;
use crate::file;
use crate::git::{self, GitSource};
use crate::input;
use crate::place::{FoundPath, Place, Spot, what_renders};
use crate::repository::{self, Located, RepositoryFiles, RepositoryOrigin};
use crate::tree::{Limits, SourceTree, join};
use commit::GitCommit;
pub use discovered::Discovery;

/// Where sources are looked for: a working directory, and the `plimsoll.yaml` that holds there.
#[derive(Debug)]
pub struct Workspace {
    directory: PathBuf,
    /// The directory of `plimsoll.yaml`, as messages name it.
    application_directory: String,
    /// `plimsoll.yaml`, as messages name it.
    application_file: String,
    application: Option<Application>,
    limits: Limits,
    /// The working trees that have been read, by their roots.
    repositories: Mutex<HashMap<PathBuf, Arc<RepositoryFiles>>>,
    /// The environments of those, by their roots.
    environments: Mutex<HashMap<PathBuf, Arc<Environments>>>,
}

/// A source, and which environment it is.
#[derive(Debug)]
pub struct Resolved {
    /// Its files.
    pub tree: SourceTree,
    /// Its environment; none for standard input.
    pub environment: Option<EnvironmentInfo>,
}

impl Workspace {
    /// Opens a working directory. `application` names a `plimsoll.yaml`; without it, the one in the directory
    /// is read if there is one.
    ///
    /// # Errors
    /// When the file that is named does not exist, or the one that is read is wrong.
    pub fn open(directory: &Path, application: Option<&str>, limits: Limits) -> Result<Self, SourceError> {
        let shown = application.unwrap_or(application::FILE_NAME);
        let path = directory.join(shown);
        let mut workspace = Self {
            application_directory: parent(shown).to_owned(),
            application_file: shown.to_owned(),
            ..Self::open_bare(directory, limits)
        };
        if application.is_some() || path.exists() {
            workspace.application = Some(read_application(&path, shown, &limits)?);
        }
        Ok(workspace)
    }

    /// Opens a working directory without looking for a `plimsoll.yaml`.
    #[must_use]
    pub fn open_bare(directory: &Path, limits: Limits) -> Self {
        Self {
            directory: directory.to_owned(),
            application_directory: String::new(),
            application_file: application::FILE_NAME.to_owned(),
            application: None,
            limits,
            repositories: Mutex::default(),
            environments: Mutex::default(),
        }
    }

    /// The application, where there is a `plimsoll.yaml`.
    #[must_use]
    pub fn application(&self) -> Option<&Application> {
        self.application.as_ref()
    }

    /// Reads the source that an argument names: `ENVIRONMENT | PATH | - | git+URL//PATH@REV`. An environment
    /// of `plimsoll.yaml` goes before a path of the same name. `input` is read for `-`.
    ///
    /// # Errors
    /// When there is no such source, or it cannot be read as plain manifests.
    pub fn resolve(&self, argument: &str, input: &mut dyn Read) -> Result<Resolved, SourceError> {
        self.read(self.find(argument)?, input)
    }

    /// Reads the base of a promotion: a path, `git+URL//PATH@REV`, or `ROOT//PATH|ENVIRONMENT`, in which the
    /// environment is looked up in the `plimsoll.yaml` of that root.
    ///
    /// # Errors
    /// When there is no such source, or it cannot be read as plain manifests.
    pub fn resolve_base(&self, argument: &str, input: &mut dyn Read) -> Result<Resolved, SourceError> {
        self.read(self.find_base(argument)?, input)
    }

    /// Finds the source that an argument of [`Workspace::resolve`] names in the files of its repository, for a render.
    /// None for standard input, which lies in none.
    ///
    /// # Errors
    /// When there is no such source, or its repository cannot be read.
    pub fn locate(&self, argument: &str) -> Result<Option<Located>, SourceError> {
        self.locate_spot(self.find(argument)?)
    }

    /// The environment that an argument names, where more is known of it than its directory says: something is laid over
    /// its manifests, or stands for `${NAME}` in them, or somebody else writes them.
    ///
    /// # Errors
    /// As [`Workspace::locate`].
    pub fn locate_environment(&self, argument: &str) -> Result<Option<Located>, SourceError> {
        self.more_than_files(self.find(argument)?)
    }

    /// [`Workspace::locate_environment`] for an argument of [`Workspace::resolve_base`].
    ///
    /// # Errors
    /// As [`Workspace::locate`].
    pub fn locate_base_environment(&self, argument: &str) -> Result<Option<Located>, SourceError> {
        self.more_than_files(self.find_base(argument)?)
    }

    fn more_than_files(&self, spot: Spot) -> Result<Option<Located>, SourceError> {
        let is_named = matches!(&spot, Spot::Path(found) if found.name.is_some());
        let may_be_more = match &spot {
            Spot::Input => false,
            Spot::Git(source) => source.is_local(),
            Spot::Path(found) => found.name.is_some() || self.is_hydrated(&found.path),
        };
        let located = if may_be_more { self.locate_spot(spot)? } else { None };
        let is_of_branch = |located: &Located| matches!(located.files.origin(), RepositoryOrigin::Commit(_));
        Ok(located.filter(|located| located.found.is_more_than_files() || is_named && is_of_branch(located)))
    }

    /// Whether a hydrator has written a directory of the working tree.
    fn is_hydrated(&self, path: &Path) -> bool {
        let inside = path.ancestors().take_while(|above| above.starts_with(&self.directory));
        inside.into_iter().any(|above| above.join(discovery::HYDRATOR_METADATA).exists())
    }

    /// [`Workspace::locate`] for an argument of [`Workspace::resolve_base`]. A `ROOT` that is given is the repository's.
    ///
    /// # Errors
    /// As [`Workspace::locate`].
    pub fn locate_base(&self, argument: &str) -> Result<Option<Located>, SourceError> {
        self.locate_spot(self.find_base(argument)?)
    }

    fn find(&self, argument: &str) -> Result<Spot, SourceError> {
        if argument == "-" {
            return Ok(Spot::Input);
        }
        if let Some(text) = argument.strip_prefix("git+") {
            return Ok(Spot::Git(GitSource::parse(text)?));
        }
        let (root, shown) = (self.directory.join(&self.application_directory), &self.application_directory);
        let place = Place { root: &root, shown, application: self.application.as_ref() };
        if let Some(found) = place.environment(argument)? {
            return Ok(Spot::Path(found));
        }
        let path = self.directory.join(argument);
        if path.exists() {
            return self.find_path(path, argument).map(Spot::Path);
        }
        match self.find_named(argument, &self.directory, "")? {
            Ok(found) => Ok(Spot::Path(found)),
            Err(known) => Err(self.not_found(argument, &known)),
        }
    }

    /// The environment of this name in the files that a directory lies in, or the names of those that there are.
    fn find_named(
        &self,
        name: &str,
        directory: &Path,
        shown: &str,
    ) -> Result<Result<FoundPath, Vec<String>>, SourceError> {
        let is_file = [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end));
        if is_file
            || name.contains('\\')
            || name.split('/').any(|part| part.is_empty() || part.starts_with('.'))
        {
            return Ok(Err(Vec::new()));
        }
        let unreadable = |error| SourceError::unreadable(&directory.display().to_string(), &error);
        let here = directory.canonicalize().map_err(unreadable)?;
        let working = self.directory.canonicalize().map_err(unreadable)?;
        let root = if shown.is_empty() { repository::root_of(&here, &[]) } else { here.clone() };
        let files = self.files_below(root.clone(), &working)?;
        let environments = self.environments_of(&root, &files, Named::Anywhere);
        let near = here.strip_prefix(&root).ok().and_then(Path::to_str).unwrap_or_default();
        let Some(found) = environments.named(name, near)? else { return Ok(Err(environments.names())) };
        let below = environments::path_of(name, found)?;
        let shown = files.show(below.to_str().unwrap_or_default());
        Ok(Ok(FoundPath::of_discovered(found, (&root, below), shown, name)))
    }

    fn find_base(&self, argument: &str) -> Result<Spot, SourceError> {
        match argument.split_once("//").filter(|_| !argument.starts_with("git+")) {
            None => self.find(argument),
            Some((root, inner)) => self.find_below(argument, root, inner.trim_matches('/')).map(Spot::Path),
        }
    }

    fn find_below(&self, argument: &str, root: &str, inner: &str) -> Result<FoundPath, SourceError> {
        let directory = self.directory.join(root);
        let not_found = || SourceError::NotFound { argument: argument.to_owned(), tried: Vec::new() };
        if !directory.is_dir() {
            return Err(not_found());
        }
        if inner.split('/').any(|part| part == "..") {
            return Err(SourceError::Outside { path: inner.to_owned(), root: root.to_owned() });
        }
        let file = directory.join(application::FILE_NAME);
        let application = match file.exists() {
            true => Some(read_application(&file, &join(root, application::FILE_NAME), &self.limits)?),
            false => None,
        };
        let place = Place { root: &directory, shown: root, application: application.as_ref() };
        let found = match place.environment(inner)? {
            Some(found) => found,
            None if directory.join(inner).exists() => place.inner(inner)?,
            None => self.find_named(inner, &directory, root)?.map_err(|_| not_found())?,
        };
        Ok(FoundPath { repository: Some(directory), ..found })
    }

    fn find_path(&self, path: PathBuf, shown: &str) -> Result<FoundPath, SourceError> {
        let canonical = path.canonicalize().map_err(|error| SourceError::unreadable(shown, &error))?;
        let below = self.directory.join(&self.application_directory);
        let known = self.application.as_ref().and_then(|application| {
            application.spec.environments.iter().find(|environment| {
                below.join(&environment.path).canonicalize().is_ok_and(|path| path == canonical)
            })
        });
        let environment = known.map(EnvironmentInfo::from).or_else(|| EnvironmentInfo::named_by(&canonical));
        let render = known.and_then(|known| self.application.as_ref()?.render(known));
        let rendered = render.and_then(what_renders);
        let name = known.map(|known| known.name.clone());
        let shown = shown.to_owned();
        Ok(FoundPath { path, shown, environment, name, repository: None, rendered })
    }

    fn read(&self, spot: Spot, input: &mut dyn Read) -> Result<Resolved, SourceError> {
        match spot {
            Spot::Input => Ok(Resolved { tree: input::read(input, &self.limits)?, environment: None }),
            Spot::Git(source) => match git::read(&source, &self.directory, &self.limits) {
                Err(SourceError::NotFound { .. }) if self.is_name_in_git(&source)? => {
                    let directory = source.to_string();
                    Err(SourceError::Render { directory, what: "the name of an environment" })
                }
                read => {
                    let tree = read?;
                    let environment = self.environment_of(&source, &tree.prefix);
                    Ok(Resolved { tree, environment })
                }
            },
            Spot::Path(FoundPath { shown: directory, rendered: Some(what), .. }) => {
                Err(SourceError::Render { directory, what })
            }
            Spot::Path(FoundPath { path, shown, environment, .. }) => {
                let tree = directory::read(&path, &shown, &self.directory, &self.limits)?;
                Ok(Resolved { tree, environment })
            }
        }
    }

    fn locate_spot(&self, spot: Spot) -> Result<Option<Located>, SourceError> {
        match spot {
            Spot::Input => Ok(None),
            Spot::Git(source) => {
                let commit = GitCommit::read(&source, &self.directory, &self.limits)?;
                if let Some(located) = commit.environment_named(&source)? {
                    return Ok(Some(located));
                }
                let GitCommit { files, path, environments } = commit;
                let environment = self.environment_of(&source, &path);
                let (found, urls) = (environments.at(&files, &path, None), environments.urls().to_vec());
                Ok(Some(Located { files, path, environment, found, urls }))
            }
            Spot::Path(found) => self.locate_path(found).map(Some),
        }
    }

    fn locate_path(&self, found: FoundPath) -> Result<Located, SourceError> {
        let FoundPath { path, shown, environment, name, repository, .. } = found;
        let canonical =
            |path: &Path| path.canonicalize().map_err(|error| SourceError::unreadable(&shown, &error));
        let (path, working) = (canonical(&path)?, canonical(&self.directory)?);
        let root = match repository {
            Some(root) => canonical(&root)?,
            None => {
                let application = canonical(&self.directory.join(&self.application_directory))?;
                repository::root_of(&path, &[&application, &working])
            }
        };
        let outside = || SourceError::Outside { path: shown.clone(), root: root.display().to_string() };
        let below = path.strip_prefix(&root).ok().and_then(Path::to_str).ok_or_else(outside)?.to_owned();
        let files = self.files_below(root.clone(), &working)?;
        let environments = self.environments_of(&root, &files, Named::Declared);
        let (found, urls) = (environments.at(&files, &below, name.as_deref()), environments.urls().to_vec());
        let branch = environments.found().branch_of(&found).filter(|_| name.is_some());
        let of_branch = match branch {
            Some(branch) => git::branches::files_of(&root, (branch, &below), &self.limits)?,
            None => None,
        };
        let files = of_branch.map_or(files, Arc::new);
        Ok(Located { files, path: below, environment, found, urls })
    }

    /// The environments of a working tree; those of the `plimsoll.yaml` alone, where that lies in it and is asked for.
    fn environments_of(&self, root: &Path, files: &RepositoryFiles, which: Named) -> Arc<Environments> {
        let file = self.directory.join(&self.application_file).canonicalize().ok();
        let file = file.as_ref().and_then(|file| file.strip_prefix(root).ok()?.to_str());
        let declared = self.application.as_ref().zip(file).filter(|_| which == Named::Declared);
        let key = if declared.is_some() { root.join(&self.application_file) } else { root.to_owned() };
        let mut known = self.environments.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.entry(key).or_insert_with(|| Arc::new(Environments::of(files, declared)));
        Arc::clone(found)
    }

    /// A working tree is read once: the environments of an application mostly lie in one.
    fn files_below(&self, root: PathBuf, working: &Path) -> Result<Arc<RepositoryFiles>, SourceError> {
        let mut read = self.repositories.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(files) = read.get(&root) {
            return Ok(Arc::clone(files));
        }
        let files = Arc::new(RepositoryFiles::of_directory(&root, working, &self.limits)?);
        read.insert(root, Arc::clone(&files));
        Ok(files)
    }

    /// Whether an environment of a commit has the name that stands in the place of a path.
    fn is_name_in_git(&self, source: &GitSource) -> Result<bool, SourceError> {
        let commit = GitCommit::read(source, &self.directory, &self.limits)?;
        Ok(commit.environment_named(source)?.is_some())
    }

    fn environment_of(&self, source: &GitSource, path: &str) -> Option<EnvironmentInfo> {
        let known = self.application.as_ref().and_then(|application| {
            application.spec.environments.iter().find(|known| Path::new(&known.path) == Path::new(path))
        });
        known.map(EnvironmentInfo::from).or_else(|| EnvironmentInfo::named_by(Path::new(source.path())))
    }

    fn not_found(&self, argument: &str, known: &[String]) -> SourceError {
        let places = ["overlays", "envs", "environments"].map(|place| format!("{place}/{argument}"));
        let mut tried = match known.is_empty() {
            true => places.to_vec(),
            false => vec![format!("an environment of this repository ({})", known.join(", "))],
        };
        if let Some(application) = &self.application {
            let names: Vec<&str> = application.spec.environments.iter().map(|e| e.name.as_str()).collect();
            tried.push(format!("an environment of plimsoll.yaml ({})", names.join(", ")));
        }
        SourceError::NotFound { argument: argument.to_owned(), tried }
    }
}

/// Which environments are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// Those of the `plimsoll.yaml` that holds.
    Declared,
    /// All that the files hold.
    Anywhere,
}

fn read_application(path: &Path, shown: &str, limits: &Limits) -> Result<Application, SourceError> {
    if !path.exists() {
        return Err(SourceError::NotFound { argument: shown.to_owned(), tried: Vec::new() });
    }
    let bytes = file::read(path, shown, limits.file_bytes)?;
    Application::read(&bytes).map_err(|error| SourceError::Application { file: shown.to_owned(), error })
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| if parent.is_empty() { "/" } else { parent })
}
