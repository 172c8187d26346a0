//! The server dies, or does not answer.

use std::collections::BTreeMap;
use std::time::Duration;

use embedded_postgres::Durability;
use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, LogError, PostgresLog, Settings, Subscription};
use test_proxy::Line;
use tokio::task::JoinHandle;

use crate::fixtures::{
    append, connect, connect_by_proxy, join, partition, record, settings, topic, until, values,
    waiting_for_locks, within,
};

/// The server writes a record and is killed before the answer is out: the call fails, and the record is there.
#[tokio::test]
async fn a_record_whose_answer_was_lost_is_there() {
    let server = TestPostgres::private(Durability::Full).await;
    let database = server.database().await;
    let (log, proxy) = connect_by_proxy(&database, settings()).await;
    let (direct, pool) = (connect(&database, settings()).await, database.pool().await);
    log.ensure_topic(&topic(), 1).await.unwrap();
    append(&log, "before").await;
    // The question is out before the line is disturbed.
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM log.partitions FOR UPDATE").execute(&mut *transaction).await.unwrap();
    let appending = {
        let log = log.clone();
        tokio::spawn(async move { log.append(&topic(), &[record("key", "unanswered")]).await })
    };
    until(async || waiting_for_locks(&pool).await == 1).await;
    proxy.set(Line::Unanswered);
    transaction.rollback().await.unwrap();
    until(async || direct.bounds(&partition(0)).await.unwrap() == (0..2)).await;
    server.kill();
    let failed = within(appending).await.unwrap().unwrap_err();
    assert!(matches!(failed, LogError::Unavailable(_)), "{failed}");
    proxy.set(Line::Open);
    until(async || log.append(&topic(), &[record("key", "after")]).await.is_ok()).await;
    let read = direct.read(&partition(0), 0, 3).await.unwrap();
    assert_eq!(values(&read)[..2], ["before", "unanswered"]);
    server.stop().await;
}

/// The server is killed again and again under load. What was acknowledged is there, once for each acknowledgement, and
/// a consumer that has been there from the start has seen every record in order, without joining again.
#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let server = TestPostgres::private(Durability::Off).await;
    let database = server.database().await;
    let log = connect(&database, settings()).await;
    log.ensure_topic(&topic(), 1).await.unwrap();
    let reading = tokio::spawn(read_to_the_end(join(&log, "readers").await));
    let appending: Vec<_> = (0..4).map(|appender| keep_appending(log.clone(), appender)).collect();
    for round in 1..=3_u64 {
        let goal = round * 40;
        until(async || log.bounds(&partition(0)).await.is_ok_and(|bounds| bounds.end >= goal)).await;
        server.kill();
    }
    let mut acknowledged = BTreeMap::new();
    for appending in appending {
        acknowledged.extend(within(appending).await.unwrap());
    }
    until(async || log.append(&topic(), &[record("key", "end")]).await.is_ok()).await;
    let seen = within(reading).await.unwrap();
    for (offset, value) in acknowledged {
        assert_eq!(seen.get(&offset), Some(&value));
    }
    assert!(seen.keys().copied().eq(0..seen.len() as u64), "a gap");
    server.stop().await;
}

/// Appends 60 records, and answers what was acknowledged.
fn keep_appending(log: PostgresLog, appender: u32) -> JoinHandle<Vec<(u64, String)>> {
    tokio::spawn(async move {
        let mut acknowledged = Vec::new();
        for n in 0..60 {
            let value = format!("{appender}/{n}");
            if let Ok(positions) = log.append(&topic(), &[record("key", &value)]).await {
                acknowledged.push((positions[0].offset, value));
            }
        }
        acknowledged
    })
}

/// Reads and commits until a record says `end`. What comes again after an outage is what came before.
async fn read_to_the_end(mut member: Box<dyn Subscription>) -> BTreeMap<u64, String> {
    let mut seen = BTreeMap::new();
    while seen.values().all(|value| value != "end") {
        let Ok(taken) = member.next(20).await else { continue };
        for delivered in &taken {
            let (offset, value) =
                (delivered.position.offset, values(std::slice::from_ref(delivered))[0].to_owned());
            assert!(offset <= seen.len() as u64, "{offset} came before {}", seen.len());
            let before = seen.insert(offset, value.clone());
            assert!(before.is_none_or(|before| before == value));
        }
        // A commit that fails is made up for by the next.
        let _unavailable = member.commit(&partition(0), taken[taken.len() - 1].position.offset + 1).await;
    }
    seen
}

/// A server that stays connected and does not answer is given up in time, and costs no connection of the pool for good.
#[tokio::test]
async fn a_silent_server_is_given_up() {
    let database = TestPostgres::shared().await.database().await;
    let quick = Settings { request_timeout: Duration::from_millis(400), ..settings() };
    let (log, proxy) = connect_by_proxy(&database, quick).await;
    log.ensure_topic(&topic(), 1).await.unwrap();
    let mut member = join(&log, "readers").await;
    append(&log, "before").await;
    assert_eq!(values(&within(member.next(10)).await.unwrap()), ["before"]);
    proxy.set(Line::Silent);
    let silent = |error: &LogError| matches!(error, LogError::Unavailable(why) if why.contains("no answer"));
    // More than there are connections.
    for _ in 0..6 {
        let error = within(log.bounds(&partition(0))).await.unwrap_err();
        assert!(silent(&error), "{error}");
    }
    let error = within(member.next(10)).await.unwrap_err();
    assert!(silent(&error), "{error}");
    proxy.set(Line::Open);
    until(async || log.append(&topic(), &[record("key", "after")]).await.is_ok()).await;
    let taken = within(async {
        loop {
            if let Ok(taken) = member.next(10).await {
                return taken;
            }
        }
    });
    assert_eq!(values(&taken.await)[0], "after");
}
