//! Transactions whose beginning nobody waits for.

use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use store::Database;

use crate::fixture::database;

/// Of one connection, which would be left in the transaction, so that what is written after is seen by nobody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_after_a_cancelled_beginning_is_seen_by_others() {
    let database = database().await;
    let url = database.url();
    let one = Database::new(url.as_str(), "public", 1).unwrap();
    let other = PgPoolOptions::new().max_connections(1).connect(url.as_str()).await.unwrap();
    sqlx::query("CREATE TABLE written (number int)").execute(one.pool()).await.unwrap();
    for number in 0..200 {
        let patience = Duration::from_micros(u64::try_from(number).unwrap() * 5);
        let _ = tokio::time::timeout(patience, one.begin()).await;
        sqlx::query("INSERT INTO written VALUES ($1)").bind(number).execute(one.pool()).await.unwrap();
        let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM written").fetch_one(&other).await.unwrap();
        assert_eq!(seen, i64::from(number) + 1);
    }
}
