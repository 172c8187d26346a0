//! Redis, where it serves: what several processes share for a while, and each could do without. Nothing is kept in it alone, and
//! nothing waits for it: while it is away every question is answered with "nothing", at once.

mod blobs;
mod link;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::redis::{Client, Cmd, FromRedisValue, cmd};
use ids::OrgId;
use serde::{Deserialize, Serialize};

pub use blobs::SharedBlobs;

use crate::failure::Failure;
use crate::secret::Secret;
use link::Link;

/// The section `redis`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct RedisSettings {
    /// Where it is (`redis://USER:PASSWORD@HOST:PORT/DATABASE`); without it every process is on its own.
    pub url: Option<Secret<String>>,
    /// What every key begins with: installations that share a Redis differ in it.
    pub prefix: String,
    /// How long an answer may take, in milliseconds.
    pub timeout_ms: u64,
}

impl Default for RedisSettings {
    fn default() -> Self {
        Self { url: None, prefix: "plimsoll".to_owned(), timeout_ms: 25 }
    }
}

impl RedisSettings {
    /// The Redis of these settings, which need not be there; none if they name none. It connects by itself, within the
    /// runtime in which this is called.
    ///
    /// # Errors
    /// `CONFIG_INVALID`.
    pub fn open(&self) -> Result<Option<Redis>, Failure> {
        let invalid =
            |key: &str, why: &str| Failure::unhandled("CONFIG_INVALID", format!("redis.{key}: {why}"));
        let Some(url) = &self.url else { return Ok(None) };
        // What the library says may hold the password.
        let client =
            Client::open(url.expose().as_str()).map_err(|_| invalid("url", "it is no redis://HOST:PORT"))?;
        if self.prefix.is_empty() {
            return Err(invalid("prefix", "it is not empty"));
        }
        if self.timeout_ms == 0 {
            return Err(invalid("timeout_ms", "it is at least 1"));
        }
        let link = Link::to(client, Duration::from_millis(self.timeout_ms));
        Ok(Some(Redis { link, prefix: self.prefix.as_str().into() }))
    }
}

/// A Redis that may be away.
#[derive(Clone)]
pub struct Redis {
    link: Link,
    prefix: Arc<str>,
}

impl Redis {
    /// The name of something that is an organisation's.
    #[must_use]
    pub fn key(&self, what: &str, org: OrgId, name: &dyn fmt::Display) -> String {
        format!("{}:{what}:{org}:{name}", self.prefix)
    }

    /// What a script (Lua) makes of a key, at once; nothing if Redis is away, does not answer in time, or with something else.
    pub async fn run<T: FromRedisValue>(&self, script: &str, key: &str, arguments: &[u64]) -> Option<T> {
        let mut command = cmd("EVAL");
        // By its text: a Redis that was wiped or started again knows no script by its name.
        command.arg(script).arg(1).arg(key).arg(arguments);
        self.ask(&command).await
    }

    /// Whether it answers now.
    pub async fn is_there(&self) -> bool {
        self.ask::<String>(&cmd("PING")).await.is_some()
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        self.link.ask(command).await
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
