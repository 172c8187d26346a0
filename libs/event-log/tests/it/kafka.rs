//! The log on Kafka keeps the contract.

mod again;
mod foreign;
mod instances;
mod measured;
mod refused;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use event_log::conformance::{Backend, Client};
use event_log::{
    EventLog, KafkaLog, KafkaSettings, Keeps, Limits, SettingChange, TopicChange, TopicSpec, plan_topics,
};
use events::Topic;
use telemetry::Metrics;
use test_kafka::TestKafka;
use test_proxy::Proxy;

use crate::link::ByProxy;

/// The broker is all tests'; each has names of its own.
struct Broker {
    kafka: &'static TestKafka,
    prefix: String,
}

#[async_trait]
impl Backend for Broker {
    async fn client(&self) -> Client {
        let proxy = self.kafka.line().await;
        let log = KafkaLog::connect(settings(at(&proxy))).await.unwrap();
        Client { log: Arc::new(log), link: Arc::new(ByProxy(proxy)) }
    }

    fn record_limit(&self) -> usize {
        Limits::default().record_bytes
    }

    fn prefix(&self) -> &str {
        &self.prefix
    }
}

/// What the process counts: it is installed once for all tests, of which each has names of its own.
static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics::install().unwrap());

/// The value of a metric, by its name and labels as they are written; none if nobody has counted it.
fn counted(metric: &str) -> Option<f64> {
    let text = METRICS.render();
    let rest = text.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    rest.map(|value| value.parse().unwrap())
}

/// Where the broker is at the end of a line.
fn at(line: &Proxy) -> String {
    format!("127.0.0.1:{}", line.port())
}

fn settings(brokers: String) -> KafkaSettings {
    KafkaSettings {
        brokers,
        session: Duration::from_secs(9),
        heartbeat: Duration::from_millis(500),
        request_timeout: Duration::from_secs(3),
        replication: 1,
        min_insync: 1,
        ..KafkaSettings::default()
    }
}

async fn broker() -> Broker {
    static TESTS: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("t{}-", TESTS.fetch_add(1, Ordering::Relaxed));
    Broker { kafka: TestKafka::shared().await, prefix }
}

event_log::conformance_tests!([#[tokio::test(flavor = "multi_thread", worker_threads = 2)]] broker().await);

/// A topic that somebody made otherwise is no place for records until it is put right, and then it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_would_lose_records_is_refused_and_put_right() {
    let kafka = TestKafka::shared().await;
    let log = KafkaLog::connect(settings(kafka.brokers())).await.unwrap();
    let topic = Topic::new("made-otherwise.v1");
    log.ensure_topic(&topic, 2).await.unwrap();
    let week = SettingChange { name: "retention.ms", from: None, to: "604800000".to_owned() };
    let kept_a_week = TopicChange::Set { topic: topic.clone(), settings: vec![week] };
    log.apply(&kept_a_week).await.unwrap();
    let refused = log.ensure_topic(&topic, 2).await.unwrap_err();
    assert_eq!(refused.code(), "LOG_MISCONFIGURED");
    assert!(refused.to_string().contains("retention.ms is \"604800000\", and has to be -1"), "{refused}");

    let spec = |topic: &Topic| TopicSpec {
        topic: topic.clone(),
        partitions: 2,
        replication: 1,
        min_insync: 1,
        keeps: Keeps::Everything,
        message_bytes: 2 * 1024 * 1024 + 64 * 1024,
    };
    let absent = Topic::new("not-made-yet.v1");
    let wanted = [spec(&topic), spec(&absent)];
    let plan = async || {
        let found = log.found_topics(&[topic.clone(), absent.clone()]).await.unwrap();
        plan_topics(&wanted, &found)
    };
    let changes = plan().await;
    let shown: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "set of made-otherwise.v1 retention.ms from 604800000 to -1",
            "create not-made-yet.v1 with 2 partitions on 1 brokers, 1 in sync",
        ]
    );
    for change in &changes {
        log.apply(change).await.unwrap();
    }
    log.ensure_topic(&topic, 2).await.unwrap();
    log.ensure_topic(&absent, 2).await.unwrap();
    assert_eq!(plan().await, []);
}
