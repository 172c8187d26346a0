//! Reads the partitions side by side, so that events come in the order in which they happened.

use std::collections::VecDeque;

use event_log::{Delivered, EventLog, LogError, PartitionId, Position};
use events::{DecodeError, Message, Service, decode_on};
use time::OffsetDateTime;

/// What is asked for.
pub(super) struct Wanted<'a> {
    /// From when on, and until when.
    pub(super) time: (Option<OffsetDateTime>, Option<OffsetDateTime>),
    pub(super) services: &'a [Service],
    pub(super) subject: Option<&'a str>,
    pub(super) limit: usize,
}

/// What was found.
pub(super) struct Found {
    pub(super) events: Vec<Read>,
    /// Whether the limit left some out.
    pub(super) more: bool,
}

/// A record that was read.
pub(super) struct Read {
    pub(super) position: Position,
    pub(super) message: Result<Message, DecodeError>,
}

/// How many records of a partition are at hand at a time.
const PAGE: usize = 100;

struct Cursor {
    partition: PartitionId,
    next: u64,
    end: u64,
    waiting: VecDeque<(OffsetDateTime, Read)>,
    /// What cannot be read has no time of its own, and takes that of the one before.
    last: OffsetDateTime,
}

/// Events are in their partition's order; of several partitions the one that happened first is next. What comes in the meantime is
/// not read.
pub(super) async fn read(log: &dyn EventLog, wanted: &Wanted<'_>) -> Result<Found, LogError> {
    let mut cursors = Vec::new();
    for service in wanted.services {
        let topic = service.topic();
        for number in 0..log.partitions(&topic).await? {
            cursors.push(
                Cursor::new(log, PartitionId { topic: topic.clone(), partition: number }, wanted).await?,
            );
        }
    }
    let mut events = Vec::new();
    loop {
        for cursor in &mut cursors {
            cursor.fill(log, wanted).await?;
        }
        let first = cursors.iter_mut().filter(|cursor| !cursor.waiting.is_empty());
        let first = first.min_by_key(|cursor| cursor.waiting.front().map(|(time, _)| *time));
        let Some((_, read)) = first.and_then(|cursor| cursor.waiting.pop_front()) else {
            return Ok(Found { events, more: false });
        };
        if events.len() == wanted.limit {
            return Ok(Found { events, more: true });
        }
        events.push(read);
    }
}

impl Cursor {
    async fn new(log: &dyn EventLog, partition: PartitionId, wanted: &Wanted<'_>) -> Result<Self, LogError> {
        let bounds = log.bounds(&partition).await?;
        let (since, until) = wanted.time;
        let next = match since {
            Some(time) => log.offset_at(&partition, time).await?,
            None => bounds.start,
        };
        let end = match until {
            Some(time) => log.offset_at(&partition, time).await?.min(bounds.end),
            None => bounds.end,
        };
        let (waiting, last) = (VecDeque::new(), OffsetDateTime::UNIX_EPOCH);
        Ok(Self { partition, next, end, waiting, last })
    }

    /// Reads on until something that is wanted is at hand, or the partition is over.
    async fn fill(&mut self, log: &dyn EventLog, wanted: &Wanted<'_>) -> Result<(), LogError> {
        while self.waiting.is_empty() && self.next < self.end {
            let page = log.read(&self.partition, self.next, PAGE).await?;
            let Some(last) = page.last() else { break };
            self.next = last.position.offset + 1;
            for Delivered { position, record } in page {
                let is_wanted =
                    position.offset < self.end && wanted.subject.is_none_or(|id| record.key == id);
                if !is_wanted {
                    continue;
                }
                let message = decode_on(&position.partition.topic, &record);
                if let Ok(message) = &message {
                    self.last = message.envelope.time;
                }
                self.waiting.push_back((self.last, Read { position, message }));
            }
        }
        Ok(())
    }
}
