//! The thread that fetches for a member, and that librdkafka's callbacks run on: while nobody calls the member, it stays one.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::failure::failure;
use super::member::{Member, Told, partitions, report};
use super::reader::at;
use super::records::delivered;
use super::share::Fetching;
use crate::error::LogError;
use crate::position::PartitionId;

/// How long to wait for something to come before looking whether something is to go.
const TICK: Duration = Duration::from_millis(20);

/// Runs until the member leaves; what it answers then comes when the group knows.
pub(super) fn start(
    consumer: Arc<BaseConsumer<Told>>,
    member: Arc<Member>,
    about: String,
) -> std::io::Result<oneshot::Receiver<()>> {
    let (done, ended) = oneshot::channel();
    let run = move || {
        // Who still waits for a call may need what comes.
        while !member.share().left || Arc::strong_count(&consumer) > 1 {
            poll(&consumer, &member, &about);
        }
        let_go(&consumer, &member);
        // Closes it, which waits for the group.
        drop(consumer);
        // Who left may not wait for it.
        let _ = done.send(());
    };
    std::thread::Builder::new().name("kafka-member".to_owned()).spawn(run)?;
    Ok(ended)
}

/// `about` is what is fetched, for who reads of an error.
fn poll(consumer: &BaseConsumer<Told>, member: &Member, about: &str) {
    match consumer.poll(TICK) {
        Some(Ok(message)) => {
            let record = delivered(&message);
            let partition = record.position.partition.clone();
            let fetching = member.share().put(record);
            if fetching == Fetching::Halt {
                halt(consumer, &partition);
            }
            member.woken.notify_one();
        }
        Some(Err(error)) => {
            tracing::debug!(%error, "kafka: fetching failed");
            // librdkafka goes on with the rest, and says no more of a topic that it may not read: nobody would know.
            if let refused @ LogError::Refused(_) = failure(&error, about) {
                member.share().trouble = Some(refused);
                member.woken.notify_one();
            }
        }
        None => {}
    }
    let_go(consumer, member);
}

/// Gives the group what is to go and is held by nothing any more.
fn let_go(consumer: &BaseConsumer<Told>, member: &Member) {
    let going = member.share().take_going(Instant::now());
    if let Some(going) = going {
        member.share().drop_all(partitions(&going));
        report(consumer.incremental_unassign(&going));
    }
}

/// A partition of which enough is at hand is not fetched.
fn halt(consumer: &BaseConsumer<Told>, partition: &PartitionId) {
    let list = at(partition, rdkafka::Offset::Invalid);
    report(list.and_then(|list: TopicPartitionList| consumer.pause(&list)));
}
