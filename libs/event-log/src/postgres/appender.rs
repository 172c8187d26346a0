//! Appends of one topic that come while another is on its way go together in one statement: each waits for the disk
//! once, not for those before it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use events::{Record, Topic};
use tokio::sync::oneshot;

use super::connection::Connection;
use super::core::Core;
use super::record_store::{self, Rows};
use super::topics::KnownTopic;
use crate::error::LogError;
use crate::limits::record_bytes;
use crate::partitioner::partition_of;
use crate::position::{PartitionId, Position};

/// Calls are put together up to this size; one call is never taken apart.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The appends that wait, by topic. A topic that is here has a task that empties its queue.
#[derive(Debug, Default)]
pub(super) struct Queues {
    waiting: Mutex<HashMap<Topic, VecDeque<Call>>>,
}

#[derive(Debug)]
struct Call {
    records: Vec<Record>,
    bytes: usize,
    answer: oneshot::Sender<Result<Vec<Position>, LogError>>,
}

/// Appends records to a topic.
pub(super) async fn append(
    core: &Arc<Core>,
    topic: &Topic,
    records: &[Record],
) -> Result<Vec<Position>, LogError> {
    let known = core.topic(topic).await?;
    core.settings.limits.check(topic, records)?;
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let (answer, answered) = oneshot::channel();
    let bytes = records.iter().map(record_bytes).sum();
    let first = core.queues.push(topic, Call { records: records.to_vec(), bytes, answer });
    if first {
        tokio::spawn(empty(Arc::clone(core), topic.clone(), known));
    }
    let gone = |_| LogError::Unavailable("the process is ending".to_owned());
    answered.await.map_err(gone)?
}

impl Queues {
    /// Adds a call; answers whether nobody sees to the queue yet.
    fn push(&self, topic: &Topic, call: Call) -> bool {
        let mut waiting = self.lock();
        let first = !waiting.contains_key(topic);
        waiting.entry(topic.clone()).or_default().push_back(call);
        first
    }

    /// The calls that come next; if there is none, nobody sees to the queue from now on.
    fn take(&self, topic: &Topic) -> Vec<Call> {
        let mut waiting = self.lock();
        let Some(queue) = waiting.get_mut(topic) else { return Vec::new() };
        let mut bytes = 0;
        let fits = |call: &&Call| {
            bytes += call.bytes;
            bytes <= BATCH_BYTES
        };
        let count = queue.iter().take_while(fits).count().max(1).min(queue.len());
        let taken: Vec<Call> = queue.drain(..count).collect();
        if taken.is_empty() {
            waiting.remove(topic);
        }
        taken
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Topic, VecDeque<Call>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Appends what waits until nothing does, on one connection as long as all goes well.
async fn empty(core: Arc<Core>, topic: Topic, known: Arc<KnownTopic>) {
    let mut connection = None;
    loop {
        // Whoever was just answered, and appends again, comes along.
        tokio::task::yield_now().await;
        let calls = core.queues.take(&topic);
        if calls.is_empty() {
            break;
        }
        write(&core, &topic, &known, calls, &mut connection).await;
    }
    if let Some(connection) = connection {
        connection.keep();
    }
}

/// Appends calls as one, and answers each.
async fn write(
    core: &Core,
    topic: &Topic,
    known: &KnownTopic,
    calls: Vec<Call>,
    connection: &mut Option<Connection>,
) {
    let mut rows = Rows::default();
    let mut waiting = Vec::with_capacity(calls.len());
    for Call { records, answer, .. } in calls {
        let places: Vec<Place> = records.into_iter().map(|record| known.place(record, &mut rows)).collect();
        waiting.push((places, answer));
    }
    let appended = insert(core, &rows, connection).await;
    for (places, answer) in waiting {
        let positions = match &appended {
            Ok(firsts) => places.into_iter().map(|place| place.appended(core, topic, firsts)).collect(),
            Err(error) => Err(error.clone()),
        };
        // Whoever asked may have given up.
        let _ = answer.send(positions);
    }
    let Ok(spans) = appended else { return };
    for (partition, (_, end)) in spans {
        core.ends.raise(partition, end);
    }
    core.members.wake_readers(topic);
    core.announcements.records();
}

/// Where a record is to lie.
struct Place {
    partition: u32,
    id: i32,
    /// How many records of the partition come before it in the statement.
    rank: u64,
    record: Record,
}

impl KnownTopic {
    /// Adds a record to those of its partition.
    fn place(&self, record: Record, rows: &mut Rows) -> Place {
        let count = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let partition = partition_of(record.key.as_bytes(), count);
        let id = self.ids[partition as usize];
        Place { partition, id, rank: rows.push(id, &record), record }
    }
}

impl Place {
    /// It lies there now.
    fn appended(self, core: &Core, topic: &Topic, spans: &Spans) -> Result<Position, LogError> {
        let partition = PartitionId { topic: topic.clone(), partition: self.partition };
        let Some((first, _)) = spans.get(&self.id) else {
            return Err(LogError::Damaged(format!("the row of the partition {partition} is gone")));
        };
        let offset = first + self.rank;
        if !core.members.is_empty() {
            core.recent.add(self.id, offset, self.record);
        }
        Ok(Position { partition, offset })
    }
}

/// The first offset, and the one after the last, in each partition.
type Spans = HashMap<i32, (u64, u64)>;

async fn insert(core: &Core, rows: &Rows, connection: &mut Option<Connection>) -> Result<Spans, LogError> {
    let mut held = match connection.take() {
        Some(held) => held,
        None => core.connection().await?,
    };
    let spans = core.in_time(record_store::append(&mut held, rows)).await?;
    *connection = Some(held);
    Ok(spans)
}
