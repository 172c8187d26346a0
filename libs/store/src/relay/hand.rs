//! What a relay has in hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, LogError};
use events::Topic;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::batch::{Batch, Ended, Place, Rows};
use super::wait::Wait;
use crate::left_out::LeftOut;

/// A partition that takes longer does not hold up the others.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long what the log refuses is held at most before it is tried again. On Kafka a try ends the producer that others use, too, and it helps once
/// somebody has mended something.
const REFUSED: Duration = Duration::from_mins(1);

/// So many aggregates are held one by one. If more are refused, their partitions are held.
const MOST_HELD: usize = 1_000;

/// What a relay has in hand: of each partition one batch at most, so that what follows comes after it.
pub(super) struct Hand {
    log: Arc<dyn EventLog>,
    shutdown: CancellationToken,
    under_way: FuturesUnordered<BoxFuture<'static, Ended>>,
    /// The partitions of those, with what was wrong when each was tried last.
    places: BTreeMap<Place, Option<LogError>>,
    held: Held,
    /// The numbers of rows that are on the log, and still in the outbox.
    pub(super) published: Vec<i64>,
}

/// What the log refuses, until it is tried again.
#[derive(Default)]
struct Held {
    keys: BTreeMap<(Topic, String), LogError>,
    places: BTreeMap<Place, LogError>,
    /// When it is; none if nothing is held.
    until: Option<Instant>,
    /// It is being tried again: as long as something is under way, nobody knows whether the log takes it now.
    again: bool,
    wait: Wait,
}

impl Hand {
    pub(super) fn new(log: &Arc<dyn EventLog>, shutdown: &CancellationToken) -> Self {
        Self {
            log: Arc::clone(log),
            shutdown: shutdown.clone(),
            under_way: FuturesUnordered::new(),
            places: BTreeMap::new(),
            held: Held { wait: Wait::up_to(REFUSED), ..Held::default() },
            published: Vec::new(),
        }
    }

    /// What is not to be read from the outbox now.
    pub(super) fn left_out(&mut self) -> LeftOut {
        self.held.release();
        let mut left_out = LeftOut::default();
        for Place { topic, partition, count } in self.places.keys().chain(self.held.places.keys()) {
            left_out.add_partition(topic, *partition, *count);
        }
        for (topic, key) in self.held.keys.keys() {
            left_out.add_key(topic, key);
        }
        left_out
    }

    /// Whether every partition of the topics that are in hand is.
    pub(super) fn is_full(&self) -> bool {
        let mut under_way = BTreeMap::<(&Topic, u32), u32>::new();
        for Place { topic, count, .. } in self.places.keys() {
            *under_way.entry((topic, *count)).or_default() += 1;
        }
        !under_way.is_empty() && under_way.into_iter().all(|((_, count), found)| found >= count)
    }

    /// Begins to publish rows, by their partitions.
    pub(super) fn begin(&mut self, batches: BTreeMap<Place, Rows>) {
        for (place, rows) in batches {
            self.places.insert(place.clone(), None);
            self.publish(Batch::new(place, rows), Duration::ZERO);
        }
    }

    fn publish(&mut self, batch: Batch, pause: Duration) {
        let publishing = batch.publish(Arc::clone(&self.log), pause, self.shutdown.clone());
        self.under_way.push(Box::pin(publishing));
    }

    /// Waits until these have been tried, but not for long.
    pub(super) async fn gather(&mut self, mut begun: BTreeSet<Place>) {
        let patience = sleep(PATIENCE);
        tokio::pin!(patience);
        while !begun.is_empty() {
            tokio::select! {
                biased;
                ended = self.under_way.next() => {
                    let Some(ended) = ended else { return };
                    begun.remove(&ended.place);
                    self.end(ended);
                }
                () = &mut patience => return,
            }
        }
    }

    /// Waits until one has been tried, or it is time to try again what the log refused. Never ends if there is neither.
    pub(super) async fn one(&mut self) {
        let until = self.held.until;
        tokio::select! {
            biased;
            Some(ended) = self.under_way.next() => self.end(ended),
            () = at(until) => {}
        }
    }

    /// Waits for all that are on their way. Those that wait to be tried again are left.
    pub(super) async fn all(&mut self) {
        while let Some(ended) = self.under_way.next().await {
            self.end(ended);
        }
    }

    fn end(&mut self, Ended { place, published, refused, left }: Ended) {
        self.published.extend(published);
        for (key, error) in refused {
            self.held.hold(&place, key, error);
        }
        match left {
            None => drop(self.places.remove(&place)),
            Some((mut batch, error)) => {
                self.places.insert(place, Some(error));
                let pause = batch.pause();
                self.publish(batch, pause);
            }
        }
    }

    /// Why something waits.
    pub(super) fn trouble(&self) -> Option<&LogError> {
        let Held { keys, places, .. } = &self.held;
        keys.values().chain(places.values()).chain(self.places.values().flatten()).next()
    }

    /// Nothing is held, nor is what was.
    pub(super) fn is_well(&self) -> bool {
        self.held.until.is_none() && (self.places.is_empty() || !self.held.again)
    }

    /// What was held is published.
    pub(super) fn well(&mut self) {
        self.held.again = false;
        self.held.wait.reset();
    }
}

impl Held {
    fn hold(&mut self, place: &Place, key: String, error: LogError) {
        match self.keys.len() < MOST_HELD {
            true => drop(self.keys.insert((place.topic.clone(), key), error)),
            false => drop(self.places.insert(place.clone(), error)),
        }
        if self.until.is_none() {
            self.until = Some(Instant::now() + self.wait.take());
        }
    }

    /// Lets go of it when it is time to try it again.
    fn release(&mut self) {
        if self.until.is_some_and(|until| until <= Instant::now()) {
            self.keys.clear();
            self.places.clear();
            self.until = None;
            self.again = true;
        }
    }
}

/// At this time; never, if there is none.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}
