//! The tree itself: what is shared between all versions of it, and what one version has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// What stands at a path of the files that were read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kept {
    File(Arc<[u8]>),
    /// A symbolic link: what it names is not followed.
    Link,
}

/// Files by their paths relative to the repository's root, with `/`. A clone shares everything.
#[derive(Debug, Clone, Default)]
pub struct FileTree {
    read: Arc<BTreeMap<String, Kept>>,
    /// What was put (some bytes) or removed (none) since.
    changed: BTreeMap<String, Option<Arc<[u8]>>>,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'t> {
    /// A file, with its bytes.
    File(&'t [u8]),
    /// A directory: some file lies below it.
    Directory,
    /// A symbolic link, or what would lie behind one.
    Link,
    /// Nothing.
    Nothing,
}

/// What a directory holds directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry<'t> {
    /// A file, by its name.
    File(&'t str),
    /// A directory, by its name.
    Directory(&'t str),
    /// A symbolic link, by its name.
    Link(&'t str),
}

impl FileTree {
    /// A tree of these files and symbolic links.
    #[must_use]
    pub fn new(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        links: impl IntoIterator<Item = String>,
    ) -> Self {
        let files = files.into_iter().map(|(path, bytes)| (path, Kept::File(bytes.into())));
        let links = links.into_iter().map(|path| (path, Kept::Link));
        Self { read: Arc::new(files.chain(links).collect()), changed: BTreeMap::new() }
    }

    /// Puts a file in, in the place of what was there.
    pub fn put(&mut self, path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        self.changed.insert(path.into(), Some(bytes.into()));
    }

    /// Takes a file out.
    pub fn remove(&mut self, path: impl Into<String>) {
        self.changed.insert(path.into(), None);
    }

    /// The bytes of a file; none if there is no file at this path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        match (self.changed.get(path), self.read.get(path)) {
            (Some(changed), _) => changed.as_deref(),
            (None, Some(Kept::File(bytes))) => Some(bytes),
            (None, _) => None,
        }
    }

    /// What stands at a path.
    #[must_use]
    pub fn find(&self, path: &str) -> Found<'_> {
        if let Some(bytes) = self.file(path) {
            return Found::File(bytes);
        }
        if self.is_behind_a_link(path) {
            return Found::Link;
        }
        match path.is_empty() || self.below(path).next().is_some() {
            true => Found::Directory,
            false => Found::Nothing,
        }
    }

    /// Whether the path, or a directory that it goes through, is a link.
    fn is_behind_a_link(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.into_iter().any(|end| {
            let part = &path[..end];
            self.read.get(part) == Some(&Kept::Link) && !self.changed.contains_key(part)
        })
    }

    /// The files below a directory, at any depth, sorted by path.
    pub fn below(&self, directory: &str) -> impl Iterator<Item = (&str, &[u8])> {
        let paths: BTreeSet<&str> = self.paths_below(directory).collect();
        paths.into_iter().filter_map(|path| Some((path, self.file(path)?)))
    }

    /// What a directory holds directly, sorted.
    #[must_use]
    pub fn entries(&self, directory: &str) -> Vec<Entry<'_>> {
        let skip = if directory.is_empty() { 0 } else { directory.len() + 1 };
        let entries: BTreeSet<Entry<'_>> =
            self.paths_below(directory).filter_map(|path| self.entry(path, skip)).collect();
        entries.into_iter().collect()
    }

    /// The first part of a path behind its directory, which is `skip` bytes long.
    fn entry<'t>(&'t self, path: &'t str, skip: usize) -> Option<Entry<'t>> {
        let is_file = self.file(path).is_some();
        let name = path.get(skip..).filter(|_| is_file || self.is_behind_a_link(path))?;
        Some(match name.split_once('/') {
            Some((name, _)) => Entry::Directory(name),
            None if is_file => Entry::File(name),
            None => Entry::Link(name),
        })
    }

    /// All files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.below("")
    }

    /// The paths that were put or removed since the tree was made, with what stands there now.
    pub fn changes(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        self.changed.iter().map(|(path, bytes)| (path.as_str(), bytes.as_deref()))
    }

    /// Every path below a directory that either map knows; some twice, and some that are removed.
    fn paths_below<'t>(&'t self, directory: &str) -> impl Iterator<Item = &'t str> + use<'t> {
        let start = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let (read, changed) = (Self::range(&self.read, &start), Self::range(&self.changed, &start));
        read.chain(changed)
    }

    fn range<'m, V>(map: &'m BTreeMap<String, V>, start: &str) -> impl Iterator<Item = &'m str> + use<'m, V> {
        let prefix = start.to_owned();
        let from = (Bound::Included(start), Bound::Unbounded);
        map.range::<str, _>(from)
            .map(|(path, _)| path.as_str())
            .take_while(move |path| path.starts_with(&prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> FileTree {
        let files =
            ["a/b/c.yaml", "a/b.yaml", "a-b", "z"].map(|path| (path.to_owned(), path.as_bytes().to_vec()));
        FileTree::new(files, ["a/link".to_owned()])
    }

    #[test]
    fn what_stands_where() {
        let tree = tree();
        assert_eq!(tree.find("a/b.yaml"), Found::File(b"a/b.yaml"));
        assert_eq!(tree.find("a/b"), Found::Directory);
        assert_eq!(tree.find(""), Found::Directory);
        assert_eq!(tree.find("a/link"), Found::Link);
        assert_eq!(tree.find("a/link/below"), Found::Link);
        assert_eq!(tree.find("a/bb"), Found::Nothing);
        assert_eq!(tree.entries("a"), [Entry::File("b.yaml"), Entry::Directory("b"), Entry::Link("link")]);
        assert_eq!(tree.entries(""), [Entry::File("a-b"), Entry::File("z"), Entry::Directory("a")]);
    }

    #[test]
    fn a_change_is_seen_in_this_version_alone() {
        let before = tree();
        let mut after = before.clone();
        after.put("a/new", *b"new");
        after.remove("a/b/c.yaml");
        assert_eq!(after.below("a").map(|(path, _)| path).collect::<Vec<_>>(), ["a/b.yaml", "a/new"]);
        assert_eq!(after.find("a/b"), Found::Nothing);
        assert_eq!(before.below("a").map(|(path, _)| path).collect::<Vec<_>>(), ["a/b.yaml", "a/b/c.yaml"]);
        assert_eq!(after.changes().count(), 2);
    }
}
