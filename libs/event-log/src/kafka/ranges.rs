//! Reading ranges: outside of groups, one after another where that is what is asked for.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use tokio::time::Instant;

use super::failure::failure;
use super::quiet::Quiet;
use super::reader::at;
use super::records::delivered;
use super::settings::KafkaSettings;
use crate::error::LogError;
use crate::limits::record_bytes;
use crate::position::{Delivered, PartitionId, Position};

/// The group that readers of ranges name and never join.
pub(super) const READERS: &str = "plimsoll-readers";

/// So many readers are kept where they are. Each fetches ahead, up to what is read at once.
const KEPT: usize = 8;

/// Who reads fewer at once is looking for something, and does not read on.
const MANY: usize = 100;

type Client = BaseConsumer<Quiet>;

/// Readers of ranges. A reader that has more before it stays where it is: who reads on from there has what was fetched
/// meanwhile, and asks where the partition ends only when that is near.
pub(super) struct Ranges {
    settings: KafkaSettings,
    /// Those that are nowhere.
    idle: Mutex<Vec<Client>>,
    /// Those that have come to a place, in the order in which they came there.
    places: Mutex<VecDeque<Place>>,
}

struct Place {
    client: Client,
    partition: PartitionId,
    /// From where it goes on to what was the end when it began.
    range: Range<u64>,
    /// What was fetched and was too much for who read last.
    ahead: Option<Delivered>,
}

impl Place {
    fn has_fewer_than(&self, limit: usize) -> bool {
        usize::try_from(self.range.end - self.range.start).is_ok_and(|left| left < limit)
    }

    fn to(mut self, end: u64) -> Self {
        self.range.end = end;
        self
    }

    /// Whether it is what comes next: of a topic that was made anew, a reader that was kept is given the first records.
    fn next(&self, came: Delivered) -> Result<Delivered, LogError> {
        let Position { partition, offset } = &came.position;
        match *partition == self.partition && *offset >= self.range.start {
            true => Ok(came),
            false => {
                let (partition, start) = (&self.partition, self.range.start);
                Err(LogError::Unavailable(format!("{partition}: offset {offset} came in place of {start}")))
            }
        }
    }
}

impl Ranges {
    pub(super) fn new(settings: &KafkaSettings) -> Self {
        Self { settings: settings.clone(), idle: Mutex::default(), places: Mutex::default() }
    }

    /// At most so many records of a partition from an offset on; `end` tells where the partition ends.
    pub(super) fn read(
        &self,
        partition: &PartitionId,
        from: u64,
        limit: usize,
        end: impl FnOnce() -> Result<u64, LogError>,
    ) -> Result<Vec<Delivered>, LogError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut place = match self.left_at(partition, from) {
            // More may have come since.
            Some(place) if place.has_fewer_than(limit) => place.to(end()?),
            Some(place) => place,
            None => match end()? {
                end if from < end => self.go_to(partition, from..end)?,
                _ => return Ok(Vec::new()),
            },
        };
        let (read, failed) = self.read_on(&mut place, limit);
        match failed {
            // Of one that failed nobody knows what comes next.
            Some(error) if read.is_empty() => return Err(error),
            Some(_) => {}
            None if read.len() < MANY || place.range.is_empty() => self.give_up(place),
            None => self.keep(place),
        }
        Ok(read)
    }

    fn left_at(&self, partition: &PartitionId, from: u64) -> Option<Place> {
        let mut places = lock(&self.places);
        let is_it = |place: &Place| place.range.start == from && place.partition == *partition;
        let at = places.iter().position(is_it)?;
        places.remove(at)
    }

    fn go_to(&self, partition: &PartitionId, range: Range<u64>) -> Result<Place, LogError> {
        let fail = |error: KafkaError| failure(&error, &partition.to_string());
        let idle = lock(&self.idle).pop();
        let client = idle.map_or_else(|| self.client(), Ok)?;
        let start = Offset::Offset(i64::try_from(range.start).unwrap_or(i64::MAX));
        client.assign(&at(partition, start).map_err(fail)?).map_err(fail)?;
        Ok(Place { client, partition: partition.clone(), range, ahead: None })
    }

    fn client(&self) -> Result<Client, LogError> {
        let mut config = self.settings.consumer(READERS);
        config.set("queued.max.messages.kbytes", (self.settings.limits.fetch_bytes / 1024).to_string());
        let created = config.create_with_context(self.settings.quiet());
        created.map_err(|error| failure(&error, &self.settings.brokers))
    }

    fn keep(&self, place: Place) {
        let mut places = lock(&self.places);
        places.push_back(place);
        let oldest = if places.len() > KEPT { places.pop_front() } else { None };
        drop(places);
        oldest.into_iter().for_each(|place| self.give_up(place));
    }

    fn give_up(&self, Place { client, .. }: Place) {
        if client.unassign().is_ok() {
            lock(&self.idle).push(client);
        }
    }

    /// What comes, and why it is less than was asked for.
    fn read_on(&self, place: &mut Place, limit: usize) -> (Vec<Delivered>, Option<LogError>) {
        let deadline = Instant::now() + self.settings.request_timeout;
        let (mut read, mut bytes) = (Vec::new(), 0);
        while read.len() < limit && !place.range.is_empty() {
            let next = match place.ahead.take() {
                Some(next) => next,
                None => match self.fetched(place, deadline) {
                    Ok(next) => next,
                    Err(error) => return (read, Some(error)),
                },
            };
            bytes += record_bytes(&next.record);
            if !read.is_empty() && bytes > self.settings.limits.fetch_bytes {
                place.ahead = Some(next);
                break;
            }
            place.range.start = next.position.offset + 1;
            read.push(next);
        }
        (read, None)
    }

    fn fetched(&self, place: &Place, deadline: Instant) -> Result<Delivered, LogError> {
        let partition = &place.partition;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let seconds = self.settings.request_timeout.as_secs();
                return Err(LogError::Unavailable(format!("{partition}: no answer within {seconds} s")));
            }
            match place.client.poll(left) {
                Some(Ok(message)) => return place.next(delivered(&message, partition.clone())),
                Some(Err(error)) if !is_passing(&error) => {
                    return Err(failure(&error, &partition.to_string()));
                }
                Some(Err(_)) | None => {}
            }
        }
    }
}

/// A connection that is lost is made again. A client that was kept may have heard long ago that no broker could be reached.
fn is_passing(error: &KafkaError) -> bool {
    use Code::{AllBrokersDown, BrokerTransportFailure, OperationTimedOut};
    matches!(error.rdkafka_error_code(), Some(AllBrokersDown | BrokerTransportFailure | OperationTimedOut))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
