//! What holds after every history.

mod acknowledged;
mod audited;
mod evidence;
mod order;
mod previewed;
mod projected;
mod promoted;
mod pushed;

pub(crate) use evidence::Evidence;

use crate::history::HistoryError;
use crate::report::Violation;
use crate::world::World;

/// What was found that should not be.
pub(crate) async fn check(world: &World, evidence: &Evidence) -> Result<Vec<Violation>, HistoryError> {
    let mut found = order::check(evidence);
    found.extend(acknowledged::check(world, evidence).await?);
    found.extend(promoted::check(evidence));
    found.extend(previewed::check(world, evidence).await?);
    found.extend(pushed::check(world, evidence));
    found.extend(projected::check(world, evidence));
    found.extend(audited::check(world, evidence));
    Ok(found)
}
