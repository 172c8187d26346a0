//! The outbox reaches the log, whatever happens on the way.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use event_log::partition_of;
use store::{Backlog, Commit, OutboxRelay, RelayStatus, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::faulty_log::{Fault, FaultyLog, PARTITIONS};
use crate::fixture::{END_THE_PUBLISHER, add, event, eventually, outgoing, postgres, stores};

struct Started {
    relay: OutboxRelay,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Started {
    async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

fn start(store: &Arc<dyn Store>, log: &Arc<FaultyLog>) -> Started {
    let relay = OutboxRelay::new(Arc::clone(store), Arc::clone(log) as _);
    let (shutdown, running) = (CancellationToken::new(), relay.clone());
    let stop = shutdown.clone();
    let task = tokio::spawn(async move { running.run(stop).await });
    Started { relay, shutdown, task }
}

/// Returns when so many rows wait, and no more.
async fn left(store: &dyn Store, rows: u64) {
    eventually("an outbox of that size", async || store.backlog().await.unwrap().rows == rows).await;
}

fn failing(with: &str) -> impl Fn(&RelayStatus) -> bool {
    move |status| matches!(status, RelayStatus::Failing { code, .. } if *code == with)
}

fn up_to(last: u64) -> Vec<u64> {
    (1..=last).collect()
}

/// Aggregates in this partition.
fn keys_in(partition: u32) -> impl Iterator<Item = String> {
    let keys = (0..).map(|n: u32| format!("key-{n}"));
    keys.filter(move |key| partition_of(key.as_bytes(), PARTITIONS) == partition)
}

fn key_in(partition: u32) -> String {
    keys_in(partition).next().unwrap()
}

/// Commits so many events of a new aggregate at once.
async fn add_many(store: &dyn Store, aggregate: &str, count: u64) {
    add_all(store, aggregate, 0, 1..=count).await;
}

/// Commits these events of an aggregate at once.
async fn add_all(store: &dyn Store, aggregate: &str, version: u64, sequences: RangeInclusive<u64>) {
    let last = *sequences.end();
    let outbox = sequences.map(|n| outgoing("plimsoll.test.v1", aggregate, n)).collect();
    store.commit(Commit { outbox, ..event(aggregate, version, last) }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_committed_is_published_once_in_order() {
    for store in stores().await {
        let log = Arc::new(FaultyLog::default());
        for _ in 0..3 {
            add(&*store, "before").await.unwrap();
        }
        let started = start(&store, &log);
        for _ in 0..20 {
            add(&*store, "a").await.unwrap();
            add(&*store, "b").await.unwrap();
        }
        let mut two = event("c", 0, 1);
        two.outbox.push(outgoing("plimsoll.other.v1", "c", 2));
        store.commit(two).await.unwrap();
        left(&*store, 0).await;
        assert_eq!(log.sequences("before"), up_to(3));
        assert_eq!(log.sequences("a"), up_to(20));
        assert_eq!(log.sequences("b"), up_to(20));
        assert_eq!(log.sequences("c").len(), 2);
        assert_eq!(*started.relay.status().borrow(), RelayStatus::Publishing);
        started.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_while_the_log_fails() {
    for store in stores().await {
        for _ in 0..10 {
            add(&*store, "a").await.unwrap();
        }
        let log = Arc::new(FaultyLog::failing([Fault::Away, Fault::Half, Fault::Unanswered]));
        let started = start(&store, &log);
        let mut status = started.relay.status();
        status.wait_for(failing("LOG_UNAVAILABLE")).await.unwrap();
        left(&*store, 0).await;
        // Half of them came twice before all of them came twice, and a reader sees each once, in order.
        assert_eq!(log.sequences("a").len(), 25);
        assert_eq!(log.read("a"), up_to(10));
        status.wait_for(|status| *status == RelayStatus::Publishing).await.unwrap();
        started.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_event_holds_its_own_aggregate_only() {
    for store in stores().await {
        let log = Arc::new(FaultyLog::default());
        log.refuse(&[("a", 2)]);
        for _ in 0..3 {
            add(&*store, "a").await.unwrap();
            add(&*store, "b").await.unwrap();
        }
        let started = start(&store, &log);
        let mut status = started.relay.status();
        status.wait_for(failing("LOG_RECORD_TOO_LARGE")).await.unwrap();
        // Those of the other aggregate pass, now and later, and what is before it of its own; it and what follows wait.
        left(&*store, 2).await;
        add(&*store, "b").await.unwrap();
        left(&*store, 2).await;
        assert_eq!(log.sequences("b"), up_to(4));
        assert_eq!(log.sequences("a"), [1]);
        log.refuse(&[]);
        left(&*store, 0).await;
        assert_eq!(log.sequences("a"), up_to(3));
        status.wait_for(|status| *status == RelayStatus::Publishing).await.unwrap();
        started.stop().await;
    }
}

/// More of them than are read at once, of aggregates of one partition: nobody else waits for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_much_is_refused_is_in_nobodys_way() {
    for store in stores().await {
        let log = Arc::new(FaultyLog::default());
        let keys: Vec<String> = keys_in(1).skip(1).take(6).collect();
        // At the end, in the middle, at the beginning, and not at all.
        let refused =
            [(0, 200), (1, 100), (3, 1), (5, 7)].map(|(key, sequence)| (keys[key].as_str(), sequence));
        log.refuse(&refused);
        for key in &keys {
            add_many(&*store, key, 200).await;
        }
        let started = start(&store, &log);
        // 1 + 101 + 200 + 194.
        left(&*store, 496).await;
        let read: Vec<usize> = keys.iter().map(|key| log.sequences(key).len()).collect();
        assert_eq!(read, [199, 99, 200, 0, 200, 6]);
        add_many(&*store, "b", 3).await;
        add_many(&*store, &key_in(1), 3).await;
        left(&*store, 496).await;
        assert_eq!((log.sequences("b"), log.sequences(&key_in(1))), (up_to(3), up_to(3)));
        assert!(failing("LOG_RECORD_TOO_LARGE")(&started.relay.status().borrow()));
        log.refuse(&[]);
        left(&*store, 0).await;
        for key in &keys {
            assert_eq!(log.sequences(key), up_to(200));
        }
        started.stop().await;
    }
}

/// The log goes away while it is found out what it refuses: what follows a refused record waits behind it all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_follows_a_refused_event_stays_behind_it_when_the_log_goes_away() {
    for store in stores().await {
        let [x, y, z] = [0, 1, 2].map(|n| keys_in(0).nth(n).unwrap());
        add_all(&*store, &x, 0, 1..=2).await;
        add_all(&*store, &y, 0, 1..=2).await;
        add_all(&*store, &x, 1, 3..=4).await;
        add_all(&*store, &z, 0, 1..=2).await;
        // All, their first half, the first half of that, its first, its second, which is refused; and then it is away.
        let away = [Fault::Well, Fault::Well, Fault::Well, Fault::Well, Fault::Well, Fault::Away];
        let log = Arc::new(FaultyLog::failing(away));
        log.refuse(&[(x.as_str(), 2)]);
        let started = start(&store, &log);
        left(&*store, 3).await;
        assert_eq!((log.sequences(&x), log.sequences(&y), log.sequences(&z)), (vec![1], up_to(2), up_to(2)));
        log.refuse(&[]);
        left(&*store, 0).await;
        assert_eq!(log.sequences(&x), up_to(4));
        started.stop().await;
    }
}

/// A partition is not acknowledged, and more of it waits than is read at once: the others are published and deleted, and what is under
/// way is not sent a second time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_that_does_not_answer_is_in_no_others_way() {
    for store in stores().await {
        let log = Arc::new(FaultyLog::default());
        let (silent, other) = (key_in(0), key_in(1));
        log.hold(std::slice::from_ref(&silent));
        add_many(&*store, &silent, 700).await;
        add_many(&*store, &other, 1).await;
        let started = start(&store, &log);
        left(&*store, 700).await;
        for _ in 0..3 {
            add(&*store, &other).await.unwrap();
            left(&*store, 700).await;
        }
        assert_eq!(log.sequences(&other), up_to(4));
        log.hold(&[]);
        left(&*store, 0).await;
        assert_eq!(log.sequences(&silent), up_to(700));
        started.stop().await;
    }
}

/// Every partition is away for a while, and one after the other is back: what is on the log is deleted before more is read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_under_way_in_all_partitions_is_published_once() {
    for store in stores().await {
        let log = Arc::new(FaultyLog::default());
        let keys: Vec<String> = (0..PARTITIONS).map(key_in).collect();
        log.hold(&keys);
        for key in &keys {
            add_many(&*store, key, 3).await;
        }
        let started = start(&store, &log);
        eventually("that all are under way", async || log.held() == keys.len()).await;
        for (at, key) in keys.iter().enumerate() {
            // The relay waits for one of them by now, and goes on with the others under way.
            tokio::time::sleep(Duration::from_millis(300)).await;
            log.hold(&keys[at + 1..]);
            eventually("it", async || log.sequences(key) == up_to(3)).await;
        }
        left(&*store, 0).await;
        for key in &keys {
            assert_eq!(log.sequences(key), up_to(3));
        }
        started.stop().await;
    }
}

/// It is told to stop while a call is under way: the call is waited for, and what it did is not published again by the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_stopped_finishes_what_is_under_way() {
    for store in stores().await {
        let log = Arc::new(FaultyLog::default());
        let (silent, other) = (key_in(0), key_in(1));
        log.hold(std::slice::from_ref(&silent));
        add_many(&*store, &silent, 2).await;
        add_many(&*store, &other, 1).await;
        let started = start(&store, &log);
        left(&*store, 2).await;
        started.shutdown.cancel();
        log.hold(&[]);
        started.task.await.unwrap();
        assert_eq!(store.backlog().await.unwrap().rows, 0);
        assert_eq!(log.sequences(&silent), up_to(2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_relays_publishes_and_the_other_takes_over() {
    for store in stores().await {
        let log = Arc::new(FaultyLog::default());
        let first = start(&store, &log);
        first.relay.status().wait_for(|status| *status == RelayStatus::Publishing).await.unwrap();
        let second = start(&store, &log);
        for _ in 0..10 {
            add(&*store, "a").await.unwrap();
        }
        left(&*store, 0).await;
        assert_eq!(*second.relay.status().borrow(), RelayStatus::Waiting);
        first.stop().await;
        for _ in 0..10 {
            add(&*store, "a").await.unwrap();
        }
        left(&*store, 0).await;
        assert_eq!(log.sequences("a"), up_to(20), "none was published twice");
        second.stop().await;
    }
}

/// The store was away while it waited for its turn. It is there again, and the turn is another's still: that is no failure.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_whose_store_came_back_waits_and_does_not_fail() {
    const END_WHO_WAITS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'SELECT pg_try_advisory_lock%' AND pid <> pg_backend_pid()
         AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)";
    let postgres = postgres().await;
    let store: Arc<dyn Store> = Arc::new(postgres.clone());
    let mut held = store.publisher().await.unwrap();
    let waiting = start(&store, &Arc::new(FaultyLog::default()));
    let mut status = waiting.relay.status();
    let mut failed =
        async || status.wait_for(|status| matches!(status, RelayStatus::Failing { .. })).await.is_ok();
    let ending = async || loop {
        sqlx::raw_sql(END_WHO_WAITS).execute(postgres.database().pool()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    tokio::select! {
        failed = failed() => assert!(failed),
        () = ending() => {}
    }
    let is_waiting = async || *waiting.relay.status().borrow() == RelayStatus::Waiting;
    eventually("that it waits", is_waiting).await;
    assert!(held.holds().await);
    waiting.stop().await;
}

/// Its session ends and it does not: it learns that another publishes now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_lost_the_right_to_publish_waits() {
    let postgres = postgres().await;
    let store: Arc<dyn Store> = Arc::new(postgres.clone());
    let log = Arc::new(FaultyLog::default());
    let first = start(&store, &log);
    first.relay.status().wait_for(|status| *status == RelayStatus::Publishing).await.unwrap();
    let held = loop {
        sqlx::raw_sql(END_THE_PUBLISHER).execute(postgres.database().pool()).await.unwrap();
        // Should the relay be faster, its new session ends too.
        if let Ok(held) = tokio::time::timeout(Duration::from_secs(2), store.publisher()).await {
            break held.unwrap();
        }
    };
    let status = async |wanted| {
        eventually("that status", async || *first.relay.status().borrow() == wanted).await;
    };
    status(RelayStatus::Waiting).await;
    drop(held);
    status(RelayStatus::Publishing).await;
    add(&*store, "a").await.unwrap();
    left(&*store, 0).await;
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_of_this_process_is_not_polled_for() {
    let store: Arc<dyn Store> = Arc::new(postgres().await.with_poll(Duration::from_hours(1)));
    let log = Arc::new(FaultyLog::default());
    let started = start(&store, &log);
    for sequence in 1..=5 {
        add(&*store, "a").await.unwrap();
        eventually("the event", async || log.sequences("a").len() == sequence).await;
    }
    started.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_stopped_leaves_the_rest_for_the_next() {
    for store in stores().await {
        let away = Arc::new(FaultyLog::failing(vec![Fault::Away; 1_000]));
        add(&*store, "a").await.unwrap();
        let started = start(&store, &away);
        started.relay.status().wait_for(failing("LOG_UNAVAILABLE")).await.unwrap();
        started.stop().await;
        assert_eq!(store.backlog().await.unwrap().rows, 1);
        let log = Arc::new(FaultyLog::default());
        let next = start(&store, &log);
        left(&*store, 0).await;
        assert_eq!(log.sequences("a"), [1]);
        next.stop().await;
        assert_eq!(store.backlog().await.unwrap(), Backlog::default());
    }
}
