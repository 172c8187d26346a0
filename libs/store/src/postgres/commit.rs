//! One transaction for what a decider commits.

use super::{commands, handled, outbox, state};
use crate::check;
use crate::commit::Commit;
use crate::database::Database;
use crate::error::StoreError;

/// The mark first: who comes twice learns that, and not that the version has moved. The outbox last: the numbers of an
/// aggregate's rows are then drawn while its row is held, so they rise in the order of its commits.
pub(super) async fn commit(database: &Database, commit: &Commit) -> Result<(), StoreError> {
    check::commit(commit)?;
    let mut transaction = database.begin().await?;
    if let Some(event) = &commit.handled {
        let mark = handled::Mark::of(commit.org, event);
        if !handled::raise(&mut *transaction, &mark).await? {
            let aggregate = event.aggregate.clone();
            return Err(StoreError::Duplicate { aggregate, sequence: event.sequence });
        }
    }
    state::replace(&mut transaction, commit).await?;
    if let Some((name, answer)) = &commit.command
        && !commands::answer(&mut transaction, commit.org, name, answer).await?
    {
        return Err(state::conflict(commit));
    }
    for row in &commit.outbox {
        outbox::insert(&mut transaction, row).await?;
    }
    Ok(transaction.commit().await?)
}
