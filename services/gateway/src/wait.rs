//! Waiting for the projections to show what a command has done.

use std::time::Duration;

use access::Identity;
use ids::PromotionId;
use protos::promotion as proto;
use tokio::time::{Instant, timeout_at};

use crate::error::ApiError;
use crate::projection::Found;
use crate::state::Gateway;

/// Another process may have folded the event, which nobody here is told.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Longer than a projection ever is behind when all is well.
const SHOWN: Duration = Duration::from_secs(5);

/// Waits until `enough` of the promotion is known, at most until the deadline; the promotion as it is then, if it is
/// known at all.
pub(crate) async fn until(
    gateway: &Gateway,
    caller: &Identity,
    id: PromotionId,
    deadline: Instant,
    enough: impl Fn(&Found) -> bool,
) -> Result<Option<Found>, ApiError> {
    let mut listener = gateway.live.listen();
    loop {
        let found = gateway.projections.promotion(caller.org, id).await?;
        if found.as_ref().is_some_and(&enough) || Instant::now() >= deadline {
            return Ok(found);
        }
        let look = deadline.min(Instant::now() + LOOK_AGAIN);
        // Either is a reason to look.
        let _ = timeout_at(look, listener.news(id.uuid())).await;
    }
}

/// Waits until the promotion is known at all.
pub(crate) async fn known(
    gateway: &Gateway,
    caller: &Identity,
    id: PromotionId,
) -> Result<Option<Found>, ApiError> {
    until(gateway, caller, id, Instant::now() + SHOWN, |_| true).await
}

/// Waits until the promotion is shown as its owner knows it, so that who decided and then looks sees the decision.
pub(crate) async fn shown(
    gateway: &Gateway,
    caller: &Identity,
    id: &str,
    decided: Option<&proto::Promotion>,
) -> Result<(), ApiError> {
    let (Ok(id), Some(decided)) = (id.parse(), decided) else { return Ok(()) };
    let given = usize::try_from(decided.approvals_given).unwrap_or(usize::MAX);
    let as_decided = |found: &Found| {
        // It may have gone on by now.
        let moved_on = !matches!(found.promotion.status.as_str(), "requested" | "preview");
        found.promotion.approved_by.len() >= given && (found.promotion.status == decided.status || moved_on)
    };
    until(gateway, caller, id, Instant::now() + SHOWN, as_decided).await?;
    Ok(())
}
