//! Events of a key are handled in order, whatever happens to them.

use service::Policy;

use crate::bench::{Bench, ORG, record, records, topic, until};
use crate::handlers::{Does, Noting};

#[tokio::test(start_paused = true)]
async fn a_key_keeps_its_order_through_retries() {
    let bench = Bench::new(4).await;
    let keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for sequence in 1..=20 {
        bench.append(&keys.map(|key| record(key, sequence))).await;
    }
    // Every third event fails in one way or the other, some of them three times.
    let handler = Noting::new(|name, before| match name.bytes().map(u32::from).sum::<u32>() % 6 {
        0 if before < 3 => Does::Refuse,
        3 if before < 3 => Does::Miss,
        _ => Does::Handle,
    });
    let consumer = bench.consume(&handler);
    until("all are handled", async || handler.handled().len() == 160).await;
    for key in keys {
        let expected: Vec<_> = (1..=20).map(|sequence| format!("{key}{sequence}")).collect();
        assert_eq!(handler.of(key), expected);
    }
    assert!(bench.letters().await.is_empty());
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn partitions_are_handled_at_the_same_time_as_far_as_is_allowed() {
    let bench = Bench::new(16).await;
    let keys: Vec<_> = (0..64).map(|key| record(&format!("k{key}-"), 1)).collect();
    bench.append(&keys).await;
    let handler = Noting::new(|_, _| Does::Take(50));
    let policy = Policy { concurrency: 3, ..Policy::default() };
    let consumer = bench.consume_with(&handler, policy);
    until("all are handled", async || handler.handled().len() == 64).await;
    assert_eq!(handler.most_at_once(), 3);
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_partition_is_handled_one_by_one() {
    let bench = Bench::new(1).await;
    bench.append(&[records("a", 1..=5), records("b", 1..=5)].concat()).await;
    let handler = Noting::new(|_, _| Does::Take(5));
    let consumer = bench.consume(&handler);
    until("all are handled", async || handler.handled().len() == 10).await;
    assert_eq!(handler.most_at_once(), 1);
    let order = ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "b4", "b5"];
    assert_eq!(handler.handled(), order);
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_handled_is_dropped() {
    let bench = Bench::new(1).await;
    bench.parts.store.mark(ORG, "tests", &topic(), "a", 2).await.unwrap();
    bench.append(&records("a", [1, 2, 3])).await;
    bench.append(&records("b", [1, 2])).await;
    // Its own mark says so, or the handler does.
    let handler = Noting::new(|name, _| if name == "b1" { Does::Know } else { Does::Handle });
    let consumer = bench.consume(&handler);
    until("all are committed", async || bench.committed(0).await == 5).await;
    assert_eq!(handler.handled(), ["a3", "b2"]);
    assert_eq!(handler.tries("b1"), 1, "what was handled is not tried again");
    assert!(bench.letters().await.is_empty());
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn more_than_fits_in_hand_is_taken_bit_by_bit_and_all_of_it_is_handled() {
    let bench = Bench::new(2).await;
    for sequence in 1..=300 {
        bench.append(&["a", "b", "c"].map(|key| record(key, sequence))).await;
    }
    let handler = Noting::new(|_, _| Does::Take(1));
    let policy = Policy { batch: 7, waiting: 10, ..Policy::default() };
    let consumer = bench.consume_with(&handler, policy);
    until("all are handled", async || handler.handled().len() == 900).await;
    for key in ["a", "b", "c"] {
        let expected: Vec<_> = (1..=300).map(|sequence| format!("{key}{sequence}")).collect();
        assert_eq!(handler.of(key), expected);
    }
    consumer.stop().await.unwrap();
}
