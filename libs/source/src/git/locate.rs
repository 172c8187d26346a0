//! Finding a path in a commit, through links that stay inside.

use super::entries::{Entry, EntryKind, TreeError, link_target, parse};
use super::objects::{Batch, ReadError};
use crate::error::SourceError;

/// Links to links: as deep as Linux follows them.
const LINK_DEPTH: usize = 40;
/// A directory of half a million files; commits and links are far smaller.
const TREE_BYTES: u64 = 32 << 20;

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Located {
    /// A file, a directory or a submodule, with its own path as its name.
    Found(Entry),
    /// There is nothing, or a link to nothing.
    Nothing,
    /// A link on the way leads out of the root.
    Leaves,
}

/// The tree of a commit that is given by its full hash.
pub(crate) fn root_tree(batch: &mut Batch, commit: &str) -> Result<String, ReadError> {
    let object = batch.object(&format!("{commit}^{{commit}}"), admit_tree)?.ok_or(ReadError::NoCommit)?;
    if object.kind != "commit" || object.hash != commit {
        return Err(ReadError::NoCommit);
    }
    let text = String::from_utf8_lossy(&object.bytes);
    let tree = text.lines().next().and_then(|line| line.strip_prefix("tree "));
    tree.map(str::to_owned).ok_or_else(|| ReadError::Broken(format!("commit {commit} has no tree")))
}

/// What lies at `path` (normal, with `/`) below the tree `root`. Links are followed, the last one too.
pub(crate) fn locate(batch: &mut Batch, root: &str, path: &str) -> Result<Located, ReadError> {
    let mut path = path.to_owned();
    for _ in 0..=LINK_DEPTH {
        let (link, rest) = match walk(batch, root, &path)? {
            Step::End(entry) => return Ok(entry.map_or(Located::Nothing, Located::Found)),
            Step::Link(link, rest) => (link, rest),
        };
        let target = batch.bytes(&link.hash, admit_tree)?;
        let Some(target) = link_target(&link.name, &String::from_utf8_lossy(&target)) else {
            return Ok(Located::Leaves);
        };
        path = [target, rest].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    }
    Ok(Located::Nothing)
}

enum Step {
    /// Without another link; none if there is nothing.
    End(Option<Entry>),
    /// At a link, with what is behind it in the path.
    Link(Entry, String),
}

fn walk(batch: &mut Batch, root: &str, path: &str) -> Result<Step, ReadError> {
    let (name, hash) = (String::new(), root.to_owned());
    let mut here = Entry { kind: EntryKind::Directory, executable: false, name, hash };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    for (index, part) in parts.iter().enumerate() {
        if here.kind != EntryKind::Directory {
            return Ok(Step::End(None));
        }
        let children = directory(batch, &here.hash, "")?;
        let Some(entry) = children.into_iter().find(|entry| entry.name == *part) else {
            return Ok(Step::End(None));
        };
        here = Entry { name: parts[..=index].join("/"), ..entry };
        if here.kind == EntryKind::Link {
            return Ok(Step::Link(here, parts[index + 1..].join("/")));
        }
    }
    Ok(Step::End(Some(here)))
}

/// The entries of a directory, which messages call `shown`.
pub(crate) fn directory(batch: &mut Batch, hash: &str, shown: &str) -> Result<Vec<Entry>, ReadError> {
    let bytes = batch.bytes(hash, admit_tree)?;
    entries(&bytes, hash, shown)
}

/// Reads the tree object `hash` of the directory that messages call `shown`.
pub(crate) fn entries(bytes: &[u8], hash: &str, shown: &str) -> Result<Vec<Entry>, ReadError> {
    parse(bytes, hash.len() / 2).map_err(|error| match error {
        TreeError::Name => ReadError::Source(SourceError::Unreadable {
            path: shown.to_owned(),
            why: "it holds a file whose name is not UTF-8".to_owned(),
        }),
        TreeError::Format => ReadError::Broken(format!("tree {hash} cannot be read")),
    })
}

pub(crate) fn admit_tree(size: u64) -> Result<(), ReadError> {
    match size > TREE_BYTES {
        true => Err(ReadError::Broken(format!("a directory of it takes {size} bytes"))),
        false => Ok(()),
    }
}
