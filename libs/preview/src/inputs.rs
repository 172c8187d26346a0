//! What a plan has read, by hash.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use discovery::Environment;
use ids::BlobHash;
use kube_model::Place;
use serde::{Deserialize, Serialize};

use render::Rendered;

use crate::diff::{BaseTrees, DiffInput};
use crate::states::Sides;
use crate::tree::{Tree, join};

/// What a plan has read. Two plans of the same inputs are the same plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// What made the objects of the files.
    pub renderer: Renderer,
    /// Where the target lies in its repository; empty where it is rendered, from files that lie anywhere.
    pub root: String,
    /// Every file that the target was read or rendered from, sorted by path.
    pub files: Vec<PinnedFile>,
    /// The directories whose lists of files were read, at any depth, sorted: a file that comes to one of them may be
    /// another input.
    pub directories: Vec<String>,
    /// The hash of the list of the source's manifests.
    pub source: BlobHash,
    /// The hash of the list of the base's manifests.
    pub base: Option<BlobHash>,
    /// The places where something older than the base counts.
    pub held: Vec<PinnedHeld>,
}

/// What makes objects of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renderer {
    /// `plain` (they are read as they stand), `kustomize`, `helm`, `command`, `several sources`.
    pub name: String,
    /// The version of Plimsoll.
    pub version: String,
    /// The programs that rendered the target, each with its version where that is known, sorted.
    pub programs: Vec<String>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedFile {
    /// Its path in its repository.
    pub path: String,
    /// The SHA-256 of its bytes.
    pub sha256: BlobHash,
}

/// Places that the last promotions did not carry, and the source that counts there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedHeld {
    /// The places.
    pub places: Vec<Place>,
    /// The commit of that source; null where nobody knows what the source had.
    pub commit: Option<String>,
    /// The hash of the list of its manifests.
    pub source: Option<BlobHash>,
}

/// In what the target is no longer what a plan read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// Another file of this path.
    Changed(String),
    /// A file that was not there.
    Added(String),
    /// A file that is gone.
    Removed(String),
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(path) => write!(f, "{path} has changed"),
            Self::Added(path) => write!(f, "{path} is new"),
            Self::Removed(path) => write!(f, "{path} is gone"),
        }
    }
}

impl Inputs {
    pub(crate) fn of(input: &DiffInput<'_>, sides: &Sides<'_>) -> Self {
        let held = input.base.iter().flat_map(|base| &base.held).zip(&sides.held);
        let held = held.map(|(held, side)| PinnedHeld {
            places: held.places.clone(),
            commit: held.tree.as_ref().and_then(|tree| tree.side.commit.clone()),
            source: held
                .tree
                .as_ref()
                .map(|tree| listing(tree, side.side.as_ref().and_then(|side| side.rendered.as_ref()))),
        });
        let (target, base) = (sides.target.rendered.as_ref(), sides.base.as_ref());
        let root = if target.is_some() { "" } else { input.target.root };
        Self {
            renderer: Renderer {
                name: input.target.recipe.map_or("plain", |recipe| recipe.how().kind()).to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                programs: target.iter().flat_map(|rendered| rendered.programs.clone()).collect(),
            },
            root: root.to_owned(),
            files: read(&input.target, target, root),
            directories: directories(&input.target),
            source: listing(&input.source, sides.source.rendered.as_ref()),
            base: input.base.as_ref().map(|BaseTrees { newest, .. }| {
                listing(newest, base.and_then(|base| base.rendered.as_ref()))
            }),
            held: held.collect(),
        }
    }

    /// In what the target's manifests, as they are now (their paths relative to the root, and their bytes), are not
    /// those that were read; of several things the first by path.
    #[must_use]
    pub fn moved(&self, files: &[(&str, &[u8])]) -> Option<Moved> {
        let now = pinned(&self.root, files);
        let mut both: BTreeMap<&str, (Option<BlobHash>, Option<BlobHash>)> = BTreeMap::new();
        for file in &self.files {
            both.entry(&file.path).or_default().0 = Some(file.sha256);
        }
        for file in &now {
            both.entry(&file.path).or_default().1 = Some(file.sha256);
        }
        both.into_iter().find_map(|(path, hashes)| match hashes {
            (Some(then), Some(now)) => (then != now).then(|| Moved::Changed(path.to_owned())),
            (None, _) => Some(Moved::Added(path.to_owned())),
            (_, None) => Some(Moved::Removed(path.to_owned())),
        })
    }
}

