//! Every file of a repository that a render may read: those of a working tree, or of a commit.

mod commit;
mod directory;
mod gather;
mod ignored;
mod naming;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use file_tree::{FileTree, Found};

use crate::environment::EnvironmentInfo;
use crate::error::SourceError;
use crate::tree::Limits;
use gather::Gathered;
use naming::Naming;

pub(crate) use commit::read as read_commit;
pub(crate) use directory::root_of;

/// The files of a repository as they were at one time, and what messages call them.
///
/// Links are known and not followed. What cannot be read, belongs to another repository (submodules, Git LFS) or is too
/// large is left out of the tree and said where it is missed: [`RepositoryFiles::refusal`]. `.git` is no part of it, nor
/// are directories of a working tree that Git ignores, except those named `charts`, which hold vendored charts.
#[derive(Debug)]
pub struct RepositoryFiles {
    tree: FileTree,
    withheld: BTreeMap<String, String>,
    origin: RepositoryOrigin,
    naming: Naming,
}

/// Where the files of a repository were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepositoryOrigin {
    /// In the working tree whose root is this directory.
    WorkingTree(PathBuf),
    /// In the commit with this full hash.
    Commit(String),
}

/// A source as it lies in its repository.
#[derive(Debug, Clone)]
pub struct Located {
    /// The files of the repository. Of a directory that lies in none, those of the directory it is looked for in.
    pub files: Arc<RepositoryFiles>,
    /// The path of the source in them, with `/`; empty for the root.
    pub path: String,
    /// Its environment.
    pub environment: Option<EnvironmentInfo>,
    /// How it is rendered, and what else was found about it: by `plimsoll.yaml`, by objects of Argo CD and Flux, or by
    /// what lies there.
    pub found: discovery::Environment,
    /// The URLs of the repository's remotes.
    pub urls: Vec<String>,
}

impl RepositoryFiles {
    /// The files of a working tree below `root`, as messages name them from the directory `working`. Both are
    /// canonical.
    pub(crate) fn of_directory(root: &Path, working: &Path, limits: &Limits) -> Result<Self, SourceError> {
        let naming = Naming::Disk { root: root.to_owned(), working: working.to_owned() };
        let gathered = directory::read(root, &naming.show(""), limits)?;
        Ok(Self::new(gathered, RepositoryOrigin::WorkingTree(root.to_owned()), naming))
    }

    /// The files of a commit. `around` stands before and after their paths in messages, and `prefix` is the directory
    /// of the repository that those start at.
    pub(crate) fn of_commit(
        gathered: Gathered,
        commit: String,
        around: (String, String),
        prefix: String,
    ) -> Self {
        let (before, after) = around;
        Self::new(gathered, RepositoryOrigin::Commit(commit), Naming::Commit { before, prefix, after })
    }

    fn new(gathered: Gathered, origin: RepositoryOrigin, naming: Naming) -> Self {
        let Gathered { files, links, withheld } = gathered;
        Self { tree: FileTree::new(files, links), withheld, origin, naming }
    }

    /// The files.
    #[must_use]
    pub fn tree(&self) -> &FileTree {
        &self.tree
    }

    /// Where they were read.
    #[must_use]
    pub fn origin(&self) -> &RepositoryOrigin {
        &self.origin
    }

    /// Why the tree has no file at a path, where something stands there: a link (`SOURCE_LINK`), or what was left out
    /// (`SOURCE_UNREADABLE`).
    #[must_use]
    pub fn refusal(&self, path: &str) -> Option<SourceError> {
        if self.tree.find(path) == Found::Link {
            return Some(SourceError::Link { path: self.show(path) });
        }
        let above = path.match_indices('/').map(|(at, _)| &path[..at]);
        let (withheld, why) = above.chain([path]).find_map(|part| self.withheld.get_key_value(part))?;
        Some(SourceError::Unreadable { path: self.show(withheld), why: why.clone() })
    }

    /// What was left out of the tree, and why, sorted by path.
    pub fn withheld(&self) -> impl Iterator<Item = (&str, &str)> {
        self.withheld.iter().map(|(path, why)| (path.as_str(), why.as_str()))
    }

    /// A file as messages name it, such that people find it: `overlays/production/web.yaml`,
    /// `git+.//staging/web.yaml@main`.
    #[must_use]
    pub fn show(&self, path: &str) -> String {
        self.naming.show(path)
    }

    /// A file as patches name it: relative to the working directory if it lies below that, else to the repository.
    #[must_use]
    pub fn patch_path(&self, path: &str) -> String {
        self.naming.patch_path(path)
    }
}
