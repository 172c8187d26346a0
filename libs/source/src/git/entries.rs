//! The entries of a Git tree object.

/// One entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: EntryKind,
    /// Of a file: whether it may be executed.
    pub(crate) executable: bool,
    pub(crate) name: String,
    pub(crate) hash: String,
}

/// What an entry of a directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// Why a tree object cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TreeError {
    /// A name in it is not UTF-8.
    Name,
    /// It does not follow the format.
    Format,
}

/// Reads a tree object: entries of the form `mode SP name NUL hash`, where the hash is as long as those of the
/// repository (20 bytes, or 32 with SHA-256). See git's Documentation/gitformat-pack and tree.c.
pub(crate) fn parse(bytes: &[u8], hash_bytes: usize) -> Result<Vec<Entry>, TreeError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let nul = rest.iter().position(|byte| *byte == 0).ok_or(TreeError::Format)?;
        let (head, after) = (&rest[..nul], &rest[nul + 1..]);
        let space = head.iter().position(|byte| *byte == b' ').ok_or(TreeError::Format)?;
        let hash = after.get(..hash_bytes).ok_or(TreeError::Format)?;
        let name = std::str::from_utf8(&head[space + 1..]).map_err(|_| TreeError::Name)?;
        let mode = mode(&head[..space])?;
        let (kind, executable) = (kind(mode)?, mode & 0o100 != 0);
        entries.push(Entry { kind, executable, name: name.to_owned(), hash: hex(hash) });
        rest = &after[hash_bytes..];
    }
    Ok(entries)
}

fn mode(text: &[u8]) -> Result<u32, TreeError> {
    let text = std::str::from_utf8(text).map_err(|_| TreeError::Format)?;
    u32::from_str_radix(text, 8).map_err(|_| TreeError::Format)
}

/// The kind that a mode means, by the bits that `stat` has for it. Old repositories hold odd permissions.
fn kind(mode: u32) -> Result<EntryKind, TreeError> {
    match mode & 0o170_000 {
        0o040_000 => Ok(EntryKind::Directory),
        0o100_000 => Ok(EntryKind::File),
        0o120_000 => Ok(EntryKind::Link),
        0o160_000 => Ok(EntryKind::Submodule),
        _ => Err(TreeError::Format),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The path that a link's target means, relative to the same root as the link; none if it leaves the root.
pub(crate) fn link_target(link: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[(&str, &[u8])]) -> Vec<u8> {
        entries.iter().flat_map(|(head, hash)| [head.as_bytes(), b"\0", hash].concat()).collect()
    }

    #[test]
    fn entries_are_read() {
        let (a, b) = ([0xab; 20], [0x01; 20]);
        let bytes = tree(&[("100755 a b.yaml", &a), ("40000 dir", &b), ("120000 l", &a), ("160000 s", &b)]);
        let entries = parse(&bytes, 20).unwrap();
        let seen: Vec<_> = entries.iter().map(|entry| (entry.kind, entry.name.as_str())).collect();
        assert!(entries[0].executable && !parse(&tree(&[("100644 a", &a)]), 20).unwrap()[0].executable);
        use EntryKind::{Directory, File, Link, Submodule};
        assert_eq!(seen, [(File, "a b.yaml"), (Directory, "dir"), (Link, "l"), (Submodule, "s")]);
        assert_eq!((entries[0].hash.as_str(), entries[1].hash.len()), ("ab".repeat(20).as_str(), 40));
        assert_eq!(parse(&tree(&[("100644 a", &[0; 32])]), 32).unwrap()[0].hash, "00".repeat(32));
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        let hash = [0xab; 20];
        for (bytes, error) in [
            (tree(&[("100644 a", &hash[..19])]), TreeError::Format),
            (tree(&[("100644", &hash)]), TreeError::Format),
            (tree(&[("what a", &hash)]), TreeError::Format),
            (tree(&[("0 a", &hash)]), TreeError::Format),
            (b"no zero".to_vec(), TreeError::Format),
            ([b"100644 \xff\0".as_slice(), &hash].concat(), TreeError::Name),
        ] {
            assert_eq!(parse(&bytes, 20), Err(error), "{bytes:?}");
        }
    }

    #[test]
    fn links_stay_below_the_root_or_lead_nowhere() {
        for (link, target, path) in [
            ("a/l", "b", Some("a/b")),
            ("a/l", "./../c//d", Some("c/d")),
            ("l", "..", None),
            ("a/l", "../../x", None),
            ("l", "/etc/passwd", None),
            ("a/l", "..", Some("")),
        ] {
            assert_eq!(link_target(link, target).as_deref(), path, "{link} -> {target}");
        }
    }
}