fn pinned(root: &str, files: &[(&str, &[u8])]) -> Vec<PinnedFile> {
    let pin =
        |(path, bytes): &(&str, &[u8])| PinnedFile { path: join(root, path), sha256: BlobHash::of(bytes) };
    let mut pinned: Vec<PinnedFile> = files.iter().map(pin).collect();
    pinned.sort_by(|a, b| a.path.cmp(&b.path));
    pinned
}

/// The files of a side, with their paths below `root`; of one that is rendered, those that the render has read and those
/// that say how.
fn read(tree: &Tree<'_>, rendered: Option<&Rendered>, root: &str) -> Vec<PinnedFile> {
    let (Some(recipe), Some(rendered)) = (tree.recipe, rendered) else { return pinned(root, &tree.files) };
    let Environment { reads, owners, .. } = recipe.environment;
    let mut named: BTreeSet<String> = rendered.read.iter().chain(&reads.files).cloned().collect();
    named.extend(recipe.environment.definitions());
    named.extend(owners.iter().map(|owner| owner.at.file.to_string()));
    let pin = |path: String| Some(PinnedFile { sha256: BlobHash::of(recipe.files.file(&path)?), path });
    named.into_iter().filter_map(pin).collect()
}

/// The directories in which the target's files were looked for, and those of the objects that say how it is rendered:
/// another object may come to lie beside them.
fn directories(target: &Tree<'_>) -> Vec<String> {
    let Some(recipe) = &target.recipe else { return vec![target.root.to_owned()] };
    let reads = &recipe.environment.reads;
    let mut all: BTreeSet<String> = reads.trees.union(&reads.directories).cloned().collect();
    let definitions = recipe.environment.definitions();
    let beside = definitions.iter().map(|file| file_tree::parent(file)).filter(|path| !path.is_empty());
    all.extend(beside.map(str::to_owned));
    all.into_iter().collect()
}

/// The hash of a list of files: of a line `SHA256  PATH` for each, sorted by path, as `sha256sum` prints them.
fn listing(tree: &Tree<'_>, rendered: Option<&Rendered>) -> BlobHash {
    let line = |file: &PinnedFile| format!("{}  {}\n", file.sha256, file.path);
    let lines: String = read(tree, rendered, "").iter().map(line).collect();
    BlobHash::of(lines.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(files: &[(&str, &[u8])]) -> Inputs {
        Inputs {
            renderer: Renderer { name: "plain".to_owned(), version: "1".to_owned(), programs: Vec::new() },
            root: "overlays/production".to_owned(),
            files: pinned("overlays/production", files),
            directories: vec!["overlays/production".to_owned()],
            source: BlobHash::of(b""),
            base: None,
            held: Vec::new(),
        }
    }

    #[test]
    fn what_has_moved_is_named_as_the_repository_has_it() {
        let read = inputs(&[("b.yaml", b"1"), ("a.yaml", b"1")]);
        let now = |files: &[(&str, &[u8])]| read.moved(files).map(|moved| moved.to_string());
        assert_eq!(now(&[("a.yaml", b"1"), ("b.yaml", b"1")]), None);
        for (files, moved) in [
            (&[("a.yaml", b"1".as_slice()), ("b.yaml", b"2")][..], "overlays/production/b.yaml has changed"),
            (&[("a.yaml", b"1")], "overlays/production/b.yaml is gone"),
            (&[("a.yaml", b"1"), ("aa.yaml", b""), ("b.yaml", b"1")], "overlays/production/aa.yaml is new"),
        ] {
            assert_eq!(now(files).as_deref(), Some(moved));
        }
    }

    /// `printf 1 > a.yaml; printf 2 > b.yaml; sha256sum *.yaml | sha256sum`
    #[test]
    fn a_list_is_hashed_as_sha256sum_prints_it() {
        let tree = Tree {
            side: crate::Side::default(),
            root: "x",
            files: vec![("b.yaml", b"2"), ("a.yaml", b"1")],
            recipe: None,
        };
        assert_eq!(
            listing(&tree, None).to_string(),
            "1ea36f985e375066fef676251af99ed3f3f78f2d21d02ffd5d09a99e39f0a0de"
        );
    }
}
