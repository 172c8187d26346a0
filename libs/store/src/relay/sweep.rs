//! Forgets the answers of commands that nobody asks for again.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::traits::Store;

/// A caller that tries a command again does so within a week.
const RETENTION: Duration = Duration::from_hours(7 * 24);
const EVERY: Duration = Duration::from_hours(1);
/// In small steps, so that no transaction lasts long.
const STEP: usize = 1_000;

pub(super) async fn run(store: &dyn Store, shutdown: &CancellationToken) {
    let mut hours = tokio::time::interval(EVERY);
    while shutdown.run_until_cancelled(hours.tick()).await.is_some() {
        // What fails now is done in an hour.
        while let Ok(STEP) = store.forget_commands(RETENTION, STEP).await {
            tokio::task::yield_now().await;
        }
    }
}
