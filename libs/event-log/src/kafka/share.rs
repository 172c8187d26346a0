//! A member's share of a group: what is its own, what was fetched of it, and what is about to go.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use events::Topic;
use rdkafka::TopicPartitionList;
use tokio::time::Instant;

use crate::cursor::Cursor;
use crate::error::LogError;
use crate::limits::record_bytes;
use crate::position::{Delivered, PartitionId};

/// So many records of a partition are kept at hand; with a quarter of that there is room again.
const FULL: usize = 4_000;

/// So many bytes are kept at hand, which partitions share alike: a member of many has no more than one of few.
const AT_HAND: usize = 32 * 1024 * 1024;

/// What a partition has of that at most: nobody is quicker with more. At least, there is room for a few hundred events.
const MOST: usize = 8 * 1024 * 1024;
const LEAST: usize = 256 * 1024;

/// What a record takes besides its texts.
const RECORD: usize = 256;

/// What a member has.
#[derive(Debug)]
pub(super) struct Share {
    held: BTreeMap<PartitionId, Held>,
    /// How often something was assigned: what tells a partition that is back from one that stayed.
    epoch: i64,
    turn: usize,
    going: Option<TopicPartitionList>,
    /// How long a partition that is to go may be held.
    grace: Duration,
    fetch_bytes: usize,
    /// There is room again where there was none.
    has_room: bool,
    /// Why nothing will come any more.
    ended: Option<LogError>,
    /// Why nothing comes, until it was told: no broker can be reached, or none gives us what we ask for.
    pub(super) trouble: Option<LogError>,
    /// The member leaves.
    pub(super) left: bool,
}

#[derive(Debug)]
struct Held {
    cursor: Cursor,
    fetched: VecDeque<Delivered>,
    bytes: usize,
    /// There was no room for more.
    full: bool,
}

impl Share {
    pub(super) fn new(grace: Duration, fetch_bytes: usize) -> Self {
        Self {
            held: BTreeMap::new(),
            epoch: 0,
            turn: 0,
            going: None,
            grace,
            fetch_bytes,
            has_room: false,
            ended: None,
            trouble: None,
            left: false,
        }
    }

    /// Partitions become this member's.
    pub(super) fn assign(&mut self, partitions: impl IntoIterator<Item = PartitionId>) {
        self.epoch += 1;
        for partition in partitions {
            let cursor = Cursor::new(self.epoch, 0);
            self.held.insert(partition, Held { cursor, fetched: VecDeque::new(), bytes: 0, full: false });
        }
    }

    /// Partitions are not this member's any more.
    pub(super) fn drop_all(&mut self, partitions: impl IntoIterator<Item = PartitionId>) {
        for partition in partitions {
            self.held.remove(&partition);
        }
    }

    /// The member is none any more, and stays so, whatever it waits for.
    pub(super) fn end(&mut self, why: LogError) {
        self.held.clear();
        self.ended = Some(if why.is_transient() { LogError::Ended(why.to_string()) } else { why });
    }

    /// Why it is none any more.
    pub(super) fn ended(&self) -> Option<&LogError> {
        self.ended.as_ref()
    }

    /// Why nothing comes.
    pub(super) fn take_trouble(&mut self) -> Option<LogError> {
        self.ended.clone().or_else(|| self.trouble.take())
    }

    /// Partitions are to go: they deliver nothing more, and go when what was delivered is committed, or their time is over.
    pub(super) fn revoke(
        &mut self,
        list: TopicPartitionList,
        partitions: impl IntoIterator<Item = PartitionId>,
        now: Instant,
    ) {
        for partition in partitions {
            if let Some(held) = self.held.get_mut(&partition) {
                held.cursor.revoke(now + self.grace);
                held.empty();
            }
        }
        self.going = Some(list);
    }

    /// What is to go and is held by nothing any more.
    pub(super) fn take_going(&mut self, now: Instant) -> Option<TopicPartitionList> {
        let goes = |held: &Held| held.cursor.goes_at().is_none() || held.cursor.may_go(now);
        if self.left || self.held.values().all(goes) { self.going.take() } else { None }
    }

