//! Which manifests a commit holds below a path.

use super::entries::{Entry, EntryKind};
use super::locate::{self, Located, admit_tree, locate};
use super::location::GitSource;
use super::objects::{Batch, ReadError};
use crate::error::SourceError;
use crate::select;
use crate::tree::join;

/// The most files and directories below a path. A few kilobytes of Git objects can name billions.
const ENTRIES: usize = 200_000;

/// The manifests below the path of a source.
pub(super) struct Listing {
    /// Whether the path is that of a file.
    pub(super) is_file: bool,
    /// The path in the repository that the source's path leads to.
    pub(super) root: String,
    /// Each with its path relative to the source's root, and its object.
    pub(super) blobs: Vec<(String, String)>,
}

pub(super) fn list(
    source: &GitSource,
    commit: &str,
    path: &str,
    batch: &mut Batch,
) -> Result<Listing, ReadError> {
    let tree = locate::root_tree(batch, commit)?;
    let root = find(source, &tree, path, batch)?;
    match root.kind {
        EntryKind::File => {
            let base = root.name.rsplit('/').next().unwrap_or_default().to_owned();
            Ok(Listing { is_file: true, root: root.name, blobs: vec![(base, root.hash)] })
        }
        EntryKind::Directory => {
            let found = entries(source, &root.hash, batch)?;
            let blobs = select_manifests(source, &root.hash, &found, batch)?;
            Ok(Listing { is_file: false, root: root.name, blobs })
        }
        EntryKind::Submodule | EntryKind::Link => Err(submodule(source.to_string()).into()),
    }
}

/// What the path of a source leads to.
fn find(source: &GitSource, tree: &str, path: &str, batch: &mut Batch) -> Result<Entry, ReadError> {
    match locate(batch, tree, path)? {
        Located::Found(entry) => Ok(entry),
        Located::Nothing => {
            Err(SourceError::NotFound { argument: source.to_string(), tried: Vec::new() }.into())
        }
        Located::Leaves => {
            Err(SourceError::Outside { path: source.to_string(), root: source.repository_shown() }.into())
        }
    }
}

/// Every entry below a directory that is no directory itself, by its path and sorted by it. Directories that are
/// passed over are not looked into.
fn entries(source: &GitSource, root: &str, batch: &mut Batch) -> Result<Vec<Entry>, ReadError> {
    let shown = source.to_string();
    let mut found = Vec::new();
    let mut level = vec![(String::new(), root.to_owned())];
    let mut count = 0;
    while !level.is_empty() {
        let mut next = Vec::new();
        let hashes: Vec<&str> = level.iter().map(|(_, hash)| hash.as_str()).collect();
        batch.each(
            &hashes,
            |_, size| admit_tree(size),
            |index, bytes| {
                for entry in locate::entries(&bytes, hashes[index], &shown)? {
                    let path = join(&level[index].0, &entry.name);
                    count += 1;
                    match entry.kind {
                        EntryKind::Directory if select::is_hidden(&entry.name) => {}
                        EntryKind::Directory => next.push((path, entry.hash)),
                        _ => found.push(Entry { name: path, ..entry }),
                    }
                }
                match count > ENTRIES {
                    true => Err(SourceError::TooMany { description: shown.clone(), limit: ENTRIES }.into()),
                    false => Ok(()),
                }
            },
        )?;
        level = next;
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn select_manifests(
    source: &GitSource,
    root: &str,
    entries: &[Entry],
    batch: &mut Batch,
) -> Result<Vec<(String, String)>, ReadError> {
    let (before, after) = source.shown_around(false);
    let shown = |path: &str| format!("{before}{path}{after}");
    let mut blobs = Vec::new();
    for Entry { kind, name: path, hash, .. } in entries {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        select::refuse_rendered(name, || shown(directory))?;
        if *kind == EntryKind::Submodule {
            return Err(submodule(shown(path)).into());
        }
        if !select::is_manifest(name) {
            continue;
        }
        let hash = match kind {
            EntryKind::Link => follow(source, root, path, shown(path), batch)?,
            _ => hash.clone(),
        };
        blobs.push((path.clone(), hash));
    }
    Ok(blobs)
}

/// The object of the file that a link leads to, below the same root.
fn follow(
    source: &GitSource,
    root: &str,
    link: &str,
    shown: String,
    batch: &mut Batch,
) -> Result<String, ReadError> {
    match locate(batch, root, link)? {
        Located::Found(entry) if entry.kind == EntryKind::File => Ok(entry.hash),
        Located::Found(_) | Located::Nothing => {
            let why = "it is a link to nothing that can be read".to_owned();
            Err(SourceError::Unreadable { path: shown, why }.into())
        }
        Located::Leaves => Err(SourceError::Outside { path: shown, root: source.to_string() }.into()),
    }
}

fn submodule(path: String) -> SourceError {
    SourceError::Unreadable { path, why: "it is a submodule, which is not fetched".to_owned() }
}
