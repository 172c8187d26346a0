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
    rest: Rest,
}

/// Whether a partition may have to move. Every question to the log settles the group first, so that one where nothing can
/// have moved costs nothing.
#[derive(Debug, Default, Clone, Copy)]
enum Rest {
    /// Something has happened.
    #[default]
    Broken,
    /// Nothing moves before this time, if nothing happens; none if never.
    Until(Option<Instant>),
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
        self.rest = Rest::Broken;
    }

    /// Whether somebody is a member.
    pub(super) fn has(&self, member: u64) -> bool {
        self.members.contains_key(&member)
    }

    /// Somebody leaves.
    pub(super) fn leave(&mut self, member: u64) {
        self.members.remove(&member);
        self.rest = Rest::Broken;
    }

    /// The group reads this topic, which has so many partitions.
    pub(super) fn know(&mut self, topic: &Topic, partitions: u32) {
        for partition in 0..partitions {
            self.claims.entry(PartitionId { topic: topic.clone(), partition }).or_default();
        }
        self.rest = Rest::Broken;
    }

    /// Removes who was away for too long, and moves what may move.
    pub(super) fn settle(&mut self, now: Instant, grace: Duration) {
        if let Rest::Until(end) = self.rest
            && end.is_none_or(|end| now < end)
        {
            return;
        }
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
        self.rest = Rest::Until(self.deadline());
    }

    /// When the group is to be settled again, if nothing happens before.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let away = self.members.values().filter_map(|member| member.away_until);
        let going = self.claims.values().filter_map(|claim| claim.held.as_ref()?.1.goes_at());
        away.chain(going).min()
    }

    /// The partitions of which a member wants records, and from which offset on; `end` is where a partition ends. Each time
    /// another one comes first, so that none waits for ever.
    pub(super) fn wanted(
        &mut self,
        member: u64,
        end: impl Fn(&PartitionId) -> u64,
    ) -> Vec<(PartitionId, u64)> {
        let own = self.claims.iter().filter_map(|(id, claim)| Some((id, claim.cursor_of(member)?)));
        let mut own: Vec<_> = own.collect();
        self.turn = self.turn.wrapping_add(1);
        if !own.is_empty() {
            let first = self.turn % own.len();
            own.rotate_left(first);
        }
        let wanted = own.into_iter().filter(|(id, cursor)| cursor.wants(end(id)));
        wanted.map(|(id, cursor)| (id.clone(), cursor.position)).collect()
    }

    /// The partitions of a member.
    pub(super) fn assignment(&self, member: u64) -> Vec<PartitionId> {
        let own = self.claims.iter().filter(|(_, claim)| claim.cursor_of(member).is_some());
        own.map(|(id, _)| id.clone()).collect()
    }

    /// The epoch in which a partition is this member's; none if it is not.
    pub(super) fn epoch(&self, member: u64, partition: &PartitionId) -> Option<i64> {
        self.claims.get(partition)?.cursor_of(member).map(|cursor| cursor.epoch)
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
                if cursor.goes_at().is_some() {
                    self.rest = Rest::Broken;
                }
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
        self.rest = Rest::Broken;
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
    /// How far this member has come, if the partition is its own.
    fn cursor_of(&self, member: u64) -> Option<&Cursor> {
        self.held.as_ref().filter(|(owner, _)| *owner == member).map(|(_, cursor)| cursor)
    }

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
