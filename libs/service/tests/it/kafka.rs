//! On a real broker: processes that lose their work to others.

mod parked;
mod told;

use std::sync::Arc;
use std::time::Duration;

use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, KafkaLog, KafkaSettings};
use events::Service;
use service::Parts;
use store::{Database, PostgresStore, Store};
use test_kafka::TestKafka;
use test_proxy::Line;
use tokio::sync::OnceCell;

use crate::stale::{Guard, Stage, a_stale_decision_is_refused, a_stale_output_is_dropped_by_readers, parts};

/// A client whose members are given up soon.
async fn connect(brokers: String) -> KafkaLog {
    let settings = KafkaSettings {
        brokers,
        session: Duration::from_secs(3),
        heartbeat: Duration::from_millis(500),
        request_timeout: Duration::from_secs(3),
        replication: 1,
        min_insync: 1,
        ..KafkaSettings::default()
    };
    KafkaLog::connect(settings).await.unwrap()
}

/// The broker, with every service's topic: two partitions of the catalog's, and one of each other.
async fn broker() -> &'static TestKafka {
    static MADE: OnceCell<()> = OnceCell::const_new();
    let kafka = TestKafka::shared().await;
    let make = async || {
        let log = connect(kafka.brokers()).await;
        for service in Service::ALL {
            log.ensure_topic(&service.topic(), if service == Service::Catalog { 2 } else { 1 })
                .await
                .unwrap();
        }
    };
    MADE.get_or_init(make).await;
    kafka
}

/// Two processes with one schema in Postgres, of which the first reaches the broker by a line of its own, and a reader.
async fn stage() -> Stage {
    let (kafka, database) = (broker().await, TestPostgres::shared().await.database().await);
    let process = async |brokers, service: Service| -> Parts {
        let schema = Database::new(database.url().as_str(), service.name(), 4).unwrap();
        let store: Arc<dyn Store> = Arc::new(PostgresStore::open(&schema).await.unwrap());
        parts(Arc::new(connect(brokers).await), store)
    };
    let line = kafka.line().await;
    Stage {
        first: process(format!("127.0.0.1:{}", line.port()), Service::Promotion).await,
        second: process(kafka.brokers(), Service::Promotion).await,
        reader: process(kafka.brokers(), Service::Gitops).await,
        reach: Box::new(move |reaches| line.set(if reaches { Line::Open } else { Line::Cut })),
        _database: Some(database),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_that_another_has_made_is_refused_by_its_mark() {
    a_stale_decision_is_refused(&stage().await, Guard::Mark).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_upon_a_state_of_before_is_refused_by_its_version() {
    a_stale_decision_is_refused(&stage().await, Guard::Version).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_output_that_another_has_written_is_dropped_by_readers() {
    a_stale_output_is_dropped_by_readers(&stage().await).await;
}
