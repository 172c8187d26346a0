//! Whether what a plan was made from has moved.

use std::collections::BTreeSet;

/// What a plan read of a commit. Paths are relative to the repository, with `/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watched {
    /// Files: they have moved if their bytes, or what they are, differ.
    pub files: BTreeSet<String>,
    /// Directories (`""` for the root): they have moved if other files lie in them, at any depth.
    pub directories: BTreeSet<String>,
}

/// How one file of a commit differs from another commit's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) kind: DifferenceKind,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DifferenceKind {
    /// It came or went.
    Listing,
    /// It is another one.
    Content,
}

impl Watched {
    /// Which of the differences matter, sorted.
    pub(crate) fn moved(&self, differences: Vec<Difference>) -> Vec<String> {
        let matters = |difference: &Difference| {
            self.files.contains(&difference.path)
                || difference.kind == DifferenceKind::Listing && self.lists(&difference.path)
        };
        let mut moved: Vec<String> =
            differences.into_iter().filter(matters).map(|difference| difference.path).collect();
        moved.sort();
        moved
    }

    /// Whether a file lies in a directory that was listed.
    fn lists(&self, path: &str) -> bool {
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        std::iter::once("").chain(parents).any(|directory| self.directories.contains(directory))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_move_by_their_bytes_and_directories_by_their_names() {
        let set = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
        let watched = Watched { files: set(&["a/x.yaml", "plimsoll.yaml"]), directories: set(&["a/b", "c"]) };
        let difference =
            |(path, kind): &(&str, DifferenceKind)| Difference { path: (*path).to_owned(), kind: *kind };
        use DifferenceKind::{Content, Listing};
        for (path, kind, moves) in [
            ("a/x.yaml", Content, true),
            ("plimsoll.yaml", Listing, true),
            ("a/b/new.yaml", Listing, true),
            ("a/b/deep/new.yaml", Listing, true),
            ("a/b/x.yaml", Content, false),
            ("a/new.yaml", Listing, false),
            ("ab/new.yaml", Listing, false),
            ("c", Listing, false),
            ("cc/new.yaml", Listing, false),
        ] {
            let moved = watched.moved(vec![difference(&(path, kind))]);
            assert_eq!(moved.len(), usize::from(moves), "{path}");
        }
        let everything = Watched { files: set(&[]), directories: set(&[""]) };
        let moved = everything.moved([("z", Listing), ("a/b", Listing)].iter().map(difference).collect());
        assert_eq!(moved, ["a/b", "z"]);
    }
}
