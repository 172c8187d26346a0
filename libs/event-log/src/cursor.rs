//! How far a member has come in a partition that is its own.

use tokio::time::Instant;

/// A member's place in a partition.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    /// How often the partition has been given to a member: what fences those that had it before.
    pub(crate) epoch: i64,
    /// The next offset to deliver.
    pub(crate) position: u64,
    /// Whether delivery is paused.
    pub(crate) paused: bool,
    /// The offset after the last record that was delivered and is not committed.
    outstanding: Option<u64>,
    /// Another member is to have the partition: it goes when what was delivered is committed, or at this time.
    goes_at: Option<Instant>,
}

impl Cursor {
    /// The place of a member that has just been given the partition.
    pub(crate) fn new(epoch: i64, committed: u64) -> Self {
        Self { epoch, position: committed, paused: false, outstanding: None, goes_at: None }
    }

    /// Whether records up to `end` may be delivered.
    pub(crate) fn wants(&self, end: u64) -> bool {
        self.position < end && !self.paused && self.goes_at.is_none()
    }

    /// Everything before `next` has been delivered.
    pub(crate) fn deliver(&mut self, next: u64) {
        self.position = next;
        self.outstanding = Some(next);
    }

    /// Everything before `next` is committed.
    pub(crate) fn commit(&mut self, next: u64) {
        if self.outstanding.is_some_and(|outstanding| outstanding <= next) {
            self.outstanding = None;
        }
    }

    /// The partition is to go to another member, at the latest at `until` as it was first said.
    pub(crate) fn revoke(&mut self, until: Instant) {
        self.goes_at.get_or_insert(until);
    }

    /// The partition stays after all.
    pub(crate) fn keep(&mut self) {
        self.goes_at = None;
    }

    /// Whether the partition is to go and nothing holds it any more.
    pub(crate) fn may_go(&self, now: Instant) -> bool {
        self.goes_at.is_some_and(|until| self.outstanding.is_none() || until <= now)
    }

    /// When the partition goes at the latest, if it is to go.
    pub(crate) fn goes_at(&self) -> Option<Instant> {
        self.goes_at
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_partition_goes_when_what_was_delivered_is_committed() {
        let now = Instant::now();
        let until = now + Duration::from_secs(10);
        let mut cursor = Cursor::new(1, 5);
        cursor.deliver(8);
        cursor.revoke(until);
        assert!(!cursor.wants(9));
        assert!(!cursor.may_go(now));
        cursor.commit(7);
        assert!(!cursor.may_go(now));
        cursor.commit(8);
        assert!(cursor.may_go(now));
    }

    #[test]
    fn a_partition_goes_at_its_time_whatever_was_committed() {
        let now = Instant::now();
        let until = now + Duration::from_secs(10);
        let mut cursor = Cursor::new(1, 0);
        cursor.deliver(1);
        cursor.revoke(until);
        cursor.revoke(until + Duration::from_secs(10));
        assert!(!cursor.may_go(until - Duration::from_millis(1)));
        assert!(cursor.may_go(until));
        cursor.keep();
        assert!(!cursor.may_go(until));
        assert!(cursor.wants(2));
    }
}
