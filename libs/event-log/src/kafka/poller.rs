//! The thread that fetches for a member, and that librdkafka's callbacks run on: while nobody calls the member, it stays one.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::failure::failure;
use super::member::{Member, Told, partitions, report};
use super::records::{delivered, number, partition_id};
use crate::error::LogError;
use crate::limits::record_bytes;
use crate::position::{Delivered, PartitionId};

/// How long to wait for something to come before looking whether the group tells something, or something is to go.
const TICK: Duration = Duration::from_millis(20);

/// So much is given to the member at once, if it is there: to wake it for each record costs more than the record.
const AT_ONCE: usize = 64;
const AT_ONCE_BYTES: usize = 256 * 1024;

/// What is fetched of a partition waits in a queue of its own, in librdkafka, until there is room for it: fetching stops by itself where
/// enough waits. To pause a partition instead would throw away what had been fetched of it.
struct Queue {
    of: PartitionId,
    epoch: i64,
    queue: PartitionQueue<Told>,
}

/// Tells a member that its thread has ended, if that is not what it asked for: a panic, wherever it comes from, would otherwise leave it
/// waiting for ever.
struct Ending {
    member: Arc<Member>,
    about: String,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let mut share = self.member.share();
        if !share.left {
            share.end(LogError::Ended(format!("the thread that fetches for {}", self.about)));
        }
        drop(share);
        self.member.woken.notify_one();
    }
}

/// Runs until the member leaves; what it answers then comes when the group knows.
pub(super) fn start(
    consumer: Arc<BaseConsumer<Told>>,
    member: Arc<Member>,
    about: String,
) -> std::io::Result<oneshot::Receiver<()>> {
    let (done, ended) = oneshot::channel();
    let run = move || {
        let mut queues = Vec::new();
        let _ending = Ending { member: Arc::clone(&member), about: about.clone() };
        while !member.share().left {
            serve(&consumer, &member, &about);
            open(&consumer, &member, &mut queues);
            // Each has its turn, whatever the others have.
            let came = queues.iter().filter(|queue| drain(queue, &member, &about)).count();
            let_go(&consumer, &member);
            if came == 0 {
                member.bell.wait(TICK);
            }
        }
        drop(queues);
        // Who still waits for a call may need what comes.
        while Arc::strong_count(&consumer) > 1 {
            serve(&consumer, &member, &about);
            member.bell.wait(TICK);
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

/// Has librdkafka's callbacks run, and takes what was fetched of partitions before they had a queue.
fn serve(consumer: &BaseConsumer<Told>, member: &Member, about: &str) {
    loop {
        match consumer.poll(Duration::ZERO) {
            // A rebalance may have come before it, on this thread.
            Some(Ok(message)) => {
                let fetched_by = member.share().now();
                let of = partition_id(message.topic(), message.partition());
                put(member, fetched_by, [delivered(&message, of)]);
            }
            Some(Err(error)) => return failed(member, &error, about),
            None => return,
        }
    }
}

/// Gives each partition that has become this member's a queue, and closes those of partitions that it has no more.
fn open(consumer: &Arc<BaseConsumer<Told>>, member: &Arc<Member>, queues: &mut Vec<Queue>) {
    let share = member.share();
    queues.retain(|queue| share.epoch(&queue.of) == Some(queue.epoch));
    if queues.len() == share.epochs().count() {
        return;
    }
    // Those that are left are of the epochs of now.
    let is_missing = |of: &PartitionId| queues.iter().all(|queue| queue.of != *of);
    let missing = share.epochs().filter(|(of, _)| is_missing(of));
    let missing: Vec<_> = missing.map(|(of, epoch)| (of.clone(), epoch)).collect();
    drop(share);
    for (of, epoch) in missing {
        let Some(mut queue) = consumer.split_partition_queue(of.topic.as_str(), number(of.partition)) else {
            continue;
        };
        let member = Arc::clone(member);
        queue.set_nonempty_callback(move || member.bell.ring());
        queues.push(Queue { of, epoch, queue });
    }
}

/// Takes what waits of a partition and has room, and gives it to the member. Whether there was any.
fn drain(Queue { of, epoch, queue }: &Queue, member: &Member, about: &str) -> bool {
    let room = member.share().room(of).min(AT_ONCE);
    // Mostly nothing waits.
    let (mut fetched, mut bytes) = (Vec::new(), 0);
    while fetched.len() < room && bytes < AT_ONCE_BYTES {
        match queue.poll(Duration::ZERO) {
            Some(Ok(message)) => {
                let delivered = delivered(&message, of.clone());
                bytes += record_bytes(&delivered.record);
                fetched.push(delivered);
            }
            Some(Err(error)) => {
                failed(member, &error, about);
                break;
            }
            None => break,
        }
    }
    let came = !fetched.is_empty();
    put(member, *epoch, fetched);
    came
}

fn put(member: &Member, fetched_by: i64, fetched: impl IntoIterator<Item = Delivered>) {
    let mut fetched = fetched.into_iter().peekable();
    if fetched.peek().is_some() {
        member.share().put_all(fetched_by, fetched);
        member.woken.notify_one();
    }
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

#[cfg(test)]
mod tests {
    use std::thread;

    use futures::FutureExt as _;

    use super::*;
    use crate::kafka::share::Share;

    /// A member whose thread does this and ends.
    fn after(work: impl FnOnce(&Member) + Send + 'static) -> Arc<Member> {
        let member = Arc::new(Member::new(Share::new(Duration::ZERO, usize::MAX)));
        let of_thread = Arc::clone(&member);
        let run = move || {
            let ending = Ending { member: of_thread, about: "cost of plimsoll.diff.v1".to_owned() };
            work(&ending.member);
        };
        // However it ended, it has.
        let _ = thread::spawn(run).join();
        member
    }

    #[test]
    fn a_thread_that_ends_by_itself_wakes_its_member_with_the_reason() {
        for panics in [true, false] {
            let member = after(move |_| assert!(!panics, "odd"));
            assert!(member.woken.notified().now_or_never().is_some());
            let told = member.share().take_trouble().unwrap();
            assert_eq!((told.code(), told.is_transient()), ("TASK_PANICKED", false));
            assert!(told.to_string().contains("cost of plimsoll.diff.v1"), "{told}");
        }
    }

    #[test]
    fn a_thread_whose_member_left_has_nothing_to_tell() {
        let member = after(|member| member.share().left = true);
        assert_eq!(member.share().take_trouble(), None);
    }

    /// A panic while it has the lock.
    #[test]
    fn a_thread_that_ends_with_its_members_share_in_hand_tells_all_the_same() {
        let member = after(|member| {
            let _share = member.share();
            panic!("odd");
        });
        assert!(member.share().take_trouble().is_some());
    }
}
