//! Many subscriptions in one process, and processes that follow one another.

use std::time::Duration;

use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, Group, Settings, Subscription};
use events::Topic;
use test_proxy::Line;

use crate::fixtures::{
    append, connect, connect_by_proxy, join, long_leases, record, settings, topic, until, values, within,
};

const OWN_CONNECTIONS: &str = "SELECT count(*) FROM pg_stat_activity \
     WHERE datname = current_database() AND application_name = 'plimsoll event log'";

/// Ten services that each read ten topics, in one process: few connections, and one statement for all their leases.
#[tokio::test]
async fn many_subscriptions_share_few_connections() {
    let database = TestPostgres::shared().await.database().await;
    let log = connect(&database, Settings { connections: 5, ..settings() }).await;
    let pool = database.pool().await;
    let topics: Vec<Topic> = (0..10).map(|n| Topic::new(format!("topic-{n}"))).collect();
    for topic in &topics {
        log.ensure_topic(topic, 2).await.unwrap();
    }
    let mut members: Vec<Box<dyn Subscription>> = Vec::new();
    for service in 0..10 {
        members.push(log.subscribe(&Group::new(format!("service-{service}")), &topics).await.unwrap());
    }
    let appends = topics.iter().map(|topic| {
        let (log, topic) = (log.clone(), topic.clone());
        tokio::spawn(async move {
            for value in 0..5 {
                log.append(&topic, &[record(&format!("key-{value}"), "value")]).await.unwrap();
            }
        })
    });
    for append in appends.collect::<Vec<_>>() {
        within(append).await.unwrap();
    }
    for member in &mut members {
        let mut taken = 0;
        while taken < 50 {
            taken += within(member.next(7)).await.unwrap().len();
        }
    }
    let connections: i64 = sqlx::query_scalar(OWN_CONNECTIONS).fetch_one(&pool).await.unwrap();
    assert!((1..=5).contains(&connections), "{connections}");
    // A row's xmin is the transaction that wrote it: after the next heartbeat one transaction has written all.
    let sql = "SELECT count(*), count(DISTINCT xmin::text) FROM log.members";
    until(async || sqlx::query_as::<_, (i64, i64)>(sql).fetch_one(&pool).await.unwrap() == (10, 1)).await;
}

/// Without subscriptions nobody listens; the connection comes and goes with them.
#[tokio::test]
async fn who_does_not_subscribe_does_not_listen() {
    let database = TestPostgres::shared().await.database().await;
    let log = connect(&database, Settings { poll: Duration::from_millis(50), ..settings() }).await;
    log.ensure_topic(&topic(), 1).await.unwrap();
    let pool = database.pool().await;
    let sql = "SELECT count(*) FROM pg_stat_activity \
               WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    let listening = async || sqlx::query_scalar::<_, i64>(sql).fetch_one(&pool).await.unwrap();
    assert_eq!(listening().await, 0);
    let member = join(&log, "readers").await;
    until(async || listening().await == 1).await;
    member.leave().await.unwrap();
    let members = "SELECT count(*) FROM log.members";
    assert_eq!(sqlx::query_scalar::<_, i64>(members).fetch_one(&pool).await.unwrap(), 0);
}

/// A record that nobody announced is found by looking.
#[tokio::test]
async fn what_was_not_announced_is_found() {
    let database = TestPostgres::shared().await.database().await;
    let log = connect(&database, Settings { poll: Duration::from_millis(50), ..settings() }).await;
    log.ensure_topic(&topic(), 1).await.unwrap();
    let mut member = join(&log, "readers").await;
    assert_eq!(append(&log, "announced").await, 0);
    assert_eq!(values(&within(member.next(10)).await.unwrap()), ["announced"]);
    let sql = "WITH moved AS (UPDATE log.partitions SET next_offset = next_offset + 1 RETURNING id) \
               INSERT INTO log.records SELECT id, 1, now(), 'key', '', 'silent' FROM moved";
    sqlx::query(sql).execute(&database.pool().await).await.unwrap();
    assert_eq!(values(&within(member.next(10)).await.unwrap()), ["silent"]);
}

/// A process that is started again under its instance's name does not wait for the leases of the one that was killed,
/// which here would take an hour; a process of another name would.
#[tokio::test]
async fn an_instance_takes_its_own_place_again() {
    let database = TestPostgres::shared().await.database().await;
    let named = |name: &str| Settings { instance: Some(name.to_owned()), ..long_leases() };
    let (killed, line) = connect_by_proxy(&database, named("one")).await;
    killed.ensure_topic(&topic(), 1).await.unwrap();
    append(&killed, "a").await;
    let mut member = join(&killed, "readers").await;
    assert_eq!(values(&within(member.next(10)).await.unwrap()), ["a"]);
    line.set(Line::Cut);
    let other = connect(&database, named("two")).await;
    assert_eq!(join(&other, "readers").await.assignment(), []);
    let again = connect(&database, named("one")).await;
    let mut member = join(&again, "readers").await;
    until(async || member.assignment().len() == 1).await;
    assert_eq!(values(&within(member.next(10)).await.unwrap()), ["a"]);
}

/// Whoever gives up joining, while the group is locked by another member, is no member afterwards.
#[tokio::test]
async fn joining_may_be_given_up() {
    let database = TestPostgres::shared().await.database().await;
    let log = connect(&database, long_leases()).await;
    log.ensure_topic(&topic(), 1).await.unwrap();
    let pool = database.pool().await;
    join(&log, "readers").await.leave().await.unwrap();
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM log.groups FOR UPDATE").execute(&mut *transaction).await.unwrap();
    let joining = tokio::time::timeout(Duration::from_millis(50), join(&log, "readers"));
    assert!(joining.await.is_err());
    transaction.rollback().await.unwrap();
    // It joined and left, which two more generations tell.
    let generation = "SELECT generation FROM log.groups";
    until(async || sqlx::query_scalar::<_, i64>(generation).fetch_one(&pool).await.unwrap() == 4).await;
    let members = "SELECT count(*) FROM log.members";
    assert_eq!(sqlx::query_scalar::<_, i64>(members).fetch_one(&pool).await.unwrap(), 0);
    let mut member = join(&log, "readers").await;
    assert_eq!(append(&log, "value").await, 0);
    assert_eq!(values(&within(member.next(1)).await.unwrap()), ["value"]);
}
