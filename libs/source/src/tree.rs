//! What a source holds once it is read.

use std::path::PathBuf;

/// How much a source may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest file, in bytes.
    pub file_bytes: u64,
    /// All manifests together, in bytes.
    pub total_bytes: u64,
}

impl Default for Limits {
    /// 20 MiB a file and 1 GiB together: a source that is larger is more likely a mistake in the path.
    fn default() -> Self {
        Self { file_bytes: 20 << 20, total_bytes: 1 << 30 }
    }
}

/// One file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path relative to the source's root, with `/`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A source that has been read.
#[derive(Debug, Clone)]
pub struct SourceTree {
    /// What people call it: a path, `standard input`, `URL//PATH@REV` without credentials.
    pub description: String,
    /// Its manifests, sorted by path.
    pub files: Vec<SourceFile>,
    /// The commit that it was read from, in full, where it came from Git.
    pub pinned: Option<String>,
    /// Where its files lie, if they lie in a working tree.
    pub root: Option<PathBuf>,
    /// The root as patches name it: relative to the working directory if it is below that, else to its
    /// repository; with `/`, and empty for those themselves.
    pub prefix: String,
    pub(crate) shown: Shown,
}

/// How messages name a file of a source.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) before: String,
    pub(crate) after: String,
}

impl SourceTree {
    /// A file of the source as messages name it, such that people find it: `overlays/production/web.yaml`,
    /// `git+.//staging/web.yaml@main`.
    #[must_use]
    pub fn show(&self, path: &str) -> String {
        format!("{}{path}{}", self.shown.before, self.shown.after)
    }

    /// A file of the source as patches name it.
    #[must_use]
    pub fn patch_path(&self, path: &str) -> String {
        join(&self.prefix, path)
    }

    /// The path below the source's root of a file that is named as patches name it.
    #[must_use]
    pub fn relative<'p>(&self, patch_path: &'p str) -> &'p str {
        match self.prefix.as_str() {
            "" | "." => patch_path,
            prefix => patch_path.strip_prefix(prefix).map_or(patch_path, |path| path.trim_start_matches('/')),
        }
    }
}

/// `path` below `directory`, both with `/`.
pub(crate) fn join(directory: &str, path: &str) -> String {
    match directory {
        "" | "." => path.to_owned(),
        _ if directory.ends_with('/') => format!("{directory}{path}"),
        _ => format!("{directory}/{path}"),
    }
}
