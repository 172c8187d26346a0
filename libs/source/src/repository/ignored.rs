//! Directories that a working tree holds and its repository does not: `node_modules`, what was built.

use std::collections::HashSet;
use std::path::Path;

use crate::git::list_ignored;

/// Those below the root that Git ignores, by their paths. Vendored charts are often ignored too, and still what is
/// rendered. None where Git cannot say.
pub(super) fn directories(root: &Path) -> HashSet<String> {
    if !root.join(".git").exists() {
        return HashSet::new();
    }
    let listed = list_ignored(root).unwrap_or_default();
    let directories = listed.split(|byte| *byte == 0).filter_map(|path| std::str::from_utf8(path).ok());
    let directories = directories.filter_map(|path| path.strip_suffix('/'));
    directories.filter(|path| path.rsplit('/').next() != Some("charts")).map(str::to_owned).collect()
}
