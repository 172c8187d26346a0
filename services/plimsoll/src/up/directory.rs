//! The data directory: what is where.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The data directory.
pub(crate) struct Directory(PathBuf);

/// Where data are kept: where somebody says, or as the XDG base directories have it.
pub(crate) fn data_directory(said: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let usual = || set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")));
    let unknown = || Failure::new("DATA_DIRECTORY_UNUSABLE", "neither --data, XDG_DATA_HOME nor HOME is set");
    said.or_else(|| Some(usual()?.join("plimsoll"))).ok_or_else(unknown)
}

impl Directory {
    /// Opens it, or makes it. What others made is not opened up.
    pub(crate) fn open(given: Option<PathBuf>) -> Result<Self, Failure> {
        let path = data_directory(given)?;
        let fail = |error: std::io::Error| {
            Failure::new("DATA_DIRECTORY_UNUSABLE", format!("{} cannot be used: {error}", path.display()))
        };
        // Postgres' own user has to come through; what is secret in it has a directory of its own.
        fs::DirBuilder::new().recursive(true).mode(0o755).create(&path).map_err(fail)?;
        let root = path.canonicalize().map_err(fail)?;
        let directory = Self(root);
        for private in [directory.keys(), directory.mirrors(), directory.histories()] {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&private).map_err(fail)?;
        }
        Ok(directory)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    /// Whether an earlier start came as far as keeping something here: keys are made before.
    pub(crate) fn is_begun(&self) -> bool {
        self.0.join("postgres").exists() || self.keys().join("admin.token").exists()
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// Mirrors of single commits, for reading.
    pub(crate) fn mirrors(&self) -> PathBuf {
        self.0.join("git/commits")
    }

    /// Mirrors with their history, for pushing and for recognising merges.
    pub(crate) fn histories(&self) -> PathBuf {
        self.0.join("git/histories")
    }

    /// The token of the first organisation's admin, who runs the installation too.
    pub(crate) fn first_token(&self) -> PathBuf {
        self.keys().join("admin.token")
    }

    /// The token of an organisation's admin: `admin.token` for the first organisation, `admin-NAME.token` for the others.
    /// A name that is no plain file name gives way to the organisation's identifier.
    pub(crate) fn admin_token(&self, organisation: &str) -> PathBuf {
        let first = self.first_token();
        let org = catalog::organisation_id(organisation);
        let token = fs::read_to_string(&first).ok();
        let token = token.and_then(|text| gateway::BearerToken::parse(text.trim()).ok());
        if token.is_none_or(|token| token.org == org) {
            return first;
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        match !organisation.is_empty() && organisation.len() <= 100 && organisation.chars().all(plain) {
            true => self.keys().join(format!("admin-{organisation}.token")),
            false => self.keys().join(format!("admin-{org}.token")),
        }
    }
}
