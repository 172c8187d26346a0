//! What is away is waited for; what panics or loses its partition ends nothing else.

use std::time::Duration;

use service::Policy;

use crate::bench::{Bench, record, records, until};
use crate::handlers::{Does, Noting};

#[tokio::test(start_paused = true)]
async fn what_is_away_is_waited_for_and_told() {
    let bench = Bench::new(2).await;
    // Partition 1 and partition 0, by Kafka's partitioner (kafka-python 2.0.2: murmur2(b"a"), murmur2(b"b") & 1).
    let (away, here) = keys_of_two_partitions();
    bench.append(&[record(&away, 1), record(&here, 1), record(&away, 2), record(&here, 2)]).await;
    let first = format!("{away}1");
    let handler = Noting::new(move |name, _| if name == first { Does::Miss } else { Does::Handle });
    let policy = Policy { concurrency: 1, ..Policy::default() };
    let consumer = bench.consume_with(&handler, policy);
    until("the other partition flows", async || handler.of(&here).len() == 2).await;
    // Longer than the lease of a member and than all attempts of an event that is at fault.
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert!(handler.tries(&format!("{away}1")) > 700, "an hour, and 5 s at most between tries");
    assert!(handler.of(&away).is_empty());
    assert!(bench.letters().await.is_empty(), "nothing is parked");
    let partition = format!("plimsoll.catalog.v1/{}", event_log::partition_of(away.as_bytes(), 2));
    assert_eq!(consumer.reasons(), [(partition, "DATABASE_AWAY".to_owned())]);
    assert!(!consumer.health.status().is_ok());
    assert!(consumer.health.liveness().is_ok(), "starting again would not help");
    handler.does(|_, _| Does::Handle);
    until("the partition flows", async || handler.of(&away).len() == 2).await;
    until("it is ready", async || consumer.health.status().is_ok()).await;
    assert_eq!(handler.of(&away), [format!("{away}1"), format!("{away}2")]);
    consumer.stop().await.unwrap();
}

fn keys_of_two_partitions() -> (String, String) {
    let key = |partition| {
        let mut keys = ('a'..='z').map(String::from);
        keys.find(|key| event_log::partition_of(key.as_bytes(), 2) == partition).unwrap()
    };
    (key(0), key(1))
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_has_its_event_parked_and_nothing_of_it_is_told() {
    let bench = Bench::new(1).await;
    bench.append(&[record("a", 1), record("b", 1)]).await;
    let handler = Noting::new(|name, _| if name == "a1" { Does::Panic } else { Does::Handle });
    let consumer = bench.consume(&handler);
    until("all are committed", async || bench.committed(0).await == 2).await;
    assert_eq!(handler.handled(), ["b1"]);
    assert_eq!(handler.tries("a1"), 4);
    let letters = bench.parts.store.dead_letters(None, 0, 10).await.unwrap();
    assert_eq!(letters[0].letter.code, "HANDLER_PANICKED");
    assert_eq!(letters[0].letter.message, "tests panicked");
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_log_may_be_away_for_a_while() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2])).await;
    let handler = Noting::able();
    let reader = bench.log.client();
    let mut parts = bench.parts.clone();
    parts.log = std::sync::Arc::new(reader.clone());
    let consumer = crate::bench::Consumer::start(handler.clone(), parts, Policy::default());
    until("all are committed", async || bench.committed(0).await == 2).await;
    reader.disconnect();
    bench.append(&records("a", [3])).await;
    until("it is not ready", async || {
        consumer.reasons() == [("log".to_owned(), "LOG_UNAVAILABLE".to_owned())]
    })
    .await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(handler.handled(), ["a1", "a2"]);
    reader.reconnect();
    until("the next is handled", async || handler.handled() == ["a1", "a2", "a3"]).await;
    until("it is ready", async || consumer.health.status().is_ok()).await;
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_back_is_known_to_be_though_nothing_happens() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1])).await;
    let handler = Noting::able();
    let reader = bench.log.client();
    let mut parts = bench.parts.clone();
    parts.log = std::sync::Arc::new(reader.clone());
    let consumer = crate::bench::Consumer::start(handler.clone(), parts, Policy::default());
    until("it is committed", async || bench.committed(0).await == 1).await;
    reader.disconnect();
    until("it is not ready", async || !consumer.health.status().is_ok()).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(!consumer.health.status().is_ok());
    reader.reconnect();
    until("it is ready", async || consumer.health.status().is_ok()).await;
    assert_eq!(handler.handled(), ["a1"]);
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_was_away_too_long_loses_its_records_and_goes_on() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2, 3])).await;
    // The first is in the middle of the second event when its link is cut.
    let slow = Noting::new(|name, _| if name == "a2" { Does::Take(60_000) } else { Does::Handle });
    let link = bench.log.client();
    let mut parts = bench.parts.clone();
    parts.log = std::sync::Arc::new(link.clone());
    let first = crate::bench::Consumer::start(slow.clone(), parts, Policy::default());
    until("the second event is begun", async || slow.tries("a2") == 1).await;
    until("the first event is committed", async || bench.committed(0).await == 1).await;
    link.disconnect();
    let other = Noting::able();
    let second = bench.consume(&other);
    // The lease is 10 s.
    until("the other has the rest", async || other.handled() == ["a2", "a3"]).await;
    until("the other has committed", async || bench.committed(0).await == 3).await;
    link.reconnect();
    until("the first ends its event", async || slow.handled().contains(&"a2".to_owned())).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(slow.handled(), ["a1", "a2"], "what it had in hand behind that is dropped");
    assert_eq!(bench.committed(0).await, 3, "it does not go back");
    second.stop().await.unwrap();
    bench.append(&records("a", [4])).await;
    until("the first has the partition again", async || slow.handled() == ["a1", "a2", "a4"]).await;
    first.stop().await.unwrap();
}
