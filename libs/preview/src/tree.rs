//! What a stage is given: the files of an environment, and what they are called.

use file_tree::FileTree;
use promotion_plan::Environment;
use serde::{Deserialize, Serialize};

/// One of the states that a preview is made from, as people know it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// Where it was read, without credentials.
    pub source: String,
    /// The environment.
    pub environment: Option<String>,
    /// The environment's namespace.
    pub namespace: Option<String>,
    /// The commit that it was read from; null for a working tree.
    pub commit: Option<String>,
}

impl Side {
    /// What sentences call it: its environment, or where it was read.
    #[must_use]
    pub fn name(&self) -> &str {
        self.environment.as_ref().unwrap_or(&self.source)
    }

    pub(crate) fn environment(&self) -> Environment {
        Environment { name: self.environment.clone(), namespace: self.namespace.clone() }
    }
}

/// The manifests of an environment.
#[derive(Debug, Clone)]
pub struct Tree<'a> {
    /// What it is.
    pub side: Side,
    /// Where it lies in its repository (or working directory), with `/`; empty for the top.
    pub root: &'a str,
    /// Every manifest below the root: its path relative to the root, and its bytes. None of what is rendered.
    pub files: Vec<(&'a str, &'a [u8])>,
    /// The files of its repository and how they are rendered, where manifests are not read as they stand.
    pub recipe: Option<Recipe<'a>>,
}

/// Files that are rendered.
#[derive(Clone, Copy)]
pub struct Recipe<'a> {
    /// The files of the repository.
    pub files: &'a FileTree,
    /// How they are rendered, and what else was found about that.
    pub environment: &'a discovery::Environment,
    /// The URLs that the repository is known by, which objects in it name it by.
    pub urls: &'a [String],
}

impl<'a> Recipe<'a> {
    /// How they are rendered.
    pub(crate) fn how(&self) -> &'a discovery::Recipe {
        &self.environment.recipe
    }
}

impl std::fmt::Debug for Recipe<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Recipe").field(&self.environment.recipe).finish()
    }
}

/// A path below `root`, as the repository has it.
pub(crate) fn join(root: &str, path: &str) -> String {
    match root {
        "" | "." => path.to_owned(),
        _ if root.ends_with('/') => format!("{root}{path}"),
        _ => format!("{root}/{path}"),
    }
}

/// What [`join`] was given.
pub(crate) fn relative<'p>(root: &str, path: &'p str) -> &'p str {
    match root {
        "" | "." => path,
        _ => path.strip_prefix(root).map_or(path, |path| path.trim_start_matches('/')),
    }
}
