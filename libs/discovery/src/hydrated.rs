//! Directories that a hydrator writes: what is rendered from a dry source, to be applied as it stands.

use serde_json::Value;

use crate::environment::{OwnedBy, Owner, Owns};
use crate::place::Location;
use crate::repository::{Index, below, shown_url};

/// The file by which Argo CD's source hydrator says what it has rendered ("Source Hydrator", `hydrator.metadata`).
pub const HYDRATOR_METADATA: &str = "hydrator.metadata";

/// Who wrote a directory, where a hydrator did: the file lies in it, or in one above.
pub(crate) fn owner(index: &Index<'_>, directory: &str) -> Option<Owner> {
    let mut above = directory;
    loop {
        let path = below(above, HYDRATOR_METADATA);
        if let Some(bytes) = index.files.file(&path) {
            return Some(Owner {
                by: OwnedBy::Hydrator { dry: dry_source(bytes) },
                owns: Owns::Everything,
                at: Location::of_file(&path),
            });
        }
        if above.is_empty() {
            return None;
        }
        above = file_tree::parent(above);
    }
}

/// `REPOSITORY at COMMIT`, as far as the file says it.
fn dry_source(bytes: &[u8]) -> String {
    let metadata: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |key: &str| metadata[key].as_str().filter(|text| !text.is_empty());
    let repository = text("repoURL").map_or_else(|| "the dry source".to_owned(), shown_url);
    match text("drySha") {
        Some(commit) => format!("{repository} at {commit}"),
        None => repository,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields are those of `hydratorMetadataFile` in Argo CD 3.1; a URL is shown without its credentials.
    #[test]
    fn the_dry_source_is_named() {
        let metadata =
            br#"{"repoURL": "https://bot:secret@git.example/shop.git", "drySha": "1f2e", "commands": []}"#;
        assert_eq!(dry_source(metadata), "https://git.example/shop.git at 1f2e");
        assert_eq!(dry_source(b"?"), "the dry source");
    }
}
