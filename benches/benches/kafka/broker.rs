//! The broker of the benches.

use std::time::Duration;

use event_log::{EventLog as _, KafkaLog, KafkaSettings};
use events::{Record, Topic};
use test_kafka::TestKafka;

/// The broker of this process, and what connects to it.
pub(crate) struct Broker {
    kafka: &'static TestKafka,
}

impl Broker {
    pub(crate) async fn start() -> Self {
        Self { kafka: TestKafka::shared().await }
    }

    /// Where clients find it.
    pub(crate) fn addresses(&self) -> String {
        self.kafka.brokers()
    }

    /// The log as a service has it, but that one broker keeps everything alone, and may take its time when it is given much
    /// at once.
    pub(crate) async fn log(&self) -> KafkaLog {
        let settings = KafkaSettings {
            brokers: self.addresses(),
            request_timeout: Duration::from_secs(60),
            replication: 1,
            min_insync: 1,
            ..KafkaSettings::default()
        };
        KafkaLog::connect(settings).await.unwrap()
    }

    /// A new topic with these records in it.
    pub(crate) async fn filled(&self, topic: &Topic, partitions: u32, records: &[Record]) {
        let log = self.log().await;
        log.ensure_topic(topic, partitions).await.unwrap();
        for some in records.chunks(5_000) {
            log.append(topic, some).await.unwrap();
        }
    }
}
