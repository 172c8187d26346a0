//! From the words of a command line to sources.

use std::io::Read;
use std::path::{Path, PathBuf};

use application::Application;

use crate::directory;
use crate::environment::EnvironmentInfo;
use crate::error::SourceError;
use crate::file;
use crate::git::{self, GitSource};
use crate::tree::{Limits, Shown, SourceFile, SourceTree, join};

/// Directories that environments are commonly kept in, where no `plimsoll.yaml` says where they are.
const COMMON: [&str; 3] = ["overlays", "envs", "environments"];

/// Where sources are looked for: a working directory, and the `plimsoll.yaml` that holds there.
#[derive(Debug)]
pub struct Workspace {
    directory: PathBuf,
    /// The directory of `plimsoll.yaml`, as messages name it.
    application_directory: String,
    application: Option<Application>,
    limits: Limits,
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
            directory: directory.to_owned(),
            application_directory: parent(shown).to_owned(),
            application: None,
            limits,
        };
        if application.is_some() || path.exists() {
            workspace.application = Some(read_application(&path, shown, &limits)?);
        }
        Ok(workspace)
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
    /// When there is no such source, or it cannot be read.
    pub fn resolve(&self, argument: &str, input: &mut dyn Read) -> Result<Resolved, SourceError> {
        if argument == "-" {
            return Ok(Resolved { tree: read_input(input, &self.limits)?, environment: None });
        }
        if let Some(text) = argument.strip_prefix("git+") {
            return self.resolve_git(&GitSource::parse(text)?);
        }
        let (root, shown) = (self.directory.join(&self.application_directory), &self.application_directory);
        let place = Place { root: &root, shown, application: self.application.as_ref() };
        if let Some(resolved) = place.environment(argument, self)? {
            return Ok(resolved);
        }
        let path = self.directory.join(argument);
        if path.exists() {
            return self.resolve_path(&path, argument);
        }
        let place = Place { root: &self.directory, shown: "", application: None };
        place.common(argument, self)?.ok_or_else(|| self.not_found(argument))
    }

    /// Reads the base of a promotion: a path, `git+URL//PATH@REV`, or `ROOT//PATH|ENVIRONMENT`, in which the
    /// environment is looked up in the `plimsoll.yaml` of that root.
    ///
    /// # Errors
    /// When there is no such source, or it cannot be read.
    pub fn resolve_base(&self, argument: &str, input: &mut dyn Read) -> Result<Resolved, SourceError> {
        match argument.split_once("//").filter(|_| !argument.starts_with("git+")) {
            None => self.resolve(argument, input),
            Some((root, inner)) => self.resolve_below(argument, root, inner.trim_matches('/')),
        }
    }

    fn resolve_below(&self, argument: &str, root: &str, inner: &str) -> Result<Resolved, SourceError> {
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
        if let Some(resolved) = place.environment(inner, self)? {
            return Ok(resolved);
        }
        match directory.join(inner).exists() {
            true => place.inner(inner, self),
            false => place.common(inner, self)?.ok_or_else(not_found),
        }
    }

    fn resolve_git(&self, source: &GitSource) -> Result<Resolved, SourceError> {
        let tree = git::read(source, &self.directory, &self.limits)?;
        let path = Path::new(&tree.prefix);
        let known = self.application.as_ref().and_then(|application| {
            application.spec.environments.iter().find(|environment| Path::new(&environment.path) == path)
        });
        let environment =
            known.map(EnvironmentInfo::from).or_else(|| EnvironmentInfo::named_by(Path::new(source.path())));
        Ok(Resolved { tree, environment })
    }

    fn resolve_path(&self, path: &Path, shown: &str) -> Result<Resolved, SourceError> {
        let tree = directory::read(path, shown, &self.directory, &self.limits)?;
        let canonical = path.canonicalize().map_err(|error| SourceError::unreadable(shown, &error))?;
        let below = self.directory.join(&self.application_directory);
        let known = self.application.as_ref().and_then(|application| {
            application.spec.environments.iter().find(|environment| {
                below.join(&environment.path).canonicalize().is_ok_and(|path| path == canonical)
            })
        });
        let environment = known.map(EnvironmentInfo::from).or_else(|| EnvironmentInfo::named_by(&canonical));
        Ok(Resolved { tree, environment })
    }

    fn not_found(&self, argument: &str) -> SourceError {
        let mut tried: Vec<String> = COMMON.iter().map(|parent| format!("{parent}/{argument}")).collect();
        if let Some(application) = &self.application {
            let names: Vec<&str> = application.spec.environments.iter().map(|e| e.name.as_str()).collect();
            tried.push(format!("an environment of plimsoll.yaml ({})", names.join(", ")));
        }
        SourceError::NotFound { argument: argument.to_owned(), tried }
    }
}

/// A directory in which an environment is looked for.
struct Place<'a> {
    root: &'a Path,
    shown: &'a str,
    application: Option<&'a Application>,
}

impl Place<'_> {
    /// The environment of this name, if the application of this place has one.
    fn environment(&self, name: &str, workspace: &Workspace) -> Result<Option<Resolved>, SourceError> {
        let Some(environment) = self.application.and_then(|application| application.environment(name)) else {
            return Ok(None);
        };
        let mut resolved = self.inner(&environment.path, workspace)?;
        resolved.environment = Some(environment.into());
        Ok(Some(resolved))
    }

    /// The directory that environments of this name are commonly kept in.
    fn common(&self, name: &str, workspace: &Workspace) -> Result<Option<Resolved>, SourceError> {
        let exists = |path: &String| self.root.join(path).exists();
        let candidates: Vec<String> = match name.contains(['/', '\\']) || name.starts_with('.') {
            true => Vec::new(),
            false => COMMON.iter().map(|parent| format!("{parent}/{name}")).filter(exists).collect(),
        };
        match candidates.as_slice() {
            [] => Ok(None),
            [path] => self.inner(path, workspace).map(Some),
            _ => Err(SourceError::Ambiguous { argument: name.to_owned(), candidates }),
        }
    }

    /// What lies at a path below this place, and does not leave it through a link.
    fn inner(&self, path: &str, workspace: &Workspace) -> Result<Resolved, SourceError> {
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
        let tree = directory::read(&full, &shown, &workspace.directory, &workspace.limits)?;
        Ok(Resolved { tree, environment: EnvironmentInfo::named_by(&inside) })
    }
}

fn read_application(path: &Path, shown: &str, limits: &Limits) -> Result<Application, SourceError> {
    if !path.exists() {
        return Err(SourceError::NotFound { argument: shown.to_owned(), tried: Vec::new() });
    }
    let bytes = file::read(path, shown, limits.file_bytes)?;
    Application::read(&bytes).map_err(|error| SourceError::Application { file: shown.to_owned(), error })
}

fn read_input(input: &mut dyn Read, limits: &Limits) -> Result<SourceTree, SourceError> {
    let description = "standard input".to_owned();
    let bytes = file::read_stream(input, &description, limits.file_bytes)?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(SourceError::Empty { description });
    }
    Ok(SourceTree {
        description,
        files: vec![SourceFile { path: "stdin".to_owned(), bytes }],
        pinned: None,
        root: None,
        prefix: String::new(),
        shown: Shown { before: String::new(), after: String::new() },
    })
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| if parent.is_empty() { "/" } else { parent })
}
