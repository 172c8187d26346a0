//! Commands that render what other people wrote, where an administrator allows them by name: Jsonnet, CUE, `kustomize`.
//!
//! A repository's files name a command and its arguments; which program that is, and whether it may run at all, only the
//! administrator says.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use file_tree::FileTree;
use render::Outside;

use crate::helm::Helm;
use crate::render_error::{RenderError, Run, Tool};
use crate::sandbox::{self, Bounds, Ended, PrivateDirectory, Reach};

/// The name that a kustomization is handed over by.
const KUSTOMIZE: &str = "kustomize";

/// The commands that an administrator allows.
#[derive(Debug, Clone, Default)]
pub struct Commands {
    allowed: BTreeMap<String, Allowed>,
    bounds: Bounds,
    /// Whether `kustomize` may fetch remote bases.
    fetches: bool,
}

#[derive(Debug, Clone)]
struct Allowed {
    program: PathBuf,
    /// The arguments that come before those of the repository.
    first: Vec<String>,
}

/// A command that is about to run.
struct Starting<'a> {
    name: &'a str,
    program: &'a Path,
    arguments: Vec<OsString>,
    network: Reach,
}

impl Commands {
    /// Reads what an administrator allows: for each command `NAME=PROGRAM [ARGUMENT…]`, where the program is an absolute
    /// path. The arguments come before those that a repository gives; words are parted by blanks.
    ///
    /// # Errors
    /// `RENDER_COMMAND_SETTING`.
    pub fn allow<T: AsRef<str>>(settings: &[T], bounds: Bounds) -> Result<Self, RenderError> {
        let allowed = settings.iter().map(|setting| read(setting.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { allowed, bounds, fetches: false })
    }

    /// The same, where `kustomize` may fetch remote bases over the network: as anybody, without credentials.
    #[must_use]
    pub fn fetching(self, fetches: bool) -> Self {
        Self { fetches, ..self }
    }

    /// Whether kustomizations with such a field are handed over.
    #[must_use]
    pub fn has_kustomize(&self, outside: Outside) -> bool {
        self.allowed.contains_key(KUSTOMIZE) && (outside == Outside::Program || self.fetches)
    }

    /// The names that are allowed, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.allowed.keys().map(String::as_str)
    }

    /// What a command prints in a directory of a repository. It finds all files of the repository, and may change its
    /// copy of them.
    ///
    /// # Errors
    /// `RENDER_COMMAND_NOT_ALLOWED`, `RENDER_COMMAND_MISSING`, `RENDER_COMMAND_FAILED`, `RENDER_TIMEOUT`,
    /// `RENDER_OUTPUT_TOO_LARGE`, `RENDER_MEMORY`.
    pub fn render(&self, tree: &FileTree, directory: &str, words: &[String]) -> Result<String, RenderError> {
        let (name, arguments) = words.split_first().map_or(("", words), |(name, rest)| (name.as_str(), rest));
        let allowed = self.find(name)?;
        let arguments = allowed.first.iter().chain(arguments).map(OsString::from).collect();
        let network = Reach::Nothing;
        self.run(Starting { name, program: &allowed.program, arguments, network }, tree, directory)
    }

    /// What `kustomize build` prints for a directory, where the administrator allows a command named `kustomize`: for a
    /// kustomization that inflates charts, or whose plugins the administrator's arguments switch on. Charts have to lie
    /// in the repository; remote bases are fetched where that is allowed ([`Commands::fetching`]). `helm` is handed on where
    /// it is Helm 3, which is what kustomize knows.
    ///
    /// # Errors
    /// As [`Commands::render`].
    pub fn kustomize(&self, tree: &FileTree, directory: &str, helm: &Helm) -> Result<String, RenderError> {
        let allowed = self.find(KUSTOMIZE)?;
        let is_kubectl = allowed.program.file_name().is_some_and(|name| name == "kubectl");
        let mut arguments: Vec<OsString> = vec![if is_kubectl { KUSTOMIZE } else { "build" }.into()];
        arguments.extend(allowed.first.iter().map(OsString::from));
        if let Some(program) = helm.program(3) {
            let mut option = OsString::from("--helm-command=");
            option.push(program);
            arguments.extend(["--enable-helm".into(), option]);
        }
        arguments.push(".".into());
        let network = if self.fetches { Reach::Everything } else { Reach::Nothing };
        self.run(Starting { name: KUSTOMIZE, program: &allowed.program, arguments, network }, tree, directory)
    }

    fn find(&self, name: &str) -> Result<&Allowed, RenderError> {
        self.allowed.get(name).ok_or_else(|| RenderError::NotAllowed {
            name: name.chars().take(80).collect(),
            allowed: self.allowed.keys().cloned().collect(),
        })
    }

    fn run(&self, starting: Starting<'_>, tree: &FileTree, directory: &str) -> Result<String, RenderError> {
        let Starting { name, program, arguments, network } = starting;
        let place = PrivateDirectory::new().map_err(|error| RenderError::sandbox(&error))?;
        for (path, bytes) in tree.files() {
            place.put(path, bytes).map_err(|error| RenderError::sandbox(&error))?;
        }
        let inside = place.make(directory).map_err(|error| RenderError::sandbox(&error))?;
        let ended = match sandbox::run_in(&inside, program, &arguments, &place, &self.bounds, network) {
            Ended::Done { stdout } => match String::from_utf8(stdout) {
                Ok(printed) => return Ok(printed),
                Err(_) => Ended::Failed { stderr: b"what it prints is not UTF-8".to_vec() },
            },
            ended => ended,
        };
        let tool = Tool::Command(name.to_owned());
        let what = if directory.is_empty() { "." } else { directory };
        let run = Run { tool, what, bounds: &self.bounds, place: &place, secrets: Vec::new() };
        let error = RenderError::of_end(ended, &run);
        Err(error.unwrap_or_else(|| RenderError::Sandbox { why: format!("{name} ended without an answer") }))
    }
}

fn read(setting: &str) -> Result<(String, Allowed), RenderError> {
    let invalid = |why| RenderError::CommandSetting { setting: setting.to_owned(), why };
    let (name, words) = setting.split_once('=').ok_or_else(|| invalid("it is NAME=PROGRAM [ARGUMENT…]"))?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err(invalid("the name has letters, digits, -, _ and . only"));
    }
    let mut words = words.split_whitespace().map(str::to_owned);
    let program = words.next().map(PathBuf::from).filter(|program| program.is_absolute());
    let program = program.ok_or_else(|| invalid("the program is an absolute path"))?;
    Ok((name.to_owned(), Allowed { program, first: words.collect() }))
}
