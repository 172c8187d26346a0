//! Postgres' programs: where they are, and which version.

use std::ffi::OsString;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::url::DatabaseUrl;

/// The major versions of Postgres that Plimsoll runs on: those that postgresql.org/support/versioning still mends, and
/// 14, the last one before.
pub const SUPPORTED: RangeInclusive<u32> = 14..=18;

/// Where distributions keep several versions side by side; `*` is the version.
const INSTALLED: [&str; 4] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
];

/// Where to look for a database, in the order of the fields.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// A database of the operator's own. With one, nothing is started.
    pub database_url: Option<DatabaseUrl>,
    /// The directory that holds `initdb` and `postgres`. With one, no other is looked at.
    pub pg_bin: Option<PathBuf>,
    /// Directories as in `PATH`. The first that holds both programs is taken.
    pub path: Option<OsString>,
    /// Paths in which a `*` stands for a version. The highest supported version is taken.
    pub installed: Vec<String>,
}

impl Lookup {
    /// `DATABASE_URL`, `PLIMSOLL_PG_BIN` and `PATH` of this process, and where distributions put Postgres. An empty
    /// variable counts as none.
    #[must_use]
    pub fn from_env() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            database_url: variable("DATABASE_URL").map(|url| DatabaseUrl::new(url.to_string_lossy())),
            pg_bin: variable("PLIMSOLL_PG_BIN").map(PathBuf::from),
            path: variable("PATH"),
            installed: INSTALLED.map(str::to_owned).to_vec(),
        }
    }

    /// The programs to use: those of the `wanted` major version if there are data already, else the first supported.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unusable`] or [`Error::Unsupported`]. A version that is found but not wanted is
    /// no error here.
    pub fn programs(&self, wanted: Option<u32>) -> Result<Programs, Error> {
        if let Some(directory) = &self.pg_bin {
            let programs = Programs::at(directory)?;
            return programs.supported();
        }
        let found: Vec<_> =
            self.candidates().iter().filter_map(|directory| Programs::at(directory).ok()).collect();
        let choose = |fits: &dyn Fn(&Programs) -> bool| found.iter().find(|programs| fits(programs)).cloned();
        choose(&|programs| Some(programs.major) == wanted && SUPPORTED.contains(&programs.major))
            .or_else(|| choose(&|programs| SUPPORTED.contains(&programs.major)))
            .or_else(|| found.first().cloned())
            .ok_or_else(|| Error::NotFound { looked: self.looked() })?
            .supported()
    }

    /// Directories that may hold the programs, the best first.
    fn candidates(&self) -> Vec<PathBuf> {
        let mut installed: Vec<_> = self.installed.iter().flat_map(|pattern| versions(pattern)).collect();
        installed.sort_by(|left, right| right.cmp(left));
        self.path_directories()
            .into_iter()
            .chain(installed.into_iter().map(|(_, directory)| directory))
            .collect()
    }

    fn path_directories(&self) -> Vec<PathBuf> {
        self.path.iter().flat_map(std::env::split_paths).filter(|directory| directory.is_absolute()).collect()
    }

    fn looked(&self) -> Vec<PathBuf> {
        self.path_directories().into_iter().chain(self.installed.iter().map(PathBuf::from)).collect()
    }
}

/// The directories that a pattern stands for, with their versions.
fn versions(pattern: &str) -> Vec<(u32, PathBuf)> {
    let Some((before, after)) = pattern.split_once('*') else { return Vec::new() };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let entries = fs::read_dir(format!("{parent}/")).into_iter().flatten().flatten();
    let version = |name: OsString| name.to_str()?.strip_prefix(prefix)?.parse().ok();
    entries
        .filter_map(|entry| version(entry.file_name()))
        .map(|version: u32| (version, PathBuf::from(format!("{before}{version}{after}"))))
        .collect()
}

/// Postgres' programs in one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// The directory, absolute.
    pub directory: PathBuf,
    /// The major version, such as 15.
    pub major: u32,
    /// What `postgres --version` says, such as `15.18`.
    pub version: String,
}

impl Programs {
    fn at(directory: &Path) -> Result<Self, Error> {
        let unusable = |why: String| Error::Unusable { directory: directory.to_owned(), why };
        let directory = std::path::absolute(directory).map_err(|error| unusable(error.to_string()))?;
        for program in ["initdb", "postgres"] {
            if !directory.join(program).is_file() {
                return Err(unusable(format!("{program} is missing")));
            }
        }
        let output = Command::new(directory.join("postgres"))
            .arg("--version")
            .output()
            .map_err(|error| unusable(format!("postgres cannot be run: {error}")))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let (major, version) = parse_version(&said)
            .ok_or_else(|| unusable(format!("postgres --version says {:?}", said.trim())))?;
        Ok(Self { directory, major, version })
    }

    fn supported(self) -> Result<Self, Error> {
        if SUPPORTED.contains(&self.major) {
            return Ok(self);
        }
        Err(Error::Unsupported { directory: self.directory, major: self.major })
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.directory.join("initdb")
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.directory.join("postgres")
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian …)`, `… 18beta1` or `… 19devel`.
fn parse_version(said: &str) -> Option<(u32, String)> {
    let version = said.strip_prefix("postgres (PostgreSQL) ")?.split_whitespace().next()?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).map_or(version, |end| &version[..end]);
    Some((digits.parse().ok()?, version.to_owned()))
}

#[cfg(test)]
#[path = "tests/programs.rs"]
mod tests;
