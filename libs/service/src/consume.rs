//! The loop around a handler.
//!
//! A [`reader`](reader) takes records from the log and gives each to the [`lane`](lane) of its partition, a task that
//! handles one after another ([`messages`](messages)), tries again ([`tries`](tries)), parks, and handles again what was
//! parked ([`drain`](drain)). What lanes have done, the reader notes ([`book`](book)) and commits.

mod book;
mod commit;
mod drain;
mod lane;
mod messages;
mod probe;
mod reader;
mod records;
mod tries;
mod work;

use std::sync::Arc;

use event_log::{Group, LogError};
use events::Topic;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::task::AbortOnDropHandle;

use crate::dead_letters::Cases;
use crate::failure::Failure;
use crate::handler::{Handler, RecordHandler};
use crate::parts::Parts;
use crate::policy::Policy;
use crate::task::{Running, Task};
use messages::Messages;
use probe::Probe;
use reader::Reader;
use records::Records;
use tries::Tries;
use work::Work;

/// Gives a handler the events of its topics until the task is told to stop.
///
/// Events of a partition are handled in order, of several at the same time. What is away is waited for and tried again; an
/// event that is at fault itself is parked, and every later one of its key behind it. Offsets are committed
/// after the effect. Dropping the future stops at once, and what was not committed is handled again.
///
/// # Errors
/// The log cannot be read; [`consumer`] starts it again.
pub async fn consume(
    handler: Arc<dyn Handler>,
    parts: Parts,
    policy: Policy,
    running: Running,
) -> Result<(), Failure> {
    let (consumer, topics) = (handler.consumer(), handler.topics());
    let cases = Cases::new(handler.service(), &parts);
    let tries = tries(consumer, &parts, policy, &running);
    let (wanted, asked) = mpsc::channel(1);
    let (store, woken) = (Arc::clone(&parts.store), parts.retries.subscribe());
    let watch = drain::watch(store, consumer, topics.clone(), policy, woken, wanted);
    let _watch = AbortOnDropHandle::new(tokio::spawn(watch));
    let work = Messages { handler, parts: parts.clone(), tries, cases };
    read(consumer, &topics, Arc::new(work), asked, &parts, policy, running).await
}

/// Gives a handler the records of its topics, as they came, until the task is told to stop. Nothing is parked: whatever the
/// handler cannot do is tried until it can.
///
/// # Errors
/// The log cannot be read; [`record_consumer`] starts it again.
pub async fn consume_records(
    handler: Arc<dyn RecordHandler>,
    parts: Parts,
    policy: Policy,
    running: Running,
) -> Result<(), Failure> {
    let (consumer, topics) = (handler.consumer(), handler.topics());
    let work = Records { handler, tries: tries(consumer, &parts, policy, &running) };
    read(consumer, &topics, Arc::new(work), mpsc::channel(1).1, &parts, policy, running).await
}

/// [`consume`] as a task.
#[must_use]
pub fn consumer(handler: Arc<dyn Handler>, parts: Parts, policy: Policy) -> Task {
    let name = format!("{}/consume", handler.consumer());
    Task::new(name, move |running| consume(Arc::clone(&handler), parts.clone(), policy, running))
}

/// [`consume_records`] as a task.
#[must_use]
pub fn record_consumer(handler: Arc<dyn RecordHandler>, parts: Parts, policy: Policy) -> Task {
    let name = format!("{}/consume", handler.consumer());
    Task::new(name, move |running| consume_records(Arc::clone(&handler), parts.clone(), policy, running))
}

fn tries(consumer: &'static str, parts: &Parts, policy: Policy, running: &Running) -> Tries {
    let (clock, component) = (Arc::clone(&parts.clock), running.component.clone());
    Tries { consumer, policy, clock, component, permits: Semaphore::new(policy.concurrency.max(1)) }
}

async fn read(
    consumer: &str,
    topics: &[Topic],
    work: Arc<dyn Work>,
    wanted: mpsc::Receiver<reader::Wanted>,
    parts: &Parts,
    policy: Policy,
    running: Running,
) -> Result<(), Failure> {
    let group = Group::new(consumer);
    let subscription = parts.log.subscribe(&group, topics).await.map_err(|error| away(&error))?;
    let probe = Probe::new(Arc::clone(&parts.log), group.clone(), topics);
    let _lag = AbortOnDropHandle::new(tokio::spawn(lag(group, topics.to_vec(), parts.clone())));
    let reader = Reader::new(subscription, work, (wanted, probe), Arc::clone(&parts.clock), policy, running);
    reader.run().await
}

/// Nothing is wrong with the consumer if the log does not take it: a topic may be made by somebody else's start.
fn away(error: &LogError) -> Failure {
    Failure::unavailable(error.code(), error.to_string())
}

/// How often the lag is measured.
const LAG: std::time::Duration = std::time::Duration::from_secs(10);

async fn lag(group: Group, topics: Vec<Topic>, parts: Parts) {
    loop {
        for topic in &topics {
            // Without an answer the gauges stay as they were, and say of when that is.
            let _ = measure(&group, topic, &parts).await;
        }
        tokio::time::sleep(LAG).await;
    }
}

async fn measure(group: &Group, topic: &Topic, parts: &Parts) -> Result<(), LogError> {
    for partition in 0..parts.log.partitions(topic).await? {
        let id = event_log::PartitionId { topic: topic.clone(), partition };
        let end = parts.log.bounds(&id).await?.end;
        let behind = end.saturating_sub(parts.log.committed(group, &id).await?);
        telemetry::messaging::lag(group.as_str(), topic.as_str(), partition, behind);
    }
    let now = parts.clock.now().unix_timestamp();
    telemetry::messaging::lag_measured(group.as_str(), topic.as_str(), now);
    Ok(())
}
