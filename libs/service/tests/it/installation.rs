//! The log of an installation is written down, and no process of another one gets in.

use std::sync::Arc;

use embedded_postgres::Durability;
use embedded_postgres::testing::TestPostgres;
use service::{Failure, KafkaSettings, Platform, PostgresSettings, RedisSettings, SystemClock};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

struct Place {
    settings: PostgresSettings,
    connection: PgConnection,
}

impl Place {
    async fn new(server: &TestPostgres) -> Self {
        let database = server.database().await;
        let connection = PgConnection::connect(database.url().as_str()).await.unwrap();
        Self { settings: PostgresSettings::at(database.url().as_str()), connection }
    }

    async fn connect(&self) -> Result<Platform, Failure> {
        let (kafka, redis) = (KafkaSettings::default(), RedisSettings::default());
        Platform::connect(self.settings.clone(), &kafka, &redis, Arc::new(SystemClock)).await
    }

    async fn join(&self) -> Result<Platform, Failure> {
        let (kafka, redis) = (KafkaSettings::default(), RedisSettings::default());
        Platform::join(self.settings.clone(), &kafka, &redis, Arc::new(SystemClock)).await
    }

    async fn has_log_in_postgres(&mut self) -> bool {
        let there = sqlx::query_scalar("SELECT to_regnamespace('log') IS NOT NULL");
        there.fetch_one(&mut self.connection).await.unwrap()
    }

    async fn run(&mut self, sql: &'static str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await.unwrap();
    }

    async fn written(&mut self) -> Vec<(Option<String>, bool)> {
        let rows = sqlx::query_as("SELECT cluster, registered FROM installation.log");
        rows.fetch_all(&mut self.connection).await.unwrap()
    }
}

#[tokio::test]
async fn the_first_to_connect_has_its_log_written_down_and_who_looks_writes_nothing() {
    let server = TestPostgres::private(Durability::Off).await;
    let mut place = Place::new(&server).await;
    let error = place.join().await.unwrap_err();
    assert_eq!(error.code(), "LOG_ELSEWHERE", "{error}");
    let schemas: Vec<String> = sqlx::query_scalar("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'")
        .fetch_all(&mut place.connection)
        .await
        .unwrap();
    assert_eq!(schemas.iter().filter(|name| *name != "information_schema" && *name != "public").count(), 0);
    let (one, other) = tokio::join!(place.connect(), place.connect());
    assert_eq!((one.err(), other.err()), (None, None));
    assert_eq!(place.written().await, [(None, false)]);
    assert!(place.join().await.is_ok());
    server.stop().await;
}

#[tokio::test]
async fn with_a_log_on_kafka_nobody_makes_one_in_postgres() {
    let server = TestPostgres::private(Durability::Off).await;
    let mut place = Place::new(&server).await;
    place.connect().await.unwrap();
    // As if it had been so from the beginning.
    place.run("DROP SCHEMA log CASCADE").await;
    place.run("UPDATE installation.log SET cluster = 'cGxpbXNvbGwtc3RhY2stMQ', registered = true").await;
    for refused in [place.connect().await, place.join().await] {
        let error = refused.unwrap_err();
        assert!(matches!(error, Failure::Unhandled { .. }), "trying again changes nothing");
        assert_eq!(
            error.to_string(),
            "LOG_ELSEWHERE: the log of this installation is on the Kafka cluster cGxpbXNvbGwtc3RhY2stMQ, with a registry; \
             the configuration has one in Postgres"
        );
    }
    assert!(!place.has_log_in_postgres().await);
    assert_eq!(place.written().await, [(Some("cGxpbXNvbGwtc3RhY2stMQ".to_owned()), true)]);
    server.stop().await;
}
