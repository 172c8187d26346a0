//! Reading from the commits of mirrors: one process a call where the commit is there.

use application::Application;

use super::Mirrors;
use super::error::GitError;
use crate::environments::Environments;
use crate::error::SourceError;
use crate::git::entries::{Entry, EntryKind};
use crate::git::locate::{Located, directory, locate, root_tree};
use crate::git::objects::{Batch, ReadError};
use crate::git::{GitSource, read_pinned};
use crate::repository::{self, RepositoryFiles};
use crate::tree::SourceTree;

/// What lies in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListEntry {
    /// Its name, without the directory.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The path itself, behind all links.
    pub path: String,
    /// What it is: no link.
    pub kind: EntryKind,
    /// Of a file: whether it may be executed.
    pub executable: bool,
}

impl Mirrors {
    /// The manifests of a commit below a path (`""` for all), as [`crate::Workspace`] reads those of a directory.
    ///
    /// # Errors
    /// Those of [`Mirrors::ensure`]; `SOURCE_NOT_FOUND`, `SOURCE_EMPTY`, `SOURCE_OUTSIDE` and the other errors of a
    /// source.
    pub fn read_tree(&self, url: &str, commit: &str, path: &str) -> Result<SourceTree, GitError> {
        let mirror = self.mirror(url)?;
        let source = source(url, commit, path)?;
        mirror.read(commit, |batch| read_pinned(&source, commit, source.path(), &self.options.limits, batch))
    }

    /// All files of a commit, for a render.
    ///
    /// # Errors
    /// Those of [`Mirrors::ensure`]; `SOURCE_TOO_LARGE`.
    pub fn files(&self, url: &str, commit: &str) -> Result<RepositoryFiles, GitError> {
        let (mirror, limits) = (self.mirror(url)?, &self.options.limits);
        let gathered =
            mirror.read(commit, |batch| repository::read_commit(commit, mirror.shown(), limits, batch))?;
        let around = source(url, commit, "")?.root_shown_around();
        Ok(RepositoryFiles::of_commit(gathered, commit.to_owned(), around, String::new()))
    }

    /// All files of a commit, and the environments that they hold: those of the application, whose document lies at this
    /// path.
    ///
    /// # Errors
    /// As [`Mirrors::files`].
    pub fn environments(
        &self,
        url: &str,
        commit: &str,
        application: (&Application, &str),
    ) -> Result<(RepositoryFiles, Environments), GitError> {
        let files = self.files(url, commit)?;
        // It was registered for this repository: whatever it calls that is this one.
        let mut urls = vec![url.to_owned()];
        urls.extend(application.0.spec.source.repo.clone());
        let environments = Environments::of_repository(&files, urls, Some(application));
        Ok((files, environments))
    }

    /// The bytes of a file of a commit, also through links that stay inside; none if there is nothing.
    ///
    /// # Errors
    /// Those of [`Mirrors::ensure`]; `MANIFEST_TOO_LARGE`, `SOURCE_OUTSIDE`, `SOURCE_UNREADABLE` if it is no file.
    pub fn read_file(&self, url: &str, commit: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        Ok(self.read_files(url, commit, &[path])?.pop().flatten())
    }

    /// The bytes of several files of a commit, each as [`Mirrors::read_file`] reads it.
    ///
    /// # Errors
    /// Those of [`Mirrors::read_file`].
    pub fn read_files<P: AsRef<str>>(
        &self,
        url: &str,
        commit: &str,
        paths: &[P],
    ) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        let sources = paths.iter().map(|path| source(url, commit, path.as_ref()));
        let sources = sources.collect::<Result<Vec<_>, _>>()?;
        let limit = self.options.limits.file_bytes;
        self.mirror(url)?.read(commit, |batch| {
            let root = root_tree(batch, commit)?;
            sources.iter().map(|source| file(batch, &root, source, limit)).collect()
        })
    }

    /// What a path of a commit leads to, through links that stay inside; none if there is nothing.
    ///
    /// # Errors
    /// Those of [`Mirrors::ensure`]; `SOURCE_OUTSIDE`.
    pub fn find(&self, url: &str, commit: &str, path: &str) -> Result<Option<Found>, GitError> {
        let source = source(url, commit, path)?;
        let found = self.mirror(url)?.read(commit, |batch| {
            let root = root_tree(batch, commit)?;
            find(batch, &root, &source)
        })?;
        Ok(found.map(|Entry { kind, executable, name, .. }| Found { path: name, kind, executable }))
    }

    /// What lies in a directory of a commit, sorted by name; none if there is no such directory.
    ///
    /// # Errors
    /// Those of [`Mirrors::ensure`]; `SOURCE_OUTSIDE`.
    pub fn list(&self, url: &str, commit: &str, path: &str) -> Result<Option<Vec<ListEntry>>, GitError> {
        let source = source(url, commit, path)?;
        self.mirror(url)?.read(commit, |batch| {
            let root = root_tree(batch, commit)?;
            let hash = match find(batch, &root, &source)? {
                Some(Entry { kind: EntryKind::Directory, hash, .. }) => hash,
                _ => return Ok(None),
            };
            let entries = directory(batch, &hash, &source.to_string())?.into_iter();
            let mut listed: Vec<ListEntry> =
                entries.map(|entry| ListEntry { name: entry.name, kind: entry.kind }).collect();
            listed.sort();
            Ok(Some(listed))
        })
    }
}

fn source(url: &str, commit: &str, path: &str) -> Result<GitSource, GitError> {
    GitSource::pinned(url, commit, path).ok_or_else(|| {
        let root = crate::git::credentials::mask(url);
        GitError::Source(SourceError::Outside { path: path.to_owned(), root })
    })
}

fn find(batch: &mut Batch, root: &str, source: &GitSource) -> Result<Option<Entry>, ReadError> {
    match locate(batch, root, source.path())? {
        Located::Found(entry) => Ok(Some(entry)),
        Located::Nothing => Ok(None),
        Located::Leaves => {
            let root = source.repository_shown();
            Err(SourceError::Outside { path: source.to_string(), root }.into())
        }
    }
}

fn file(batch: &mut Batch, root: &str, source: &GitSource, limit: u64) -> Result<Option<Vec<u8>>, ReadError> {
    let admit = |size| match size > limit {
        true => Err(SourceError::FileTooLarge { file: source.to_string(), size, limit }.into()),
        false => Ok(()),
    };
    match find(batch, root, source)? {
        None => Ok(None),
        Some(entry) if entry.kind == EntryKind::File => batch.bytes(&entry.hash, admit).map(Some),
        Some(_) => {
            let why = "it is no file".to_owned();
            Err(SourceError::Unreadable { path: source.to_string(), why }.into())
        }
    }
}