    /// How many records there are that nobody has taken, by topic.
    pub(super) fn at_hand(&self) -> BTreeMap<Topic, u64> {
        let mut at_hand = BTreeMap::new();
        for (partition, held) in &self.held {
            *at_hand.entry(partition.topic.clone()).or_default() += held.fetched.len() as u64;
        }
        at_hand
    }

    /// How often something was assigned by now.
    pub(super) fn now(&self) -> i64 {
        self.epoch
    }

    /// The partitions that are this member's, with the epoch in which they became so.
    pub(super) fn epochs(&self) -> impl Iterator<Item = (&PartitionId, i64)> {
        self.held.iter().map(|(partition, held)| (partition, held.cursor.epoch))
    }

    /// How many records more of a partition there is room for.
    pub(super) fn room(&mut self, partition: &PartitionId) -> usize {
        let full = self.full();
        let Some(held) = self.held.get_mut(partition) else { return 0 };
        let room = if held.bytes < full { FULL.saturating_sub(held.fetched.len()) } else { 0 };
        held.full |= room == 0;
        if held.full || held.cursor.goes_at().is_some() { 0 } else { room }
    }

    /// Whether there is room where there was none, if that was not told yet.
    pub(super) fn take_has_room(&mut self) -> bool {
        std::mem::take(&mut self.has_room)
    }

    /// Records were fetched by the time that so much was assigned.
    pub(super) fn put_all(&mut self, fetched_by: i64, records: impl IntoIterator<Item = Delivered>) {
        records.into_iter().for_each(|record| self.put(fetched_by, record));
    }

    /// How many bytes of a partition are kept at hand.
    fn full(&self) -> usize {
        (AT_HAND / self.held.len().max(1)).clamp(LEAST, MOST)
    }

    fn put(&mut self, fetched_by: i64, record: Delivered) {
        let Some(held) = self.held.get_mut(&record.position.partition) else { return };
        // One that went and is back begins at what is committed, and not where it was.
        if fetched_by < held.cursor.epoch || held.cursor.goes_at().is_some() {
            return;
        }
        held.bytes += memory(&record);
        held.fetched.push_back(record);
    }

    /// What there is for the member, at most `limit` records and at most so many bytes, each time beginning with another
    /// partition.
    pub(super) fn take(&mut self, limit: usize) -> Vec<Delivered> {
        let mut order: Vec<PartitionId> = self.held.keys().cloned().collect();
        self.turn = self.turn.wrapping_add(1);
        let first = self.turn % order.len().max(1);
        order.rotate_left(first);
        let (mut taken, mut bytes, full) = (Vec::new(), 0, self.full());
        for partition in order {
            let Some(held) = self.held.get_mut(&partition) else { continue };
            while held.cursor.wants(u64::MAX) && taken.len() < limit {
                let Some(next) = held.fetched.front() else { break };
                let size = record_bytes(&next.record);
                if !taken.is_empty() && bytes + size > self.fetch_bytes {
                    break;
                }
                bytes += size;
                held.bytes -= memory(next);
                held.cursor.deliver(next.position.offset + 1);
                taken.extend(held.fetched.pop_front());
            }
            if held.full && held.fetched.len() <= FULL / 4 && held.bytes <= full / 4 {
                held.full = false;
                self.has_room = true;
            }
        }
        taken
    }

    pub(super) fn committed(&mut self, partition: &PartitionId, next: u64) {
        if let Some(held) = self.held.get_mut(partition) {
            held.cursor.commit(next);
        }
    }

    pub(super) fn set_paused(&mut self, partitions: &[PartitionId], paused: Paused) {
        for partition in partitions {
            if let Some(held) = self.held.get_mut(partition) {
                held.cursor.paused = paused == Paused::Yes;
            }
        }
    }

    /// The epoch in which a partition became this member's; none if it is not.
    pub(super) fn epoch(&self, partition: &PartitionId) -> Option<i64> {
        self.held.get(partition).map(|held| held.cursor.epoch)
    }

    pub(super) fn assignment(&self) -> Vec<PartitionId> {
        self.held.keys().cloned().collect()
    }
}

