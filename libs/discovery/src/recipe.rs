//! How one environment is rendered.

use crate::glob::{self, Star};
use crate::helm::Helm;
use crate::overrides::Overrides;

/// How one environment is rendered. Paths are relative to the repository's root, with `/`; the root is empty.
#[derive(Debug, Clone, PartialEq)]
pub enum Recipe {
    /// Manifests are read as they stand.
    Plain(Plain),
    /// By Kustomize.
    Kustomize(Kustomize),
    /// By `helm template`.
    Helm(Helm),
    /// By a command that an administrator allows by name.
    Command(Command),
    /// Several sources that are applied together, in this order (Argo CD's `sources`).
    Together(Vec<Recipe>),
    /// A source that this repository does not hold: it is named, not rendered.
    Elsewhere(Elsewhere),
}

/// Manifests that are read as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plain {
    /// The directory; or one file.
    pub path: String,
    /// How deep manifests are looked for.
    pub depth: Depth,
    /// Only files that match this glob, relative to the directory; `{a,b}` names several (Argo CD's
    /// `directory.include`).
    pub include: Option<String>,
    /// No file that matches this glob; it wins over `include`.
    pub exclude: Option<String>,
}

impl Plain {
    /// Whether a file is read: its path, relative to the directory. As Argo CD matches it, `*` stands for anything, `/` too.
    #[must_use]
    pub fn reads(&self, below: &str) -> bool {
        let matches = |pattern: &String| glob::matches(pattern, below, Star::Anything);
        let is_deep = below.contains('/') && self.depth == Depth::Direct;
        !is_deep && self.include.as_ref().is_none_or(matches) && !self.exclude.as_ref().is_some_and(matches)
    }
}

/// How deep a directory is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// With all directories below it.
    #[default]
    Recursive,
    /// Its own files alone.
    Direct,
}

/// A directory that Kustomize builds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Kustomize {
    /// The directory.
    pub directory: String,
    /// The `resources` of a kustomization that Flux would write, relative to the directory; none where the directory
    /// has a kustomization of its own.
    pub generated: Option<Vec<String>>,
    /// What an Argo CD Application or a Flux Kustomization lays over it.
    pub overrides: Overrides,
}

/// A command that renders: it runs only where an administrator allows it by the name that comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The directory that it is given.
    pub directory: String,
    /// Its name and its arguments; at least the name.
    pub words: Vec<String>,
}

/// A source in another repository, or in none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The repository, without credentials.
    pub repository: String,
    /// The path in it.
    pub path: String,
    /// The revision, where one is named.
    pub revision: Option<String>,
}

impl Recipe {
    /// The recipes that render this one: itself, or its parts.
    #[must_use]
    pub fn parts(&self) -> &[Recipe] {
        match self {
            Self::Together(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// The directory, chart or file in this repository that is rendered; of several the first. None for what lies
    /// elsewhere.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Plain(plain) => Some(&plain.path),
            Self::Kustomize(kustomize) => Some(&kustomize.directory),
            Self::Helm(helm) => helm.chart.path(),
            Self::Command(command) => Some(&command.directory),
            Self::Together(parts) => parts.iter().find_map(Self::path),
            Self::Elsewhere(_) => None,
        }
    }

    /// What it is called in a message: `kustomize`, `helm`, `plain`, `command`, `elsewhere`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Plain(_) => "plain",
            Self::Kustomize(_) => "kustomize",
            Self::Helm(_) => "helm",
            Self::Command(_) => "command",
            Self::Together(_) => "several sources",
            Self::Elsewhere(_) => "elsewhere",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://argo-cd.readthedocs.io/en/stable/user-guide/directory/>, "Including Only Certain Files", "Excluding Certain
    /// Files": `{config.json,env-usw2/*}`; the exclusion wins.
    #[test]
    fn a_directory_is_read_by_its_patterns() {
        let plain = |include: Option<&str>, exclude: Option<&str>| Plain {
            include: include.map(str::to_owned),
            exclude: exclude.map(str::to_owned),
            ..Plain::default()
        };
        assert!(plain(None, None).reads("a/b.yaml"));
        assert!(plain(Some("{*.yml,*.yaml}"), None).reads("a/b.yaml"));
        assert!(!plain(Some("*.yml"), None).reads("b.yaml"));
        assert!(!plain(None, Some("{config.json,env-usw2/*}")).reads("env-usw2/b.yaml"));
        assert!(!plain(Some("*.yaml"), Some("b*")).reads("b.yaml"));
        assert!(!Plain { depth: Depth::Direct, ..plain(None, None) }.reads("a/b.yaml"));
    }
}
