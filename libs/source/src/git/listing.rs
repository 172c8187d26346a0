//! Which manifests a commit holds below a path.

use std::collections::HashMap;

use super::Pinned;
use super::command::{git, run};
use super::location::GitSource;
use crate::error::SourceError;
use crate::select;

/// The manifests below the path of a source.
pub(super) struct Listing {
    /// Whether the path is that of a file.
    pub(super) is_file: bool,
    /// Each with its path relative to the source's root.
    pub(super) blobs: Vec<(String, Blob)>,
}

/// An object of the repository.
#[derive(Debug, Clone)]
pub(super) struct Blob {
    pub(super) hash: String,
    pub(super) size: u64,
}

/// One entry of a tree.
struct Entry {
    mode: String,
    blob: Blob,
}

const LINK: &str = "120000";
const SUBMODULE: &str = "160000";
/// Links to links: as deep as Linux follows them.
const LINK_DEPTH: usize = 40;

pub(super) fn list(source: &GitSource, pinned: &Pinned) -> Result<Listing, SourceError> {
    let repository = source.repository_shown();
    let name = format!("{}:{}", pinned.commit, pinned.path);
    let kind = run(git(&pinned.directory).args(["cat-file", "-t", &name]), &repository)?;
    let Ok(kind) = kind else {
        return Err(SourceError::NotFound { argument: source.to_string(), tried: Vec::new() });
    };
    if kind.starts_with(b"blob") {
        let base = pinned.path.rsplit('/').next().unwrap_or_default().to_owned();
        let hash = run(
            git(&pinned.directory).args(["rev-parse", "--verify", "--end-of-options", &name]),
            &repository,
        )?
        .map_err(|why| SourceError::Git { repository: repository.clone(), why })?;
        let hash = String::from_utf8_lossy(&hash).trim().to_owned();
        return Ok(Listing { is_file: true, blobs: vec![(base, Blob { hash, size: 0 })] });
    }
    let output =
        run(git(&pinned.directory).args(["ls-tree", "-r", "-z", "-l", "--full-tree", &name]), &repository)?
            .map_err(|why| SourceError::Git { repository: repository.clone(), why })?;
    let entries = parse(&output, source)?;
    let blobs = select_manifests(source, pinned, &entries)?;
    Ok(Listing { is_file: false, blobs })
}

/// Entries of the form `mode type hash size<TAB>path<NUL>`.
fn parse(output: &[u8], source: &GitSource) -> Result<Vec<(String, Entry)>, SourceError> {
    let unreadable = |why: &str| SourceError::Unreadable { path: source.to_string(), why: why.to_owned() };
    let mut entries = Vec::new();
    for line in output.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        let line =
            std::str::from_utf8(line).map_err(|_| unreadable("it holds a file whose name is not UTF-8"))?;
        let (meta, path) =
            line.split_once('\t').ok_or_else(|| unreadable("git ls-tree said something else"))?;
        let mut words = meta.split_whitespace();
        let (mode, _kind, hash, size) = (words.next(), words.next(), words.next(), words.next());
        let (Some(mode), Some(hash)) = (mode, hash) else {
            return Err(unreadable("git ls-tree said something else"));
        };
        let size = size.and_then(|size| size.parse().ok()).unwrap_or(0);
        let blob = Blob { hash: hash.to_owned(), size };
        entries.push((path.to_owned(), Entry { mode: mode.to_owned(), blob }));
    }
    Ok(entries)
}

fn select_manifests(
    source: &GitSource,
    pinned: &Pinned,
    entries: &[(String, Entry)],
) -> Result<Vec<(String, Blob)>, SourceError> {
    let by_path: HashMap<&str, &Entry> = entries.iter().map(|(path, entry)| (path.as_str(), entry)).collect();
    let (before, after) = source.shown_around(false);
    let shown = |path: &str| format!("{before}{path}{after}");
    let mut blobs = Vec::new();
    for (path, entry) in entries {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        if directory.split('/').any(|part| !part.is_empty() && select::is_hidden(part)) {
            continue;
        }
        select::refuse_rendered(name, || shown(directory))?;
        if entry.mode == SUBMODULE {
            let why = "it is a submodule, which is not fetched".to_owned();
            return Err(SourceError::Unreadable { path: shown(path), why });
        }
        if !select::is_manifest(name) {
            continue;
        }
        let found = match entry.mode == LINK {
            true => follow(source, pinned, path, &by_path)?.map_err(|why| match why {
                Broken::Leaves => SourceError::Outside { path: shown(path), root: source.to_string() },
                Broken::Dangles => {
                    SourceError::Unreadable { path: shown(path), why: "it is a link to nothing".to_owned() }
                }
            })?,
            false => entry.blob.clone(),
        };
        blobs.push((path.clone(), found));
    }
    Ok(blobs)
}

enum Broken {
    Leaves,
    Dangles,
}

/// The file that a link leads to, within the same tree.
fn follow(
    source: &GitSource,
    pinned: &Pinned,
    link: &str,
    entries: &HashMap<&str, &Entry>,
) -> Result<Result<Blob, Broken>, SourceError> {
    let mut path = link.to_owned();
    for _ in 0..LINK_DEPTH {
        let Some(entry) = entries.get(path.as_str()) else { return Ok(Err(Broken::Dangles)) };
        if entry.mode != LINK {
            return Ok(Ok(entry.blob.clone()));
        }
        let target = run(
            git(&pinned.directory).args(["cat-file", "blob", &entry.blob.hash]),
            &source.repository_shown(),
        )?
        .map_err(|why| SourceError::Git { repository: source.repository_shown(), why })?;
        match resolve(&path, &String::from_utf8_lossy(&target)) {
            Some(next) => path = next,
            None => return Ok(Err(Broken::Leaves)),
        }
    }
    Ok(Err(Broken::Dangles))
}

/// The path that a link's target means, relative to the root; none if it leaves the root.
fn resolve(link: &str, target: &str) -> Option<String> {
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
