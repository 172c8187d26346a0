//! Redis: what the processes share in it, each could do without, so nothing of it is kept.

use crate::error::StackError;
use crate::layout::{Layout, Shared, put};
use crate::process::{Ends, Part, Ready};
use crate::shell::found;

const PROGRAM: &str = "redis-server";

impl Shared {
    /// In a Redis, where this machine has one.
    #[must_use]
    pub fn found() -> Self {
        found(PROGRAM).map_or(Self::Nothing, |_| Self::InRedis)
    }
}

/// Redis as a part, if there is to be one.
pub(crate) fn part(layout: &Layout) -> Result<Option<Part>, StackError> {
    if layout.shared == Shared::Nothing {
        return Ok(None);
    }
    let missing = || StackError::new(format!("there is no {PROGRAM} (Debian: apt-get install redis-server)"));
    let program = found(PROGRAM).ok_or_else(missing)?;
    let (port, settings, data) = (layout.redis_port(), layout.at("config/redis.conf"), layout.at("data"));
    let password = layout.secret("redis")?;
    // In a file, since every user of the machine sees the words of a command.
    let text = format!(
        "bind 127.0.0.1\nport {port}\ndir \"{}\"\nrequirepass {password}\nsave \"\"\nappendonly no\n",
        data.display()
    );
    put(&settings, &text)?;
    Ok(Some(Part {
        name: "redis".to_owned(),
        service: None,
        port,
        words: [program, settings].map(|word| word.display().to_string()).into(),
        ready: Ready::Connects,
        ends: Ends::Terminated,
        directory: layout.directory.clone(),
    }))
}

/// Where services find it, as a table of their configuration; nothing where there is none.
pub(crate) fn setting(layout: &Layout) -> Result<&'static str, StackError> {
    match layout.shared {
        Shared::Nothing => Ok(""),
        Shared::InRedis => {
            let (port, password) = (layout.redis_port(), layout.secret("redis")?);
            put(&layout.at("secrets/redis.url"), &format!("redis://:{password}@127.0.0.1:{port}"))?;
            Ok("[redis]\nurl_file = \"../secrets/redis.url\"\n")
        }
    }
}
