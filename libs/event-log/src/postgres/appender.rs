//! Appends of one topic that come while another is on its way go together in one statement: each waits for the disk
//! once, not for those before it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use events::{Record, Topic};
use tokio::sync::oneshot;

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

/// Appends what waits until nothing does.
async fn empty(core: Arc<Core>, topic: Topic, known: Arc<KnownTopic>) {
    loop {
        let calls = core.queues.take(&topic);
        if calls.is_empty() {
            return;
        }
        let answers = write(&core, &topic, &known, &calls).await;
        for (call, answer) in calls.into_iter().zip(answers) {
            // Whoever asked may have given up.
            let _ = call.answer.send(answer);
        }
    }
}

/// Appends calls as one, and answers each.
async fn write(
    core: &Core,
    topic: &Topic,
    known: &KnownTopic,
    calls: &[Call],
) -> Vec<Result<Vec<Position>, LogError>> {
    let count = u32::try_from(known.ids.len()).unwrap_or(u32::MAX);
    let mut rows = Rows::default();
    let mut places = Vec::new();
    for call in calls {
        let place = |record: &Record| {
            let partition = partition_of(record.key.as_bytes(), count);
            let id = known.ids[partition as usize];
            (partition, id, rows.push(id, record))
        };
        places.push(call.records.iter().map(place).collect::<Vec<_>>());
    }
    match insert(core, topic, &rows).await {
        Err(error) => calls.iter().map(|_| Err(error.clone())).collect(),
        Ok(firsts) => places
            .into_iter()
            .map(|places| places.into_iter().map(|place| position(topic, &firsts, place)).collect())
            .collect(),
    }
}

fn position(
    topic: &Topic,
    firsts: &HashMap<i32, i64>,
    (partition, id, rank): (u32, i32, i64),
) -> Result<Position, LogError> {
    let partition = PartitionId { topic: topic.clone(), partition };
    match firsts.get(&id) {
        Some(first) => Ok(Position { partition, offset: (first + rank).cast_unsigned() }),
        None => Err(LogError::Damaged(format!("the row of the partition {partition} is gone"))),
    }
}

/// Appends, and wakes whom that concerns. Answers the first offset in each partition.
async fn insert(core: &Core, topic: &Topic, rows: &Rows) -> Result<HashMap<i32, i64>, LogError> {
    let mut connection = core.connection().await?;
    let appended = core.in_time(record_store::append(&mut connection, rows)).await?;
    connection.keep();
    for (partition, _, end) in &appended {
        core.ends.raise(*partition, end.cast_unsigned());
    }
    core.members.wake_readers(topic);
    core.announcements.records();
    Ok(appended.into_iter().map(|(partition, first, _)| (partition, first)).collect())
}
