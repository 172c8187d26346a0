//! Where partitions end, as far as this process knows.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// For each partition, by its number in the database, the offset that its next record will have. What is known is a
/// bound from below: the partition may have grown since.
#[derive(Debug, Default)]
pub(super) struct Ends {
    known: Mutex<HashMap<i32, u64>>,
}

impl Ends {
    /// The partition has grown to this; answers whether that is news.
    pub(super) fn raise(&self, partition: i32, end: u64) -> bool {
        let mut known = self.lock();
        let before = known.entry(partition).or_default();
        let grown = *before < end;
        *before = end.max(*before);
        grown
    }

    /// What was known to be `known` turned out to be `end` at most, as after a database was restored from a backup.
    pub(super) fn correct(&self, partition: i32, known: u64, end: u64) {
        if let Some(before) = self.lock().get_mut(&partition)
            && *before == known
        {
            *before = end;
        }
    }

    /// Where a partition ends.
    pub(super) fn of(&self, partition: i32) -> u64 {
        self.lock().get(&partition).copied().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i32, u64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
