//! Leases.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use super::core::Core;
use super::group_store;
use crate::error::LogError;

/// How often a server that could not be reached is tried.
const RETRY: Duration = Duration::from_millis(250);

/// Renews the leases of all subscriptions of this process, in one statement each time, and so also finds out whether the
/// server can be reached.
pub(super) async fn beat(core: Arc<Core>) {
    let mut ticks = interval(core.settings.heartbeat);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = after_an_error(&core) => {}
        }
        match renew(&core).await {
            Ok(()) if core.link.works() => core.members.wake_all(),
            Ok(()) => {}
            Err(error) => tracing::debug!(%error, "leases are renewed later"),
        }
    }
}

async fn after_an_error(core: &Core) {
    core.link.until_broken().await;
    core.members.wake_all();
    sleep(RETRY).await;
}

async fn renew(core: &Core) -> Result<(), LogError> {
    let members = core.members.all();
    if members.is_empty() && core.link.why().is_none() {
        return Ok(());
    }
    let ids: Vec<Uuid> = members.iter().map(|member| member.id).collect();
    let before = Instant::now();
    let mut connection = core.connection().await?;
    let renewed = core.in_time(group_store::renew(&mut connection, &ids, core.settings.lease)).await?;
    connection.keep();
    for member in members {
        let Some(renewed) = renewed.get(&member.id) else {
            member.kicked.notify_one();
            continue;
        };
        if member.holdings().renewed(before + core.settings.lease, Instant::now()) {
            member.woken.notify_one();
        }
        if renewed.lapsed || renewed.generation != member.generation() {
            member.kicked.notify_one();
        }
    }
    Ok(())
}
