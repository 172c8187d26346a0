//! Mirrors of remote repositories, for servers.
//!
//! A mirror is a bare repository of ours that holds the commits which were asked for. It is a cache: it may be thrown
//! away at any time, and is when it is broken and nobody keeps it ([`Mirror::keep`]). Several processes may share a directory of mirrors.

mod allowed;
mod command;
mod error;
mod failure;
mod lock;
mod read;
mod refs;
mod repository;
mod url;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use allowed::Allowed;
pub use command::{GitCommand, GitOutput};
pub use error::GitError;
pub use failure::sanitised;
pub use read::{Found, ListEntry};
pub use refs::{Pinned, Revision};
pub use repository::Mirror;
pub use url::Reach;

use crate::git::credentials;
use crate::git::directory::{GitDirectory, Server};
use crate::tree::Limits;
use crate::write::sha256;

/// How much of the history a mirror holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum History {
    /// The commits that were asked for, without their parents, where the host allows it.
    #[default]
    Commits,
    /// Their parents too.
    Full,
}

/// How mirrors are kept.
#[derive(Debug, Clone)]
pub struct MirrorOptions {
    /// Which URLs are read.
    pub reach: Reach,
    /// Which of their repositories. What this machine holds is for [`MirrorOptions::reach`] alone.
    pub allowed: Allowed,
    /// How much is fetched. Mirrors of one directory all have the same.
    pub history: History,
    /// A file of the form that `git credential-store` reads (one `https://USER:TOKEN@HOST` a line). SSH finds its
    /// keys by its own configuration.
    pub credentials: Option<PathBuf>,
    /// How long one `git` may take before it is ended.
    pub deadline: Duration,
    /// How much a source may hold.
    pub limits: Limits,
}

impl Default for MirrorOptions {
    /// Other machines' repositories, single commits, no credentials, two minutes.
    fn default() -> Self {
        Self {
            reach: Reach::default(),
            allowed: Allowed::default(),
            history: History::default(),
            credentials: None,
            deadline: Duration::from_secs(120),
            limits: Limits::default(),
        }
    }
}

/// A directory of mirrors. All its methods block. Who may use it sees every repository that its credentials open:
/// keep one directory for each set of credentials.
#[derive(Debug)]
pub struct Mirrors {
    directory: PathBuf,
    options: MirrorOptions,
    server: Arc<Server>,
    /// The directory, as a place for commands that need no repository.
    outside: GitDirectory,
}

impl Mirrors {
    /// Opens a directory of mirrors, which is made if it is not there.
    ///
    /// # Errors
    /// `GIT_CACHE_FAILED` if it cannot be made.
    pub fn open(directory: &Path, options: MirrorOptions) -> Result<Self, GitError> {
        let made = fs::create_dir_all(directory).and_then(|()| directory.canonicalize());
        let directory = made.map_err(|error| GitError::cache(&error))?;
        let server = Arc::new(Server {
            protocols: options.reach.protocols(),
            credentials: options.credentials.clone(),
            deadline: options.deadline,
            until: None,
            started: Arc::new(AtomicU64::new(0)),
        });
        let outside = GitDirectory::of_server(directory.clone(), &server);
        Ok(Self { directory, options, server, outside })
    }

    /// The same mirrors for one operation, which may take as long as one `git` may: whatever it asks for after that time
    /// ends with `GIT_TIMEOUT`.
    #[must_use]
    pub fn for_one_operation(&self) -> Self {
        self.within(self.options.deadline)
    }

    /// [`Mirrors::for_one_operation`] with a shorter time.
    #[must_use]
    pub fn within(&self, total: Duration) -> Self {
        let server = Arc::new(self.server.within(total));
        let options = MirrorOptions { deadline: server.deadline, ..self.options.clone() };
        let outside = GitDirectory::of_server(self.directory.clone(), &server);
        Self { directory: self.directory.clone(), options, server, outside }
    }

    /// The mirror of a repository. Nothing is fetched yet.
    ///
    /// # Errors
    /// `GIT_URL_REFUSED`.
    pub fn mirror(&self, url: &str) -> Result<Mirror<'_>, GitError> {
        let shown = self.shown(url)?;
        // Half of the hash: no two URLs share it, and paths stay short.
        let name = &sha256(url.as_bytes())[..32];
        let git = GitDirectory::of_server(self.directory.join(format!("{name}.git")), &self.server);
        Ok(Mirror::new(self, url.to_owned(), shown, git))
    }

    /// Makes sure that a commit can be read, and fetches it if it is not there.
    ///
    /// # Errors
    /// `REVISION_NOT_FOUND` if the repository does not have it; else whatever keeps it from being fetched.
    pub fn ensure(&self, url: &str, commit: &str) -> Result<(), GitError> {
        self.mirror(url)?.ensure(commit)
    }

    /// How many processes have been started so far.
    #[must_use]
    pub fn processes(&self) -> u64 {
        self.server.started.load(Ordering::Relaxed)
    }

    /// The URL as messages show it.
    fn shown(&self, url: &str) -> Result<String, GitError> {
        if let Some(why) = self.options.reach.refusal(url) {
            return Err(GitError::UrlRefused { url: failure::sanitised(url), why });
        }
        match self.options.allowed.refusal(url) {
            Some(why) => Err(GitError::NotAllowed { url: failure::sanitised(url), why }),
            None => Ok(credentials::mask(url)),
        }
    }

    /// Refuses a host whose name stands for an address that is not to be asked.
    fn check_host(&self, url: &str) -> Result<(), GitError> {
        match self.options.allowed.refusal_by_name(url) {
            Some(why) => Err(GitError::NotAllowed { url: failure::sanitised(url), why }),
            None => Ok(()),
        }
    }

    /// A command that needs no repository.
    fn outside<'a>(&'a self, repository: &'a str) -> GitCommand<'a> {
        GitCommand::new(&self.outside, repository, self.options.deadline).outside(&self.server)
    }
}
