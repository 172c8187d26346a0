//! What no store can keep is refused by all in the same way.

use crate::commit::Commit;
use crate::error::StoreError;

/// Postgres' text holds no zero byte.
pub(crate) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), StoreError> {
    match names.into_iter().find(|name| name.contains('\0')) {
        Some(name) => Err(StoreError::Invalid(format!("the name {name:?} holds a zero byte"))),
        None => Ok(()),
    }
}

/// Postgres' integers have a sign.
pub(crate) fn number(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Invalid(format!("{number} is above {}", i64::MAX)))
}

pub(crate) fn commit(commit: &Commit) -> Result<(), StoreError> {
    names([commit.aggregate.as_str()])?;
    names(commit.command.iter().map(|(name, _)| name.as_str()))?;
    names(commit.outbox.iter().map(|row| row.topic.as_str()))?;
    number(commit.expected_version)?;
    number(commit.sequence)?;
    if let Some(handled) = &commit.handled {
        names([handled.consumer.as_str(), handled.topic.as_str(), handled.aggregate.as_str()])?;
        number(handled.sequence)?;
    }
    Ok(())
}

/// A sentence for people, without what text cannot hold.
pub(crate) fn sentence(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
