//! How a process reaches repositories: the section `git`, which every service that uses Git reads.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use source::{Allowed, MirrorOptions, Reach};

/// How repositories are reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GitSettings {
    /// Whether a repository may be a directory of this machine. On a server that others use it may not.
    pub allow_local: bool,
    /// The repositories that are read and written, each a URL in which `*` stands for any characters
    /// (`https://git.example/team/*`). None: those of all hosts that are not on a private network, or with
    /// [`GitSettings::allow_local`] all.
    pub repositories: Vec<String>,
    /// A file of the form that `git credential-store` reads.
    pub credentials: Option<PathBuf>,
    /// How many seconds one operation on a repository may take.
    pub deadline_seconds: u64,
}

impl Default for GitSettings {
    /// Other machines' repositories, without credentials, two minutes.
    fn default() -> Self {
        Self { allow_local: false, repositories: Vec::new(), credentials: None, deadline_seconds: 120 }
    }
}

impl GitSettings {
    /// For [`source::Mirrors`].
    #[must_use]
    pub fn options(&self) -> MirrorOptions {
        MirrorOptions {
            reach: if self.allow_local { Reach::RemoteAndLocal } else { Reach::Remote },
            allowed: match (self.repositories.is_empty(), self.allow_local) {
                (false, _) => Allowed::Listed(self.repositories.clone()),
                (true, true) => Allowed::Any,
                (true, false) => Allowed::Public,
            },
            credentials: self.credentials.clone(),
            deadline: Duration::from_secs(self.deadline_seconds),
            ..MirrorOptions::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(settings: &GitSettings, url: &str) -> Option<&'static str> {
        let directory = tempfile::tempdir().unwrap();
        let mirrors = source::Mirrors::open(directory.path(), settings.options()).unwrap();
        mirrors.mirror(url).err().map(|error| error.code())
    }

    #[test]
    fn without_a_list_private_hosts_are_refused_and_with_one_all_others() {
        let none = GitSettings::default();
        let inside = "https://10.0.0.5/team/shop.git";
        assert_eq!(code(&none, inside), Some("GIT_REPOSITORY_NOT_ALLOWED"));
        assert_eq!(code(&none, "https://git.example/shop.git"), None);
        let listed = GitSettings { repositories: vec!["https://10.0.0.5/team/*".to_owned()], ..none };
        assert_eq!(code(&listed, inside), None);
        assert_eq!(code(&listed, "https://git.example/shop.git"), Some("GIT_REPOSITORY_NOT_ALLOWED"));
    }
}
