//! News from other processes.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::time::{sleep, timeout};

use super::announce::{CHANNEL, News};
use super::core::Core;
use super::failure::failure;
use crate::error::LogError;

/// How long to wait before listening is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// Listens, and looks now and then, for as long as this process has subscriptions.
pub(super) async fn follow(core: Arc<Core>) {
    loop {
        core.members.until_any().await;
        if let Err(error) = listen(&core).await {
            tracing::debug!(%error, "cannot listen, looking instead");
            sleep(RETRY).await;
            let _unavailable = core.look().await;
        }
    }
}

/// Listens until there is nobody to listen for, or the connection is lost.
async fn listen(core: &Core) -> Result<(), LogError> {
    let mut listener = PgListener::connect_with(&core.pool).await.map_err(failure)?;
    // What was said while nobody listened has to be looked up, so a lost connection is not mended behind our back.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await.map_err(failure)?;
    let process = core.process.to_string();
    while !core.members.is_empty() {
        core.look().await?;
        let quiet = timeout(core.settings.poll, until_records(core, &mut listener, &process)).await;
        quiet.unwrap_or(Ok(()))?;
    }
    Ok(())
}

/// Waits for news of records; passes on news of groups.
async fn until_records(core: &Core, listener: &mut PgListener, process: &str) -> Result<(), LogError> {
    loop {
        let lost = || LogError::Unavailable("the connection was lost".to_owned());
        let notification = listener.try_recv().await.map_err(failure)?.ok_or_else(lost)?;
        match News::read(notification.payload(), process) {
            Some(News::Records) => return Ok(()),
            Some(News::Group(group)) => core.members.kick(&group, None),
            None => {}
        }
    }
}
