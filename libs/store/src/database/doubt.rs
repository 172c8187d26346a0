//! Connections that come back to the pool after somebody was left without an answer.
//!
//! sqlx asks every connection that comes back whether it is there, and waits for the answer. Of a server that fell silent none
//! comes: each question that was given up would keep its place in the pool until TCP gives up, after a quarter of an hour, while the
//! server is long somewhere else. So for a while after a question that was left they are asked with a deadline. One that was on its way
//! back when the silence began keeps its place all the same; to ask each of them twice at all times would cost more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use tokio::time::{Instant, timeout};

/// A connection that is there answers within this.
const THERE: Duration = Duration::from_secs(1);

/// For so long after a question was left every connection that comes back is asked so.
const WATCH: Duration = Duration::from_secs(60);

/// For so long after a beginning was left none is taken back.
const CLOSE: Duration = Duration::from_secs(1);

/// Whether a connection that comes back may be one of which no answer comes. Clones are one.
#[derive(Debug, Clone, Default)]
pub(super) struct Doubt(Arc<Mutex<Until>>);

#[derive(Debug, Default)]
struct Until {
    watched: Option<Instant>,
    closed: Option<Instant>,
}

/// A question. Until it is answered, to drop this is to leave it.
pub(super) struct Asked<'a> {
    doubt: &'a Doubt,
    is_answered: bool,
}

impl Doubt {
    /// Somebody asks.
    pub(super) fn ask(&self) -> Asked<'_> {
        Asked { doubt: self, is_answered: false }
    }

    /// A beginning of a transaction was given up. Its connection, of which sqlx does not know that it is in one, comes back now.
    pub(super) fn left_begun(&self) {
        self.until().closed = Some(Instant::now() + CLOSE);
    }

    /// Whether the pool may keep a connection that came back. What is an error is closed without another word.
    pub(super) async fn keeps(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let (watched, closed) = {
            let Until { watched, closed } = *self.until();
            (is_ahead(watched), is_ahead(closed))
        };
        if closed {
            return Err(no_answer());
        }
        if watched {
            timeout(THERE, connection.ping()).await.map_err(|_| no_answer())??;
        }
        Ok(true)
    }

    fn until(&self) -> MutexGuard<'_, Until> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a connection that has idled is there still.
pub(super) async fn is_there(connection: &mut PgConnection) -> bool {
    matches!(timeout(THERE, connection.ping()).await, Ok(Ok(())))
}

pub(super) fn no_answer() -> sqlx::Error {
    std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer in time").into()
}

fn is_ahead(moment: Option<Instant>) -> bool {
    moment.is_some_and(|moment| Instant::now() < moment)
}

impl Asked<'_> {
    pub(super) fn answered(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.doubt.until().watched = Some(Instant::now() + WATCH);
        }
    }
}
