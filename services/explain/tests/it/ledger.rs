//! What both ledgers promise.

use std::sync::Arc;
use std::time::Duration;

use embedded_postgres::testing::{TestDatabase, TestPostgres};
use explain::{Budget, Ledger, MemoryLedger, Spent, StoredLedger};
use ids::BlobHash;
use store::StoreError;
use time::macros::date;

use crate::world::{ACME, OTHER};

async fn keeps_its_promises(ledger: Arc<dyn Ledger>) {
    let budget = Budget { tokens_per_day: 100, micros_per_month: Some(50) };
    let spent = |tokens, micros| Spent { tokens, micros };
    let (day, next, month) = (date!(2026 - 11 - 22), date!(2026 - 11 - 23), date!(2026 - 12 - 01));
    assert!(ledger.reserve(ACME, day, spent(60, 10), budget).await.unwrap());
    assert!(!ledger.reserve(ACME, day, spent(41, 1), budget).await.unwrap(), "101 tokens");
    assert!(ledger.reserve(OTHER, day, spent(100, 50), budget).await.unwrap());
    ledger.settle(ACME, day, spent(60, 10), spent(20, 30)).await.unwrap();
    assert!(ledger.reserve(ACME, day, spent(80, 0), budget).await.unwrap(), "100 tokens");
    assert!(ledger.reserve(ACME, next, spent(100, 20), budget).await.unwrap(), "50 micros");
    assert!(!ledger.reserve(ACME, next, spent(0, 1), budget).await.unwrap(), "51 micros");
    assert!(ledger.reserve(ACME, month, spent(1, 50), budget).await.unwrap());
    let unlimited = Budget { tokens_per_day: u64::MAX, micros_per_month: None };
    assert!(ledger.reserve(ACME, month, spent(1_000_000, 1_000_000), unlimited).await.unwrap());

    let name = BlobHash::of(b"request");
    assert_eq!(ledger.answer(ACME, name).await.unwrap(), None);
    ledger.keep(ACME, name, "{\"a\": \"–\"}", day).await.unwrap();
    assert_eq!(ledger.answer(ACME, name).await.unwrap().as_deref(), Some("{\"a\": \"–\"}"));
    assert_eq!(ledger.answer(OTHER, name).await.unwrap(), None);
    ledger.keep(ACME, BlobHash::of(b"a month later"), "b", date!(2026 - 12 - 23)).await.unwrap();
    assert_eq!(ledger.answer(ACME, name).await.unwrap(), None, "it is older than 30 days");
}

async fn stored() -> (TestDatabase, StoredLedger) {
    let postgres = TestPostgres::shared().await.database().await;
    let database = store::Database::new(postgres.url().as_str(), "explain", 8).unwrap();
    let ledger = StoredLedger::open(&database).await.unwrap();
    (postgres, ledger)
}

#[tokio::test]
async fn the_ledger_in_memory_keeps_its_promises() {
    keeps_its_promises(Arc::new(MemoryLedger::default())).await;
}

#[tokio::test]
async fn the_ledger_in_postgres_keeps_its_promises() {
    let (_database, ledger) = stored().await;
    keeps_its_promises(Arc::new(ledger)).await;
}

#[tokio::test]
async fn who_asks_at_once_shares_the_budget() {
    let (_database, ledger) = stored().await;
    let ledger = Arc::new(ledger);
    let budget = Budget { tokens_per_day: 5, micros_per_month: None };
    let asking = (0..20).map(|_| {
        let ledger = Arc::clone(&ledger);
        tokio::spawn(async move {
            let one = Spent { tokens: 1, micros: 0 };
            ledger.reserve(ACME, date!(2026 - 11 - 22), one, budget).await.unwrap()
        })
    });
    let told = futures::future::join_all(asking).await;
    assert_eq!(told.into_iter().filter(|told| *told.as_ref().unwrap()).count(), 5);
}

/// Somebody holds the tables, as a server would that does not answer. The clock goes on by itself while everybody waits.
#[tokio::test]
async fn a_ledger_that_gets_no_answer_says_so() {
    const BLOCKED: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock')";
    let (database, ledger) = stored().await;
    let pool = database.pool().await;
    for question in 0..4 {
        let mut held = pool.begin().await.unwrap();
        sqlx::raw_sql("LOCK TABLE explain.spending, explain.answer").execute(&mut *held).await.unwrap();
        let asking = ledger.clone();
        let asked = tokio::spawn(async move { ask(&asking, question).await });
        while !sqlx::query_scalar::<_, bool>(BLOCKED).fetch_one(&pool).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::pause();
        let told = tokio::time::timeout(Duration::from_secs(20), asked).await.expect("it is given up");
        let told = told.unwrap();
        assert!(matches!(told, Err(StoreError::Unavailable(_))), "{question}: {told:?}");
        tokio::time::resume();
        held.rollback().await.unwrap();
        ask(&ledger, question).await.unwrap();
    }
}

async fn ask(ledger: &StoredLedger, question: u32) -> Result<(), StoreError> {
    let (day, one, name) = (date!(2026 - 11 - 22), Spent { tokens: 1, micros: 0 }, BlobHash::of(b"request"));
    let budget = Budget { tokens_per_day: 5, micros_per_month: None };
    match question {
        0 => ledger.reserve(ACME, day, one, budget).await.map(drop),
        1 => ledger.settle(ACME, day, one, one).await,
        2 => ledger.answer(ACME, name).await.map(drop),
        _ => ledger.keep(ACME, name, "a", day).await,
    }
}
