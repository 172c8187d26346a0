//! Appends whose transactions overlap.

use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, PostgresLog, partition_of};
use sqlx::{PgPool, PgTransaction};
use tokio::task::JoinHandle;

use crate::fixtures::{
    append, connect, join, partition, record, settings, topic, until, values, waiting_for_locks, within,
};

/// Another process' append to partition 0 of two, by hand, that has not ended yet.
async fn open_append(pool: &PgPool) -> PgTransaction<'static> {
    let mut transaction = pool.begin().await.unwrap();
    let sql = "WITH moved AS (UPDATE log.partitions SET next_offset = next_offset + 1 WHERE partition = 0 \
               RETURNING id, next_offset - 1 AS first) \
               INSERT INTO log.records SELECT id, first, now(), 'other', '', 'held' FROM moved";
    assert_eq!(sqlx::query(sql).execute(&mut *transaction).await.unwrap().rows_affected(), 1);
    transaction
}

/// Two keys: of partition 0 and of partition 1, of two.
fn keys() -> [String; 2] {
    [0, 1].map(|wanted| {
        let mut keys = (0..).map(|n: u32| format!("key-{n}"));
        keys.find(|key| partition_of(key.as_bytes(), 2) == wanted).unwrap()
    })
}

/// An append that waits for the one that is held open.
async fn waiting_append(log: &PostgresLog, pool: &PgPool) -> JoinHandle<u64> {
    let (log, key) = (log.clone(), keys()[0].clone());
    let appending =
        tokio::spawn(async move { log.append(&topic(), &[record(&key, "waited")]).await.unwrap()[0].offset });
    until(async || waiting_for_locks(pool).await == 1).await;
    assert!(!appending.is_finished());
    appending
}

#[tokio::test]
async fn a_later_append_is_seen_only_after_the_one_before_it() {
    let database = TestPostgres::shared().await.database().await;
    let (log, other) = (connect(&database, settings()).await, connect(&database, settings()).await);
    let pool = database.pool().await;
    log.ensure_topic(&topic(), 2).await.unwrap();
    let mut member = join(&log, "readers").await;
    let held = open_append(&pool).await;
    let waiting = waiting_append(&log, &pool).await;
    // Neither is to be seen; another partition is not held up.
    assert_eq!(log.read(&partition(0), 0, 10).await.unwrap(), []);
    assert_eq!(log.bounds(&partition(0)).await.unwrap(), 0..0);
    other.append(&topic(), &[record(&keys()[1], "free")]).await.unwrap();
    assert_eq!(values(&within(member.next(10)).await.unwrap()), ["free"]);
    held.commit().await.unwrap();
    assert_eq!(within(waiting).await.unwrap(), 1);
    assert_eq!(values(&within(member.next(10)).await.unwrap()), ["held", "waited"]);
}

#[tokio::test]
async fn an_append_that_is_rolled_back_leaves_no_gap() {
    let database = TestPostgres::shared().await.database().await;
    let log = connect(&database, settings()).await;
    let pool = database.pool().await;
    log.ensure_topic(&topic(), 2).await.unwrap();
    let mut member = join(&log, "readers").await;
    let held = open_append(&pool).await;
    let waiting = waiting_append(&log, &pool).await;
    held.rollback().await.unwrap();
    assert_eq!(within(waiting).await.unwrap(), 0);
    assert_eq!(values(&within(member.next(10)).await.unwrap()), ["waited"]);
    assert_eq!(log.bounds(&partition(0)).await.unwrap(), 0..1);
}

/// Appends that come while one is on its way go together: eight calls, one transaction.
#[tokio::test]
async fn appends_that_wait_become_one() {
    let database = TestPostgres::shared().await.database().await;
    let log = connect(&database, settings()).await;
    let pool = database.pool().await;
    log.ensure_topic(&topic(), 2).await.unwrap();
    let held = open_append(&pool).await;
    let mut appending = vec![waiting_append(&log, &pool).await];
    for _ in 0..8 {
        let (log, key) = (log.clone(), keys()[0].clone());
        let append = async move { log.append(&topic(), &[record(&key, "one of eight")]).await };
        appending.push(tokio::spawn(async move { append.await.unwrap()[0].offset }));
    }
    // Each of them has run up to where it waits.
    tokio::task::yield_now().await;
    held.commit().await.unwrap();
    let mut offsets = Vec::new();
    for appending in appending {
        offsets.push(within(appending).await.unwrap());
    }
    offsets.sort_unstable();
    assert_eq!(offsets, Vec::from_iter(1..10));
    // A row's xmin is the transaction that wrote it.
    let sql = "SELECT count(DISTINCT xmin::text) FROM log.records WHERE value = 'one of eight'";
    assert_eq!(sqlx::query_scalar::<_, i64>(sql).fetch_one(&pool).await.unwrap(), 1);
}

/// Batches that name the same partitions in different orders, from several processes, end: they do not wait for one
/// another in a circle.
#[tokio::test]
async fn batches_over_partitions_do_not_block_one_another() {
    let database = TestPostgres::shared().await.database().await;
    let first = connect(&database, settings()).await;
    first.ensure_topic(&topic(), 2).await.unwrap();
    let [a, b] = keys();
    let orders = [[a.clone(), b.clone()], [b, a]];
    let mut appending = Vec::new();
    for order in orders {
        let log = connect(&database, settings()).await;
        appending.push(tokio::spawn(async move {
            for _ in 0..100 {
                let batch = order.each_ref().map(|key| record(key, "one of a batch"));
                log.append(&topic(), &batch).await.unwrap();
            }
        }));
    }
    for appending in appending {
        within(appending).await.unwrap();
    }
    for number in 0..2 {
        assert_eq!(first.bounds(&partition(number)).await.unwrap(), 0..200);
        assert_eq!(first.read(&partition(number), 0, 1_000).await.unwrap().len(), 200);
    }
    let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let deadlocks: i64 = sqlx::query_scalar(sql).fetch_one(&database.pool().await).await.unwrap();
    assert_eq!(deadlocks, 0);
}

/// A database that was put back to an earlier state: what was known of it is wrong, which neither spins nor hides what
/// comes.
#[tokio::test]
async fn a_log_that_was_put_back_goes_on_from_there() {
    let database = TestPostgres::shared().await.database().await;
    let log = connect(&database, settings()).await;
    log.ensure_topic(&topic(), 1).await.unwrap();
    let other = connect(&database, settings()).await;
    for value in ["a", "b", "c", "d"] {
        append(&other, value).await;
    }
    let pool = database.pool().await;
    let mut member = join(&log, "readers").await;
    assert_eq!(values(&within(member.next(2)).await.unwrap()), ["a", "b"]);
    sqlx::raw_sql(
        "DELETE FROM log.records WHERE record_offset >= 2; UPDATE log.partitions SET next_offset = 2",
    )
    .execute(&pool)
    .await
    .unwrap();
    let waiting =
        tokio::spawn(async move { within(member.next(10)).await.map(|taken| values(&taken).join(" ")) });
    assert_eq!(append(&log, "e").await, 2);
    assert_eq!(waiting.await.unwrap().unwrap(), "e");
}
