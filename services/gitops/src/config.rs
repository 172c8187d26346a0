//! How the service is set up.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::git::Author;

/// How the service is set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How many seconds lie between two looks at what was pushed; at least 1.
    pub poll_seconds: NonZeroU64,
    /// The name in the commits.
    pub author_name: String,
    /// The mail address in the commits.
    pub author_email: String,
}

/// How the service is set up as a process of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessConfig {
    /// Where its mirrors of repositories, with their history, are kept.
    pub mirrors: PathBuf,
    /// How it works.
    #[serde(default)]
    pub serve: Config,
}

const FIFTEEN: NonZeroU64 = match NonZeroU64::new(15) {
    Some(number) => number,
    None => NonZeroU64::MIN,
};

impl Default for Config {
    fn default() -> Self {
        Self {
            poll_seconds: FIFTEEN,
            author_name: "Plimsoll".to_owned(),
            author_email: "plimsoll@localhost".to_owned(),
        }
    }
}

impl Config {
    /// Between two looks.
    pub(crate) fn pause(&self) -> Duration {
        Duration::from_secs(self.poll_seconds.get())
    }

    pub(crate) fn author(&self) -> Author {
        Author { name: self.author_name.clone(), email: self.author_email.clone() }
    }
}
