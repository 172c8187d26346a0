//! What has been read of a repository so far, within its limits.

use std::collections::BTreeMap;

use crate::error::SourceError;
use crate::file::Budget;
use crate::tree::Limits;

/// The most files and directories of a repository. A few kilobytes of Git objects can name billions.
const ENTRIES: usize = 200_000;

/// The start of a file that Git LFS keeps elsewhere, as its specification has it.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// What has been read of a repository.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) links: Vec<String>,
    /// What was left out, and why.
    pub(super) withheld: BTreeMap<String, String>,
}

/// [`Gathered`] as it grows.
pub(super) struct Gathering<'a> {
    pub(super) gathered: Gathered,
    pub(super) file_bytes: u64,
    budget: Budget<'a>,
    entries: usize,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(description: &'a str, limits: &Limits) -> Self {
        let budget = Budget::new(description, limits.total_bytes);
        Self { gathered: Gathered::default(), file_bytes: limits.file_bytes, budget, entries: 0 }
    }

    /// Counts a file or a directory.
    pub(super) fn count(&mut self) -> Result<(), SourceError> {
        self.entries += 1;
        let description = self.budget.description.to_owned();
        match self.entries > ENTRIES {
            true => Err(SourceError::TooMany { description, limit: ENTRIES }),
            false => Ok(()),
        }
    }

    pub(super) fn file(&mut self, path: String, bytes: Vec<u8>) -> Result<(), SourceError> {
        if bytes.starts_with(LFS_POINTER) {
            self.withhold(path, "it is kept in Git LFS, which is not fetched");
            return Ok(());
        }
        self.budget.spend(bytes.len() as u64)?;
        self.gathered.files.push((path, bytes));
        Ok(())
    }

    pub(super) fn link(&mut self, path: String) {
        self.gathered.links.push(path);
    }

    pub(super) fn too_large(&mut self, path: String, size: u64) {
        self.withhold(path, &format!("it has {size} bytes, and the limit is {}", self.file_bytes));
    }

    pub(super) fn submodule(&mut self, path: String) {
        self.withhold(path, "it is a repository of its own (a submodule), which is not fetched");
    }

    pub(super) fn withhold(&mut self, path: String, why: &str) {
        self.gathered.withheld.insert(path, why.to_owned());
    }
}
