//! Why there is no Postgres.

use std::io;
use std::path::{Path, PathBuf};

use crate::programs::SUPPORTED;

/// What keeps Postgres from being started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No directory has both `initdb` and `postgres`.
    #[error("Postgres' programs initdb and postgres were not found; looked in {}", list(looked))]
    NotFound {
        /// Where they were looked for.
        looked: Vec<PathBuf>,
    },
    /// The programs in the directory that was named cannot be used.
    #[error("Postgres in {}: {why}", directory.display())]
    Unusable {
        /// The directory of the programs.
        directory: PathBuf,
        /// What is wrong with them.
        why: String,
    },
    /// Only versions were found that Plimsoll does not run on.
    #[error(
        "Postgres {major} in {} is not supported; Plimsoll runs on {} to {}",
        directory.display(), SUPPORTED.start(), SUPPORTED.end()
    )]
    Unsupported {
        /// The directory of the programs.
        directory: PathBuf,
        /// Their major version.
        major: u32,
    },
    /// The data was written by another major version of Postgres.
    #[error("the data in {} are Postgres {data}'s, and the programs found are Postgres {programs}'s", path.display())]
    Version {
        /// The data directory.
        path: PathBuf,
        /// The version that wrote the data.
        data: String,
        /// The version of the programs.
        programs: String,
    },
    /// A later Plimsoll has used the directory.
    #[error("{} has layout {found}; this Plimsoll knows layouts up to {known}", path.display())]
    Newer {
        /// The data directory.
        path: PathBuf,
        /// What its layout file says.
        found: String,
        /// The newest layout that this build knows.
        known: u32,
    },
    /// Another process works in the directory.
    #[error("{} is in use by {}", path.display(), holder(*pid))]
    InUse {
        /// The data directory.
        path: PathBuf,
        /// The process, where it is known.
        pid: Option<u32>,
    },
    /// Postgres refuses to run as root, and there is nobody else to run it as.
    #[error("Postgres does not run as {who}, and nobody else can run it in {}: {why}", path.display())]
    NoUser {
        /// The user of this process.
        who: String,
        /// The data directory.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The data directory cannot be used.
    #[error("{}: {why}", path.display())]
    Directory {
        /// The file or directory.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// No space is left.
    #[error("the disk of {} is full: {why}", path.display())]
    DiskFull {
        /// The data directory.
        path: PathBuf,
        /// What could not be written.
        why: String,
    },
    /// initdb or the server ended, or did not become ready.
    #[error("{what} in {} failed: {why}", path.display())]
    Failed {
        /// The program.
        what: &'static str,
        /// The data directory.
        path: PathBuf,
        /// What it said last.
        why: String,
    },
}

impl Error {
    /// The stable code of the page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } | Self::Unusable { .. } => "POSTGRES_NOT_FOUND",
            Self::Unsupported { .. } => "POSTGRES_UNSUPPORTED",
            Self::NoUser { .. } => "POSTGRES_USER",
            Self::Failed { .. } => "POSTGRES_FAILED",
            Self::Version { .. } => "DATA_DIRECTORY_VERSION",
            Self::Newer { .. } => "DATA_DIRECTORY_NEWER",
            Self::InUse { .. } => "DATA_DIRECTORY_IN_USE",
            Self::Directory { .. } => "DATA_DIRECTORY_UNUSABLE",
            Self::DiskFull { .. } => "DISK_FULL",
        }
    }

    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        let (path, why) = (path.to_owned(), error.to_string());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path, why },
            _ => Self::Directory { path, why },
        }
    }

    /// A program of Postgres failed, and said this.
    pub(crate) fn failed(what: &'static str, path: &Path, said: &str) -> Self {
        let path = path.to_owned();
        let full =
            |line: &&str| line.contains("No space left on device") || line.contains("Disk quota exceeded");
        match said.lines().find(full) {
            Some(line) => Self::DiskFull { path, why: line.trim().to_owned() },
            None => Self::Failed { what, path, why: said.trim().to_owned() },
        }
    }
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}
