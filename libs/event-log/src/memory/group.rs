//! A consumer group of the log in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use events::Topic;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::balance::{Members, balance};
use crate::cursor::Cursor;
use crate::position::PartitionId;

/// A member.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) client: u64,
    pub(super) topics: BTreeSet<Topic>,
    /// It is cut off, and removed at this time.
    pub(super) away_until: Option<Instant>,
    /// There may be something to do for it.
    pub(super) woken: Arc<Notify>,
}

/// Who is in the group, who has what, and how far they have come.
#[derive(Debug, Default)]
pub(super) struct GroupState {
    members: BTreeMap<u64, Member>,
    claims: BTreeMap<PartitionId, Claim>,
    turn: usize,
}

#[derive(Debug, Default)]
struct Claim {
    committed: u64,
    epoch: i64,
    held: Option<(u64, Cursor)>,
}

impl GroupState {
    /// A new member. What it is to have, it gets when the group settles.
    pub(super) fn join(&mut self, id: u64, member: Member) {
        self.members.insert(id, member);
    }

    /// Whether somebody is a member.
    pub(super) fn has(&self, member: u64) -> bool {
        self.members.contains_key(&member)
    }

    /// Somebody leaves.
    pub(super) fn leave(&mut self, member: u64) {
        self.members.remove(&member);
    }

    /// The group reads this topic, which has so many partitions.
    pub(super) fn know(&mut self, topic: &Topic, partitions: u32) {
        for partition in 0..partitions {
            self.claims.entry(PartitionId { topic: topic.clone(), partition }).or_default();
        }
    }

    /// Removes who was away for too long, and moves what may move.
    pub(super) fn settle(&mut self, now: Instant, grace: Duration) {
        self.members.retain(|_, member| member.away_until.is_none_or(|until| now < until));
        let members: Members<u64> =
            self.members.iter().map(|(id, member)| (*id, member.topics.clone())).collect();
        let held = |claim: &Claim| claim.held.as_ref().map(|(owner, _)| *owner);
        let partitions: Vec<_> = self.claims.iter().map(|(id, claim)| (&id.topic, held(claim))).collect();
        let owners = balance(&partitions, &members);
        for (claim, owner) in self.claims.values_mut().zip(owners) {
            if claim.settle(owner, &members, now + grace, now)
                && let Some(member) = owner.and_then(|owner| self.members.get(&owner))
            {
                member.woken.notify_one();
            }
        }
    }

    /// When the group is to be settled again, if nothing happens before.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let away = self.members.values().filter_map(|member| member.away_until);
        let going = self.claims.values().filter_map(|claim| claim.held.as_ref()?.1.goes_at());
        away.chain(going).min()
    }

    /// The partitions of a member, each time beginning with another, so that none waits for ever.
    pub(super) fn turns(&mut self, member: u64) -> Vec<PartitionId> {
        let mut own = self.assignment(member);
        self.turn = self.turn.wrapping_add(1);
        if !own.is_empty() {
            let first = self.turn % own.len();
            own.rotate_left(first);
        }
        own
    }

    /// The partitions of a member.
    pub(super) fn assignment(&self, member: u64) -> Vec<PartitionId> {
        let held = |claim: &Claim| claim.held.as_ref().is_some_and(|(owner, _)| *owner == member);
        self.claims.iter().filter(|(_, claim)| held(claim)).map(|(id, _)| id.clone()).collect()
    }

    /// The partitions of a member, and the epochs in which they are its own.
    pub(super) fn epochs(&self, member: u64) -> BTreeMap<PartitionId, i64> {
        let own = |(id, claim): (&PartitionId, &Claim)| match &claim.held {
            Some((owner, cursor)) if *owner == member => Some((id.clone(), cursor.epoch)),
            _ => None,
        };
        self.claims.iter().filter_map(own).collect()
    }

    /// The offset from which a member wants records of a partition that ends at `end`.
    pub(super) fn wanted(&mut self, member: u64, partition: &PartitionId, end: u64) -> Option<u64> {
        self.cursor(member, partition).filter(|cursor| cursor.wants(end)).map(|cursor| cursor.position)
    }

    /// How far a member has come in a partition, if it is the member's.
    pub(super) fn cursor(&mut self, member: u64, partition: &PartitionId) -> Option<&mut Cursor> {
        let (owner, cursor) = self.claims.get_mut(partition)?.held.as_mut()?;
        (*owner == member).then_some(cursor)
    }

    /// Commits, if the partition is the member's; answers whether it is.
    pub(super) fn commit(&mut self, member: u64, partition: &PartitionId, next: u64) -> bool {
        match self.claims.get_mut(partition) {
            Some(Claim { committed, held: Some((owner, cursor)), .. }) if *owner == member => {
                *committed = next;
                cursor.commit(next);
                true
            }
            _ => false,
        }
    }

    pub(super) fn committed(&self, partition: &PartitionId) -> u64 {
        self.claims.get(partition).map_or(0, |claim| claim.committed)
    }

    /// The members of a client are away until they are removed, or back.
    pub(super) fn set_away(&mut self, client: u64, until: Option<Instant>) {
        for member in self.members.values_mut() {
            if member.client == client {
                member.away_until = until;
            }
            // The others work out anew how long they may wait.
            member.woken.notify_one();
        }
    }

    /// There is something new in a topic.
    pub(super) fn wake(&self, topic: &Topic) {
        self.members
            .values()
            .filter(|member| member.topics.contains(topic))
            .for_each(|member| member.woken.notify_one());
    }
}

impl Claim {
    /// Brings the partition closer to the owner that it is to have; answers whether that one has just got it.
    fn settle(&mut self, goal: Option<u64>, members: &Members<u64>, until: Instant, now: Instant) -> bool {
        if let Some((owner, cursor)) = &mut self.held {
            if Some(*owner) == goal {
                cursor.keep();
                return false;
            }
            cursor.revoke(until);
            if members.contains_key(owner) && !cursor.may_go(now) {
                return false;
            }
        }
        self.epoch += i64::from(goal.is_some());
        self.held = goal.map(|owner| (owner, Cursor::new(self.epoch, self.committed)));
        goal.is_some()
    }
}
