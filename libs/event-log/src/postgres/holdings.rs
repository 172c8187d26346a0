//! What a member holds, as its process knows it.

use std::collections::BTreeMap;

use tokio::time::Instant;
use uuid::Uuid;

use super::ends::Ends;
use super::group_store::{Claim, Taken};
use crate::cursor::Cursor;

/// The most partitions that are read at once.
const MOST_AT_ONCE: usize = 16;

/// The partitions that a member holds, by their numbers in the database.
#[derive(Debug, Default)]
pub(super) struct Holdings {
    cursors: BTreeMap<i32, Cursor>,
    /// Until then nobody else can have taken them.
    fresh_until: Option<Instant>,
    turn: usize,
}

/// Records of a partition that can be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) partition: i32,
    pub(super) position: u64,
    /// Where the partition ends, as far as is known.
    pub(super) end: u64,
    pub(super) epoch: i64,
}

/// What is to change in the database.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settlement {
    pub(super) release: Vec<i32>,
    pub(super) take: Vec<i32>,
}

impl Holdings {
    /// The lease was renewed. Answers whether it had ended.
    pub(super) fn renewed(&mut self, until: Instant, now: Instant) -> bool {
        let ended = !self.is_fresh(now);
        self.fresh_until = Some(until);
        ended
    }

    /// The partitions of which there are records to deliver, each time beginning with another; none while others may
    /// have taken them.
    pub(super) fn wanted(&mut self, ends: &Ends, limit: usize, now: Instant) -> Vec<Wanted> {
        if !self.is_fresh(now) {
            return Vec::new();
        }
        let mut wanted: Vec<Wanted> = self
            .cursors
            .iter()
            .map(|(id, cursor)| (Self::all_of(*id, cursor, ends.of(*id)), cursor))
            .filter(|(wanted, cursor)| cursor.wants(wanted.end))
            .map(|(wanted, _)| wanted)
            .collect();
        self.turn = self.turn.wrapping_add(1);
        if !wanted.is_empty() {
            let first = self.turn % wanted.len();
            wanted.rotate_left(first);
        }
        wanted.truncate(limit.min(MOST_AT_ONCE));
        wanted
    }

    fn is_fresh(&self, now: Instant) -> bool {
        self.fresh_until.is_some_and(|until| now < until)
    }

    fn all_of(partition: i32, cursor: &Cursor, end: u64) -> Wanted {
        Wanted { partition, position: cursor.position, end, epoch: cursor.epoch }
    }

    /// Whether records that were read as `wanted` may be delivered still; if so, those before `next` are.
    pub(super) fn deliver(&mut self, wanted: &Wanted, next: u64, now: Instant) -> bool {
        let fresh = self.is_fresh(now);
        match self.cursors.get_mut(&wanted.partition) {
            Some(cursor)
                if fresh
                    && cursor.epoch == wanted.epoch
                    && cursor.position == wanted.position
                    && cursor.wants(wanted.end) =>
            {
                cursor.deliver(next);
                true
            }
            _ => false,
        }
    }

    /// A partition's place.
    pub(super) fn cursor(&mut self, partition: i32) -> Option<&mut Cursor> {
        self.cursors.get_mut(&partition)
    }

    /// The epoch in which a partition is held.
    pub(super) fn epoch(&self, partition: i32) -> Option<i64> {
        self.cursors.get(&partition).map(|cursor| cursor.epoch)
    }

    /// A partition is another's; or was, and is held anew.
    pub(super) fn lose(&mut self, partition: i32, epoch: i64) {
        if self.epoch(partition) == Some(epoch) {
            self.cursors.remove(&partition);
        }
    }

    /// The partitions that are held.
    pub(super) fn partitions(&self) -> impl Iterator<Item = i32> {
        self.cursors.keys().copied()
    }

