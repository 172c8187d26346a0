//! A connection that is used while it is there. One failure, and it is left alone until a task of its own has found it well
//! again: no question is ever what finds out.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{Client, Cmd, FromRedisValue, RedisResult, cmd};
use telemetry::redis::{Asked, asked, away};
use tokio::time::{sleep, timeout};

use crate::backoff::{Backoff, lot};
use crate::clock::SystemClock;

/// How long connecting may take, and the first answer.
const CONNECT: Duration = Duration::from_secs(2);
/// Between tries to reach it.
const AGAIN: Backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(10) };

/// A connection, or none for now.
#[derive(Clone)]
pub(super) struct Link(Arc<Inner>);

struct Inner {
    client: Client,
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<MultiplexedConnection>,
    /// Which of the connections that there have been.
    generation: u64,
}

impl Link {
    pub(super) fn to(client: Client, patience: Duration) -> Self {
        let link = Self(Arc::new(Inner { client, patience, state: Mutex::default() }));
        link.connect(0);
        link
    }

    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let Some((mut connection, generation)) = self.0.connection() else {
            asked(Asked::LeftAlone);
            return None;
        };
        let answer: RedisResult<T> =
            match timeout(self.0.patience, command.query_async(&mut connection)).await {
                Ok(answer) => answer,
                Err(_) => {
                    asked(Asked::TooLate);
                    self.lose(generation);
                    return None;
                }
            };
        match answer {
            Ok(answer) => {
                asked(Asked::Answered);
                Some(answer)
            }
            // It says no to this, and may say yes to the next: it is loading, full, or holds something else there.
            Err(error) if error.code().is_some() => {
                asked(Asked::Refused);
                None
            }
            Err(_) => {
                asked(Asked::Failed);
                self.lose(generation);
                None
            }
        }
    }

    /// Lets go of a connection, unless somebody has by now.
    fn lose(&self, generation: u64) {
        let is_ours =
            self.0.with(|state| state.generation == generation && state.connection.take().is_some());
        if is_ours {
            tracing::warn!("Redis is left alone until it answers");
            self.connect(1);
        }
    }

    /// Looks for it until it answers, or nobody wants it any more; at once, if nothing has failed yet.
    fn connect(&self, mut failures: u32) {
        away(true);
        let inner = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                if failures > 0 {
                    sleep(AGAIN.delay(failures, lot(&SystemClock))).await;
                }
                failures = failures.saturating_add(1);
                let Some(client) = inner.upgrade().map(|inner| inner.client.clone()) else { return };
                if let Ok(Ok(connection)) = timeout(CONNECT, connected(&client)).await {
                    return found(&inner, connection);
                }
            }
        });
    }
}

impl Inner {
    fn connection(&self) -> Option<(MultiplexedConnection, u64)> {
        self.with(|state| Some((state.connection.clone()?, state.generation)))
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn connected(client: &Client) -> RedisResult<MultiplexedConnection> {
    let mut connection = client.get_multiplexed_async_connection().await?;
    let _: String = cmd("PING").query_async(&mut connection).await?;
    Ok(connection)
}

fn found(inner: &Weak<Inner>, connection: MultiplexedConnection) {
    let Some(inner) = inner.upgrade() else { return };
    inner.with(|state| *state = State { connection: Some(connection), generation: state.generation + 1 });
    away(false);
    tracing::info!("Redis answers");
}
