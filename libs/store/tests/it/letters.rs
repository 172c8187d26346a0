//! Lists of dead letters among many.

use std::sync::Arc;

use event_log::{PartitionId, Position};
use events::{Record, Topic};
use sqlx::AssertSqlSafe;
use store::{DeadLetter, DeadLetterState, MemoryStore, NewDeadLetter, Store};
use time::OffsetDateTime;

use crate::fixture::postgres;

fn letter(offset: u64) -> NewDeadLetter {
    let partition = PartitionId { topic: Topic::new("plimsoll.test.v1"), partition: 0 };
    NewDeadLetter {
        consumer: "reader".to_owned(),
        position: Position { partition, offset },
        record: Record { key: format!("key-{offset}"), ..Record::default() },
        attempts: 1,
        code: "EVENT_ODD".to_owned(),
        message: "a test".to_owned(),
    }
}

/// A restored backup, or a clock that stands still: numbers tell which comes first, and a page ends and begins between two of them.
#[tokio::test]
async fn letters_of_one_moment_are_listed_by_their_numbers() {
    let postgres = postgres().await;
    let stores: [Arc<dyn Store>; 2] =
        [Arc::new(MemoryStore::new(|| OffsetDateTime::UNIX_EPOCH)), Arc::new(postgres.clone())];
    for store in stores {
        for offset in [5, 3, 4, 1, 2] {
            store.park(letter(offset)).await.unwrap();
        }
        sqlx::query("UPDATE dead_letters SET parked_at = 'epoch'")
            .execute(postgres.database().pool())
            .await
            .unwrap();
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = store.dead_letters_since(DeadLetterState::Parked, after, 2).await.unwrap();
            let Some(DeadLetter { parked_at, id, .. }) = page.last() else { break };
            after = Some((*parked_at, *id));
            pages.push(page.iter().map(|letter| letter.letter.position.offset).collect::<Vec<_>>());
        }
        assert_eq!(pages, [vec![5, 3], vec![4, 1], vec![2]]);
    }
}

/// Of many that were handled long ago, those that ask for a few, or for what lies behind a place, read none.
#[tokio::test]
async fn what_was_handled_is_not_read_for_what_was_not() {
    const MANY: &str = "INSERT INTO dead_letters (consumer, topic, partition, log_offset, key, header_names, header_values,
                                                  value, attempts, code, message, state, parked_at)
         SELECT 'reader', 'plimsoll.test.v1', 0, n, 'k', '{}', '{}', '', 1, 'EVENT_ODD', 'a test',
                CASE WHEN n % 2 = 0 THEN 'handled' ELSE 'discarded' END, now() - make_interval(secs => 20000 - n)
         FROM generate_series(1, 20000) AS n";
    // What is asked each second, and what a page of a list asks.
    const ASKED: [(&str, &str); 2] = [
        ("state = 'retrying' AND id > 0 ORDER BY id", "dead_letters_retrying"),
        ("state = 'handled' AND (parked_at, id) > (now(), 0) ORDER BY parked_at, id", "dead_letters_by_time"),
    ];
    let store = postgres().await;
    let pool = store.database().pool();
    sqlx::raw_sql(MANY).execute(pool).await.unwrap();
    sqlx::raw_sql("ANALYZE dead_letters").execute(pool).await.unwrap();
    for (asked, index) in ASKED {
        let explain = format!("EXPLAIN SELECT id, key FROM dead_letters WHERE {asked} LIMIT 100");
        let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(explain)).fetch_all(pool).await.unwrap();
        let plan = plan.join("\n");
        assert!(plan.contains(index) && !plan.contains("Sort") && !plan.contains("Filter"), "{plan}");
    }
}
