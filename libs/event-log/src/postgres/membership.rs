//! The task of a subscription: it alone joins, settles and leaves, so that these come one after the other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until};

use super::core::Core;
use super::rebalance::{leave, rebalance};
use super::registry::Member;
use crate::error::LogError;

/// How long to wait before a share that could not be settled is tried again.
const RETRY: Duration = Duration::from_millis(250);

/// Joins, tells how that went, sees to the member's share until the subscription ends, and leaves.
pub(super) async fn run(
    core: Arc<Core>,
    member: Arc<Member>,
    joined: oneshot::Sender<Result<(), LogError>>,
) -> Result<(), LogError> {
    // From here on it is told what changes in the group, before it has a share of it.
    core.members.add(Arc::clone(&member));
    let join = rebalance(&core, &member).await;
    let refused = join.is_err();
    if joined.send(join).is_ok() && !refused {
        keep(&core, &member).await;
    }
    core.members.remove(member.id);
    leave(&core, &member).await
}

/// Keeps the member's share right until the subscription ends.
async fn keep(core: &Core, member: &Member) {
    loop {
        let deadline = member.holdings().deadline();
        tokio::select! {
            () = member.closing.cancelled() => return,
            () = member.kicked.notified() => {}
            () = until(deadline) => {}
        }
        if rebalance(core, member).await.is_err() {
            tokio::select! {
                () = member.closing.cancelled() => return,
                () = sleep(RETRY) => member.kicked.notify_one(),
            }
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
