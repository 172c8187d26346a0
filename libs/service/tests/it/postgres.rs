//! The server of the log and the store is killed again and again.

use std::sync::Arc;
use std::time::Duration;

use embedded_postgres::Durability;
use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, Group, PartitionId};
use events::Service;
use service::{
    Backoff, Failure, Health, KafkaSettings, Platform, Policy, PostgresSettings, RedisSettings, Supervisor,
    SystemClock,
};
use tokio_util::sync::CancellationToken;

use crate::bench::{ORG, poison, record, topic, until};
use crate::chaos::Deciding;

const KEYS: [&str; 4] = ["a", "b", "c", "d"];

async fn connect(settings: &PostgresSettings) -> Platform {
    loop {
        match Platform::connect(
            settings.clone(),
            &KafkaSettings::default(),
            &RedisSettings::default(),
            Arc::new(SystemClock),
        )
        .await
        {
            Ok(platform) => return platform,
            Err(Failure::Unavailable { .. }) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(failure) => panic!("{failure}"),
        }
    }
}

/// Appends until it is there; perhaps twice.
async fn append(log: &dyn EventLog, record: &events::Record) {
    while let Err(error) = log.append(&topic(), std::slice::from_ref(record)).await {
        assert!(error.is_transient(), "{error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_may_be_killed_at_any_time() {
    let server = TestPostgres::private(Durability::Off).await;
    let database = server.database().await;
    let settings = PostgresSettings { partitions: 3, ..PostgresSettings::at(database.url().as_str()) };
    let platform = connect(&settings).await;
    let (parts, _) = platform.parts(Service::Promotion).await.unwrap();
    let handler = Arc::new(Deciding::new(Arc::clone(&parts.store), 1, true));
    let (health, shutdown) = (Health::default(), CancellationToken::new());
    let backoff = Backoff { first: Duration::from_millis(20), longest: Duration::from_millis(500) };
    let policy = Policy { backoff, ..Policy::default() };
    let tasks = vec![
        service::consumer(handler, parts.clone(), policy),
        service::outbox_relay(Service::Promotion, parts.clone()),
    ];
    let supervisor = Supervisor::new(health.clone(), Arc::new(SystemClock));
    let run = tokio::spawn(supervisor.run(tasks, shutdown.clone()));
    let log = Arc::clone(platform.log());
    for sequence in 1..=40 {
        for key in KEYS {
            append(&*log, &record(key, sequence)).await;
        }
        if sequence % 10 == 5 {
            server.kill();
            until("it is noticed", async || !health.status().is_ok()).await;
        }
    }
    append(&*log, &poison("z", 1)).await;
    until("all are handled", async || {
        let mut done = 0;
        for key in KEYS {
            let state = parts.store.load(ORG, key).await.ok().flatten().map(|stored| stored.state);
            done += state.and_then(|state| Some(state.as_array()?.len())).unwrap_or(0);
        }
        done == 160
    })
    .await;
    for key in KEYS {
        let state = parts.store.load(ORG, key).await.unwrap().unwrap().state;
        let expected: Vec<_> = (1..=40).map(|sequence| format!("{key}{sequence}")).collect();
        assert_eq!(serde_json::from_value::<Vec<String>>(state).unwrap(), expected);
    }
    // What was parked is told of on the service's topic.
    let told = async || {
        let mut told = 0;
        for partition in 0..3 {
            let partition = PartitionId { topic: Service::Promotion.topic(), partition };
            told += log.bounds(&partition).await.map_or(0, |bounds| bounds.end);
        }
        told
    };
    until("it is told", async || told().await == 1).await;
    until("it is ready", async || health.status().is_ok()).await;
    shutdown.cancel();
    assert!(run.await.unwrap().is_empty());
    for partition in 0..3 {
        let partition = PartitionId { topic: topic(), partition };
        let end = log.bounds(&partition).await.unwrap().end;
        assert_eq!(log.committed(&Group::new("tests"), &partition).await.unwrap(), end);
    }
    server.stop().await;
}