impl Held {
    fn empty(&mut self) {
        self.fetched.clear();
        self.bytes = 0;
    }
}

/// What a record takes of this process's memory, about.
fn memory(Delivered { record, .. }: &Delivered) -> usize {
    RECORD + record_bytes(record)
}

/// Whether delivery is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paused {
    Yes,
    No,
}

#[cfg(test)]
mod tests {
    use events::Record;

    use super::*;
    use crate::position::Position;

    fn partition() -> PartitionId {
        PartitionId { topic: Topic::new("t"), partition: 0 }
    }

    fn fetched(offsets: std::ops::Range<u64>) -> impl Iterator<Item = Delivered> {
        offsets.map(|offset| {
            let position = Position { partition: partition(), offset };
            Delivered { position, record: Record::default() }
        })
    }

    fn offsets(taken: &[Delivered]) -> Vec<u64> {
        taken.iter().map(|delivered| delivered.position.offset).collect()
    }

    #[test]
    fn what_was_fetched_before_a_partition_went_and_came_back_is_dropped() {
        let mut share = Share::new(Duration::ZERO, usize::MAX);
        share.assign([partition()]);
        let before = share.now();
        share.put_all(before, fetched(0..2));
        share.drop_all([partition()]);
        share.assign([partition()]);
        share.put_all(before, fetched(2..4));
        share.put_all(share.now(), fetched(0..1));
        assert_eq!(offsets(&share.take(10)), [0]);
    }

    #[test]
    fn of_a_partition_there_is_room_until_enough_is_at_hand_and_again_when_little_is_left() {
        let mut share = Share::new(Duration::ZERO, usize::MAX);
        assert_eq!(share.room(&partition()), 0, "it is another's");
        share.assign([partition()]);
        share.put_all(share.now(), fetched(0..3_990));
        assert_eq!((share.room(&partition()), share.take(3_000).len()), (10, 3_000));
        assert!(!share.take_has_room(), "nobody was told that there is none");
        share.put_all(share.now(), fetched(3_990..7_000));
        assert_eq!((share.room(&partition()), share.take(2_999).len()), (0, 2_999));
        assert_eq!((share.room(&partition()), share.take_has_room()), (0, false));
        assert_eq!(offsets(&share.take(1)), [5_999]);
        assert_eq!((share.take_has_room(), share.take_has_room()), (true, false));
        assert_eq!(share.room(&partition()), 3_000);
    }

    /// A value of 16 KiB and 72 partitions of which nothing is taken: each is halted in time, and together they are no more
    /// than a tenth above what is said.
    #[test]
    fn many_partitions_have_no_more_at_hand_than_few() {
        let mut share = Share::new(Duration::ZERO, usize::MAX);
        let of = |partition| PartitionId { topic: Topic::new("t"), partition };
        share.assign((0..72).map(of));
        let mut bytes = 0;
        for partition in 0..72 {
            for offset in 0..1_000 {
                let record = Record { value: vec![0; 16 * 1024], ..Record::default() };
                bytes += record.value.len();
                let position = Position { partition: of(partition), offset };
                share.put_all(share.now(), [Delivered { position, record }]);
                if share.room(&of(partition)) == 0 {
                    break;
                }
            }
        }
        assert!((16..36).contains(&(bytes / 1024 / 1024)), "{bytes}");
    }

    #[test]
    fn a_member_that_is_none_any_more_says_so_each_time() {
        let mut share = Share::new(Duration::ZERO, usize::MAX);
        share.assign([partition()]);
        share.put_all(share.now(), fetched(0..1));
        let why = LogError::Misconfigured("another has this name".to_owned());
        share.end(why.clone());
        assert_eq!((share.take(10).len(), share.assignment()), (0, vec![]));
        assert_eq!((share.take_trouble(), share.take_trouble()), (Some(why.clone()), Some(why)));
        // Who is told that the log is away would wait for it, and ask this member again.
        share.end(LogError::Unavailable("the client has given up".to_owned()));
        let told = share.take_trouble().unwrap();
        assert!(!told.is_transient() && told.to_string().contains("the client has given up"), "{told}");
    }
}
