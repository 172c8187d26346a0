//! The log on Kafka keeps the contract.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use containers::Kafka;
use event_log::conformance::{Backend, Client};
use event_log::{KafkaLog, KafkaSettings, Limits};

use crate::link::ByProxy;

/// The broker is all tests'; each has names of its own.
struct Broker {
    kafka: &'static Kafka,
    prefix: String,
}

#[async_trait]
impl Backend for Broker {
    async fn client(&self) -> Client {
        let proxy = self.kafka.line().await;
        let settings = KafkaSettings {
            brokers: format!("127.0.0.1:{}", proxy.port()),
            session: Duration::from_secs(9),
            heartbeat: Duration::from_millis(500),
            request_timeout: Duration::from_secs(3),
            replication: 1,
            min_insync: 1,
            ..KafkaSettings::default()
        };
        let log = KafkaLog::connect(settings).await.unwrap();
        Client { log: Arc::new(log), link: Arc::new(ByProxy(proxy)) }
    }

    fn record_limit(&self) -> usize {
        Limits::default().record_bytes
    }

    fn prefix(&self) -> &str {
        &self.prefix
    }
}

async fn broker() -> Broker {
    static TESTS: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("t{}-", TESTS.fetch_add(1, Ordering::Relaxed));
    Broker { kafka: Kafka::shared().await, prefix }
}

event_log::conformance_tests!([#[tokio::test(flavor = "multi_thread", worker_threads = 2)]] broker().await);
