//! A connection of the pool that is given back only when it is known to be sound.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};

/// A connection of the pool. Whoever got every answer that was asked for keeps it ([`Connection::keep`]); else it is
/// closed, since a server that does not answer would hold it, and its place in the pool, for as long as TCP hopes.
pub(super) struct Connection {
    inner: PoolConnection<Postgres>,
    sound: bool,
}

impl Connection {
    pub(super) fn new(inner: PoolConnection<Postgres>) -> Self {
        Self { inner, sound: false }
    }

    /// Gives it back to the pool.
    pub(super) fn keep(mut self) {
        self.sound = true;
    }
}

impl Deref for Connection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.inner
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.inner
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.sound {
            self.inner.close_on_drop();
        }
    }
}
