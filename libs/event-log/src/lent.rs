//! What a member was given and has not committed.

use std::collections::BTreeMap;

/// What a member was given and has not committed, by partition.
///
/// A partition may go to another member and come back between two calls. Who has records of it in hand would then commit
/// them as if nothing had been: below what the other committed, and above what is now delivered again. So what is in
/// hand is committed in the epoch in which it was delivered, and a partition that is back is told before it delivers.
#[derive(Debug)]
pub(crate) struct Lent<K>(BTreeMap<K, Hand>);

#[derive(Debug, Clone, Copy)]
struct Hand {
    epoch: i64,
    /// The offset after the last record.
    end: u64,
}

impl<K> Default for Lent<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Clone + Ord> Lent<K> {
    /// Everything before `end` was delivered.
    pub(crate) fn give(&mut self, partition: K, epoch: i64, end: u64) {
        self.0.insert(partition, Hand { epoch, end });
    }

    /// Everything before `next` is committed.
    pub(crate) fn commit(&mut self, partition: &K, next: u64) {
        if self.0.get(partition).is_some_and(|hand| hand.end <= next) {
            self.0.remove(partition);
        }
    }

    /// What is in hand is nothing to this member any more.
    pub(crate) fn forget(&mut self, partition: &K) {
        self.0.remove(partition);
    }

    /// The epoch in which what is in hand was delivered; none if nothing is.
    pub(crate) fn epoch(&self, partition: &K) -> Option<i64> {
        self.0.get(partition).map(|hand| hand.epoch)
    }

    /// A partition of which something is in hand that went and came back since; it is told of once. `epoch` answers in which
    /// epoch a partition is this member's now.
    pub(crate) fn take_returned(&mut self, epoch: impl Fn(&K) -> Option<i64>) -> Option<K> {
        let is_back = |(partition, hand): &(&K, &Hand)| epoch(partition).is_some_and(|now| now != hand.epoch);
        let partition = self.0.iter().find(is_back)?.0.clone();
        self.0.remove(&partition);
        Some(partition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_hand_is_committed_in_its_own_epoch() {
        let mut lent = Lent::default();
        lent.give("p", 5, 8);
        lent.commit(&"p", 7);
        assert_eq!(lent.epoch(&"p"), Some(5));
        lent.commit(&"p", 8);
        assert_eq!(lent.epoch(&"p"), None);
    }

    #[test]
    fn a_partition_that_is_back_is_told_of_once_and_one_that_is_gone_is_not() {
        let mut lent = Lent::default();
        lent.give("gone", 1, 8);
        lent.give("same", 2, 8);
        lent.give("back", 3, 8);
        let epoch = |partition: &&str| match *partition {
            "gone" => None,
            "same" => Some(2),
            _ => Some(5),
        };
        assert_eq!(lent.take_returned(epoch), Some("back"));
        assert_eq!(lent.take_returned(epoch), None);
        assert_eq!(lent.epoch(&"gone"), Some(1));
    }
}
