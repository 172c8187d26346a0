//! A stop finishes what was taken; a crash loses nothing.

use std::time::Duration;

use service::Policy;

use crate::bench::{Bench, records, until};
use crate::handlers::{Does, Noting};

#[tokio::test(start_paused = true)]
async fn a_stop_finishes_and_commits_what_was_taken() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", 1..=30)).await;
    let handler = Noting::new(|_, _| Does::Take(100));
    let policy = Policy { batch: 10, waiting: 10, ..Policy::default() };
    let consumer = bench.consume_with(&handler, policy);
    until("some are handled", async || handler.handled().len() == 3).await;
    consumer.stop().await.unwrap();
    let handled = handler.handled().len();
    assert_eq!(handled, 10, "what it had taken, and no more");
    assert_eq!(bench.committed(0).await, 10);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(handler.handled().len(), handled, "nothing works on");
    let consumer = bench.consume(&handler);
    until("the rest is handled", async || handler.handled().len() == 30).await;
    let expected: Vec<_> = (1..=30).map(|sequence| format!("a{sequence}")).collect();
    assert_eq!(handler.handled(), expected, "each once");
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_nothing_that_is_away() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", 1..=3)).await;
    let handler = Noting::new(|name, _| if name == "a2" { Does::Miss } else { Does::Handle });
    let consumer = bench.consume(&handler);
    until("it is tried", async || handler.tries("a2") > 3).await;
    let before = tokio::time::Instant::now();
    consumer.stop().await.unwrap();
    assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    assert_eq!(bench.committed(0).await, 1);
    handler.does(|_, _| Does::Handle);
    let consumer = bench.consume(&handler);
    until("the rest is handled", async || handler.handled() == ["a1", "a2", "a3"]).await;
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_takes_longer_than_the_grace_time_is_cut_off_and_delivered_again() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", 1..=3)).await;
    let handler = Noting::new(|name, _| if name == "a2" { Does::Take(3_600_000) } else { Does::Handle });
    let policy = Policy { commit_within: Duration::from_secs(3600), ..Policy::default() };
    let consumer = bench.consume_with(&handler, policy);
    until("it is begun", async || handler.tries("a2") == 1).await;
    let before = tokio::time::Instant::now();
    consumer.stop().await.unwrap();
    assert_eq!(before.elapsed().as_secs(), policy.grace.as_secs());
    assert_eq!(bench.committed(0).await, 1, "what was done is committed");
    handler.does(|_, _| Does::Handle);
    let consumer = bench.consume(&handler);
    until("the rest is handled", async || handler.handled() == ["a1", "a2", "a3"]).await;
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_crash_has_what_was_not_committed_delivered_again() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", 1..=4)).await;
    let handler = Noting::new(|name, _| if name == "a3" { Does::Take(60_000) } else { Does::Handle });
    let policy = Policy { commit_within: Duration::from_secs(3600), ..Policy::default() };
    let consumer = bench.consume_with(&handler, policy);
    until("it is begun", async || handler.tries("a3") == 1).await;
    consumer.crash().await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(handler.handled(), ["a1", "a2"], "nothing of it works on");
    handler.does(|_, _| Does::Handle);
    let consumer = bench.consume(&handler);
    until("all are committed", async || bench.committed(0).await == 4).await;
    // The first two come again: it is the handler's mark that drops them, and this handler has none.
    assert_eq!(handler.handled(), ["a1", "a2", "a1", "a2", "a3", "a4"]);
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nothing_is_committed_before_its_effect() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", 1..=3)).await;
    let handler = Noting::new(|_, _| Does::Take(1000));
    let consumer = bench.consume(&handler);
    for _ in 0..400 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(bench.committed(0).await <= handler.handled().len() as u64);
    }
    assert_eq!(bench.committed(0).await, 3);
    consumer.stop().await.unwrap();
}
