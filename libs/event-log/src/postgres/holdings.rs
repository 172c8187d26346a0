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
    epoch: i64,
}

/// What is to change in the database.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settlement {
    pub(super) release: Vec<i32>,
    pub(super) take: Vec<i32>,
}

impl Holdings {
    /// The lease was renewed.
    pub(super) fn renewed(&mut self, until: Instant) {
        self.fresh_until = Some(until);
    }

    /// The partitions of which there are records to deliver, each time beginning with another; none while others may
    /// have taken them.
    pub(super) fn wanted(&mut self, ends: &Ends, limit: usize, now: Instant) -> Vec<Wanted> {
        if self.fresh_until.is_none_or(|until| until <= now) {
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

    fn all_of(partition: i32, cursor: &Cursor, end: u64) -> Wanted {
        Wanted { partition, position: cursor.position, end, epoch: cursor.epoch }
    }

    /// Whether records that were read as `wanted` may be delivered still; if so, those before `next` are.
    pub(super) fn deliver(&mut self, wanted: &Wanted, next: u64) -> bool {
        match self.cursors.get_mut(&wanted.partition) {
            Some(cursor)
                if cursor.epoch == wanted.epoch
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

    /// A partition is another's.
    pub(super) fn lose(&mut self, partition: i32) {
        self.cursors.remove(&partition);
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