    /// When the first partition that is to go goes at the latest.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.cursors.values().filter_map(Cursor::goes_at).min()
    }

    /// Brings what is held closer to what is to be held (`goals`, for each claim). The database is right about whose a
    /// partition is; what was to be released is not held from here on.
    pub(super) fn settle(
        &mut self,
        me: Uuid,
        claims: &[Claim],
        goals: &[Option<Uuid>],
        now: Instant,
        until: Instant,
    ) -> Settlement {
        let mut settlement = Settlement::default();
        for (claim, goal) in claims.iter().zip(goals) {
            let id = claim.partition_id;
            if claim.owner != Some(me) {
                self.cursors.remove(&id);
                if claim.owner.is_none() && *goal == Some(me) {
                    settlement.take.push(id);
                }
                continue;
            }
            let known = self.cursors.get(&id).is_some_and(|cursor| cursor.epoch == claim.epoch);
            if !known {
                self.cursors.insert(id, Cursor::new(claim.epoch, claim.committed));
            }
            if self.goes(id, *goal == Some(me), now, until) {
                self.cursors.remove(&id);
                settlement.release.push(id);
            }
        }
        settlement
    }

    fn goes(&mut self, partition: i32, stays: bool, now: Instant, until: Instant) -> bool {
        let Some(cursor) = self.cursors.get_mut(&partition) else { return false };
        match stays {
            true => cursor.keep(),
            false => cursor.revoke(until),
        }
        cursor.may_go(now)
    }

    /// These partitions are the member's from now on.
    pub(super) fn take(&mut self, taken: &[Taken]) {
        let cursor = |taken: &Taken| (taken.partition, Cursor::new(taken.epoch, taken.committed));
        self.cursors.extend(taken.iter().map(cursor));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use events::Topic;

    use super::*;

    const LEASE: Duration = Duration::from_secs(10);

    fn claim(partition_id: i32, owner: Option<Uuid>, epoch: i64) -> Claim {
        Claim { partition_id, topic: Topic::new("t"), owner, epoch, committed: 3, end: 9 }
    }

    fn ends(partitions: &[i32]) -> Ends {
        let ends = Ends::default();
        partitions.iter().for_each(|partition| assert!(ends.raise(*partition, 9)));
        ends
    }

    /// A member that holds partition 1, of which three are committed and nine are there.
    fn holding(me: Uuid, now: Instant) -> Holdings {
        let mut holdings = Holdings::default();
        assert!(holdings.renewed(now + LEASE, now));
        let settled = holdings.settle(me, &[claim(1, Some(me), 5)], &[Some(me)], now, now + LEASE);
        assert_eq!(settled, Settlement::default());
        holdings
    }

    #[test]
    fn what_the_database_says_is_held_is_held() {
        let (me, now) = (Uuid::from_u128(1), Instant::now());
        let mut holdings = holding(me, now);
        let wanted = holdings.wanted(&ends(&[1]), 10, now);
        assert_eq!(wanted, [Wanted { partition: 1, position: 3, end: 9, epoch: 5 }]);
        // In another epoch it was somebody else's in between: it begins again at what is committed.
        assert!(holdings.deliver(&wanted[0], 7, now));
        holdings.settle(me, &[claim(1, Some(me), 7)], &[Some(me)], now, now + LEASE);
        assert_eq!(holdings.wanted(&ends(&[1]), 10, now)[0].position, 3);
        // And what the database says is another's is lost.
        holdings.settle(me, &[claim(1, Some(Uuid::from_u128(2)), 8)], &[Some(me)], now, now + LEASE);
        assert_eq!(holdings.partitions().count(), 0);
    }

    #[test]
    fn only_what_is_free_is_taken() {
        let (me, other, now) = (Uuid::from_u128(1), Uuid::from_u128(2), Instant::now());
        let claims = [claim(1, None, 1), claim(2, Some(other), 1), claim(3, None, 1)];
        let goals = [Some(me), Some(me), Some(other)];
        let settled = Holdings::default().settle(me, &claims, &goals, now, now + LEASE);
        assert_eq!(settled, Settlement { release: Vec::new(), take: vec![1] });
    }

    #[test]
    fn what_is_being_handled_is_released_when_it_is_committed() {
        let (me, other, now) = (Uuid::from_u128(1), Uuid::from_u128(2), Instant::now());
        let mut holdings = holding(me, now);
        let wanted = holdings.wanted(&ends(&[1]), 10, now);
        assert!(holdings.deliver(&wanted[0], 7, now));
        let claims = [claim(1, Some(me), 5)];
        let settled = holdings.settle(me, &claims, &[Some(other)], now, now + LEASE);
        assert_eq!((settled, holdings.deadline()), (Settlement::default(), Some(now + LEASE)));
        assert_eq!(holdings.wanted(&ends(&[1]), 10, now), []);
        holdings.cursor(1).unwrap().commit(7);
        let settled = holdings.settle(me, &claims, &[Some(other)], now, now + LEASE);
        assert_eq!(settled, Settlement { release: vec![1], take: Vec::new() });
        assert_eq!(holdings.partitions().count(), 0);
    }

    #[test]
    fn records_that_were_read_before_a_change_are_not_delivered() {
        let (me, now) = (Uuid::from_u128(1), Instant::now());
        let changes: [fn(&mut Holdings); 3] = [
            |holdings| holdings.cursor(1).unwrap().position = 0,
            |holdings| holdings.lose(1, 5),
            |holdings| holdings.take(&[Taken { partition: 1, epoch: 6, committed: 3 }]),
        ];
        for change in changes {
            let mut holdings = holding(me, now);
            let wanted = holdings.wanted(&ends(&[1]), 10, now);
            change(&mut holdings);
            assert!(!holdings.deliver(&wanted[0], 7, now));
        }
        let mut holdings = holding(me, now);
        let wanted = holdings.wanted(&ends(&[1]), 10, now);
        assert!(!holdings.deliver(&wanted[0], 7, now + LEASE), "the lease has ended");
        assert_eq!(holdings.wanted(&ends(&[1]), 10, now + LEASE), []);
        assert!(holdings.deliver(&wanted[0], 7, now));
    }

    #[test]
    fn each_partition_has_its_turn() {
        let (me, now) = (Uuid::from_u128(1), Instant::now());
        let claims: Vec<Claim> = (0..4).map(|partition| claim(partition, Some(me), 1)).collect();
        let mut holdings = Holdings::default();
        assert!(holdings.renewed(now + LEASE, now));
        holdings.settle(me, &claims, &[Some(me); 4], now, now + LEASE);
        let ends = ends(&[0, 1, 2, 3]);
        let mut first: Vec<i32> =
            (0..4).flat_map(|_| holdings.wanted(&ends, 1, now)).map(|wanted| wanted.partition).collect();
        first.sort_unstable();
        assert_eq!(first, [0, 1, 2, 3]);
    }
}
