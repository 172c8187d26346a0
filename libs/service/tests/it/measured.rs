//! What is counted is what happened.

use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, PartitionId};
use events::Service;
use service::{Health, Policy, Supervisor};
use telemetry::testing::Counts;
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, Consumer, record, records, topic, until};
use crate::handlers::{Does, Noting};

/// A metric of the group `tests` about the catalog's topic, as `/metrics` names it.
pub(crate) fn of_tests(metric: &str, labels: &str) -> String {
    of_group(metric, "tests", labels)
}

/// The same of another group.
pub(crate) fn of_group(metric: &str, group: &str, labels: &str) -> String {
    let topic = topic();
    format!(
        r#"{metric}{{messaging_consumer_group_name="{group}",messaging_destination_name="{topic}"{labels}}}"#
    )
}

/// How many events were appended to a service's topic.
pub(crate) fn sent(counts: &Counts, service: Service) -> Option<f64> {
    let topic = service.topic();
    counts.of(&format!(r#"messaging_client_sent_messages_total{{messaging_destination_name="{topic}"}}"#))
}

/// One is handled at its third try, one comes twice, one is at fault and another waits behind it.
#[tokio::test(start_paused = true)]
async fn an_event_that_is_parked_or_comes_again_is_not_counted_as_consumed() {
    let (counts, bench) = (Counts::of_this_thread().unwrap(), Bench::new(1).await);
    bench.parts.store.mark(crate::bench::ORG, "tests", &topic(), "c", 1).await.unwrap();
    bench.append(&[record("a", 1), record("b", 1), record("a", 2), record("c", 1)]).await;
    let handler = Noting::new(|name, before| match name {
        "a1" => Does::Refuse,
        "b1" if before < 2 => Does::Refuse,
        _ => Does::Handle,
    });
    let consumer = bench.consume(&handler);
    until("all are committed", async || bench.committed(0).await == 4).await;
    assert_eq!((handler.handled(), bench.letters().await.len()), (vec!["b1".to_owned()], 2));
    let count = |metric: &str, labels: &str| counts.of(&of_tests(metric, labels));
    assert_eq!(count("messaging_client_consumed_messages_total", ""), Some(1.0));
    assert_eq!(count("messaging_process_duration_seconds_count", ""), Some(1.0));
    assert_eq!(count("plimsoll_consumer_duplicate_messages_total", ""), Some(1.0));
    for code in ["EVENT_ODD", "EVENT_WAITS"] {
        let labels = format!(r#",error_type="{code}""#);
        assert_eq!(count("plimsoll_consumer_parked_messages_total", &labels), Some(1.0), "{code}");
    }
    // One is handled when somebody asks for it, and the one behind it.
    handler.does(|_, _| Does::Handle);
    bench.dead_letters().retry(1, "ben").await.unwrap();
    until("both are handled", async || handler.handled().len() == 3).await;
    until("both are closed", async || bench.letters().await.iter().all(|letter| letter.1 == "Handled")).await;
    assert_eq!(count("messaging_client_consumed_messages_total", ""), Some(3.0));
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_an_outbox_had_is_counted_as_sent() {
    let (counts, bench) = (Counts::of_this_thread().unwrap(), Bench::new(1).await);
    bench.append(&records("a", [1, 2, 3])).await;
    let consumer = bench.consume(&Noting::new(|_, _| Does::Refuse));
    until("all are parked", async || bench.letters().await.len() == 3).await;
    assert_eq!(sent(&counts, Service::Promotion), None, "nothing is published yet");
    let relay = service::outbox_relay(Service::Promotion, bench.parts.clone());
    let (health, shutdown) = (Health::default(), CancellationToken::new());
    let supervisor = Supervisor::new(health, Arc::clone(&bench.parts.clock));
    let run = tokio::spawn(supervisor.run(vec![relay], shutdown.clone()));
    let partition = PartitionId { topic: Service::Promotion.topic(), partition: 0 };
    until("it is told", async || bench.log.bounds(&partition).await.unwrap() == (0..3)).await;
    assert_eq!(sent(&counts, Service::Promotion), Some(3.0));
    consumer.stop().await.unwrap();
    shutdown.cancel();
    assert!(run.await.unwrap().is_empty());
}

/// While the log is away nobody knows the lag: it stays as it was, and says of when that is.
#[tokio::test(start_paused = true)]
async fn a_lag_says_when_it_was_measured() {
    let (counts, bench) = (Counts::of_this_thread().unwrap(), Bench::new(1).await);
    let link = bench.log.client();
    let mut parts = bench.parts.clone();
    parts.log = Arc::new(link.clone());
    let consumer = Consumer::start(Noting::able(), parts, Policy::default());
    let lag = || {
        counts.of(&of_tests("plimsoll_consumer_lag_messages", r#",messaging_destination_partition_id="0""#))
    };
    let measured = || counts.of(&of_tests("plimsoll_consumer_lag_timestamp_seconds", ""));
    // It is measured every 10 s, by the clock of the test.
    until("it is measured again", async || measured().is_some_and(|at| at >= 10.0)).await;
    assert_eq!(lag(), Some(0.0));
    link.disconnect();
    bench.append(&records("a", [1, 2])).await;
    let last = measured();
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!((lag(), measured()), (Some(0.0), last), "nobody knows more");
    link.reconnect();
    until("it is measured again", async || measured() > last.map(|at| at + 100.0)).await;
    consumer.stop().await.unwrap();
}
