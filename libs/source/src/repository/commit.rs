//! The files of a commit.

use super::gather::{Gathered, Gathering};
use crate::git::entries::EntryKind;
use crate::git::locate::{self, admit_tree, root_tree};
use crate::git::objects::{Batch, ReadError};
use crate::tree::{Limits, join};

/// All files of a commit of the repository that messages call `shown`, with one process.
pub(crate) fn read(
    commit: &str,
    shown: &str,
    limits: &Limits,
    batch: &mut Batch,
) -> Result<Gathered, ReadError> {
    let mut gathering = Gathering::new(shown, limits);
    let blobs = blobs(commit, shown, &mut gathering, batch)?;
    let hashes: Vec<&str> = blobs.iter().map(|(_, hash)| hash.as_str()).collect();
    batch.each_up_to(limits.file_bytes, &hashes, |index, object| {
        let path = blobs[index].0.clone();
        match object {
            Ok(bytes) => gathering.file(path, bytes)?,
            Err(size) => gathering.too_large(path, size),
        }
        Ok(())
    })?;
    Ok(gathering.gathered)
}

/// The files of a commit and their objects; links and submodules are noted.
fn blobs(
    commit: &str,
    shown: &str,
    gathering: &mut Gathering<'_>,
    batch: &mut Batch,
) -> Result<Vec<(String, String)>, ReadError> {
    let mut found = Vec::new();
    let mut level = vec![(String::new(), root_tree(batch, commit)?)];
    while !level.is_empty() {
        let mut next = Vec::new();
        let hashes: Vec<&str> = level.iter().map(|(_, hash)| hash.as_str()).collect();
        let take = |index: usize, bytes: Vec<u8>| {
            for entry in locate::entries(&bytes, hashes[index], shown)? {
                gathering.count()?;
                let path = join(&level[index].0, &entry.name);
                match entry.kind {
                    EntryKind::File => found.push((path, entry.hash)),
                    EntryKind::Directory => next.push((path, entry.hash)),
                    EntryKind::Link => gathering.link(path),
                    EntryKind::Submodule => gathering.submodule(path),
                }
            }
            Ok(())
        };
        batch.each(&hashes, |_, size| admit_tree(size), take)?;
        level = next;
    }
    Ok(found)
}
