//! The thread that fetches for a member, and that librdkafka's callbacks run on: while nobody calls the member, it stays one.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::failure::failure;
use super::member::{Member, Told, partitions, report};
use super::reader::at;
use super::records::delivered;
use crate::error::LogError;
use crate::position::{Delivered, PartitionId};

/// How long to wait for something to come before looking whether something is to go.
const TICK: Duration = Duration::from_millis(20);

/// So many records are given to the member at once, if they are there: to wake it for each costs more than the record.
const AT_ONCE: usize = 64;

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

/// Takes what has come, and gives it to the member at once. What it has halted is resumed here too: were it another's to do, one
/// might come before the other. `about` is what is fetched, for who reads of an error.
fn poll(consumer: &BaseConsumer<Told>, member: &Member, about: &str) {
    let resumed = member.share().take_resumed();
    resumed.iter().for_each(|partition| resume(consumer, partition));
    let (mut fetched, mut fetched_by, mut wait) = (Vec::new(), member.share().now(), TICK);
    while fetched.len() < AT_ONCE {
        match consumer.poll(wait) {
            Some(Ok(message)) => {
                // A rebalance may have come before it.
                let now = member.share().now();
                if now != fetched_by {
                    put(consumer, member, fetched_by, &mut fetched);
                    fetched_by = now;
                }
                fetched.push(delivered(&message));
                wait = Duration::ZERO;
            }
            Some(Err(error)) => {
                failed(member, &error, about);
                break;
            }
            None => break,
        }
    }
    put(consumer, member, fetched_by, &mut fetched);
    let_go(consumer, member);
}

fn put(consumer: &BaseConsumer<Told>, member: &Member, fetched_by: i64, fetched: &mut Vec<Delivered>) {
    if fetched.is_empty() {
        return;
    }
    let halting = member.share().put_all(fetched_by, fetched.drain(..));
    halting.iter().for_each(|partition| halt(consumer, partition));
    member.woken.notify_one();
}

/// librdkafka goes on with the rest, and says no more of a topic that it may not read, or when it is no member any more: nobody
/// would know.
fn failed(member: &Member, error: &KafkaError, about: &str) {
    tracing::debug!(%error, "kafka: fetching failed");
    match (error, failure(error, about)) {
        (KafkaError::MessageConsumptionFatal(_), why) => member.share().end(why),
        (_, refused @ LogError::Refused(_)) => member.share().trouble = Some(refused),
        _ => return,
    }
    member.woken.notify_one();
}

/// Gives the group what is to go and is held by nothing any more.
fn let_go(consumer: &BaseConsumer<Told>, member: &Member) {
    let going = member.share().take_going(Instant::now());
    if let Some(going) = going {
        member.share().drop_all(partitions(&going));
        report(consumer.incremental_unassign(&going));
    }
}

/// Little is left of a partition of which enough was at hand.
fn resume(consumer: &BaseConsumer<Told>, partition: &PartitionId) {
    let list = at(partition, rdkafka::Offset::Invalid);
    report(list.and_then(|list: TopicPartitionList| consumer.resume(&list)));
}

/// A partition of which enough is at hand is not fetched.
fn halt(consumer: &BaseConsumer<Told>, partition: &PartitionId) {
    let list = at(partition, rdkafka::Offset::Invalid);
    report(list.and_then(|list: TopicPartitionList| consumer.pause(&list)));
}
