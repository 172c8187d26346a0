//! The projection against what the log makes of it.

mod story;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use event_log::Position;
use events::promotion::{self as p, PromotionRejected};
use serde_json::json;
use sqlx::{PgPool, Row as _};
use store::{Database, DeadLetterState, NewDeadLetter};

use super::follower::{Follower, Overtaken};
use super::swap::{Scratch, Swap, still, swap};
use super::tables::TABLES;
use super::{Differences, ProjectionOperations};
use crate::projection::CONSUMER;
use crate::projection::golden::{golden, number};
use story::{Commit, Story};

async fn two_organisations() -> Story {
    let mut story = Story::begin().await;
    story.organisation(1).await;
    story.organisation(2).await;
    story
}

/// Which rows a table really has: rows are told by the transaction that wrote them.
async fn writers(pool: &PgPool) -> BTreeSet<String> {
    let rows = sqlx::query("SELECT DISTINCT xmin::text FROM promotion").fetch_all(pool).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn schemas(pool: &PgPool) -> Vec<String> {
    let names = "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'gateway%' ORDER BY 1";
    sqlx::query_scalar(names).fetch_all(pool).await.unwrap()
}

async fn run(pool: &PgPool, statement: &'static str) {
    assert_eq!(sqlx::query(statement).execute(pool).await.unwrap().rows_affected(), 1, "{statement}");
}

/// The list of tables is Postgres' own, and so are the keys.
#[tokio::test]
async fn every_table_of_the_projection_is_made_anew() {
    let story = Story::begin().await;
    let mut found: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.relname::text, string_agg(a.attname, ', ' ORDER BY k.place)
         FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
         JOIN unnest(i.indkey) WITH ORDINALITY AS k (number, place) ON true
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
         WHERE c.relnamespace = 'gateway'::regnamespace AND c.relname NOT LIKE 'migrations%'
         GROUP BY 1",
    )
    .fetch_all(story.pool())
    .await
    .unwrap();
    found.sort();
    let mut ours = TABLES.map(|table| (table.name.to_owned(), table.key.to_owned()));
    ours.sort();
    assert_eq!(found, ours);
}

#[tokio::test]
async fn what_the_log_makes_is_what_is_there() {
    let mut story = two_organisations().await;
    assert_eq!(story.fold(Commit::Each).await, 2 * (4 + 7 + 7 + 1));
    let status = story.operations.status().await.unwrap();
    assert_eq!((status.name, status.position, status.behind), ("gateway", 38, 0));
    let rows = |table: &str| status.tables.iter().find(|one| one.table == table).unwrap().rows;
    assert_eq!((rows("promotion"), rows("figures"), rows("waiver"), rows("token")), (6, 4, 2, 2));
    assert_eq!((rows("organisation"), rows("audit_log"), rows("phrased")), (2, 38, 0));
    let checked = story.operations.check(|_| ()).await.unwrap();
    assert!(checked.comparison.is_equal(), "{:#?}", checked.comparison);
    assert_eq!((checked.records, checked.swapped), (38, false));
    assert_eq!((checked.comparison.digest, checked.comparison.tables.len()), (status.digest, TABLES.len()));
    assert_eq!(schemas(story.pool()).await, ["gateway"], "nothing is left behind");
}

#[tokio::test]
async fn a_row_that_was_changed_by_hand_is_told() {
    let mut story = two_organisations().await;
    story.fold(Commit::Each).await;
    run(story.pool(), "UPDATE promotion SET status = 'merged' WHERE status = 'stale' AND org = '00000000-0000-0000-0000-000000000001'").await;
    run(story.pool(), "DELETE FROM organisation WHERE org = '00000000-0000-0000-0000-000000000001'").await;
    run(story.pool(), "INSERT INTO organisation VALUES ('00000000-0000-0000-0000-000000000009', 'x')").await;
    let refused = story.operations.rebuild(Differences::Refuse, |_| ()).await.unwrap();
    assert!(!refused.swapped && !refused.comparison.is_equal());
    let told: Vec<_> = refused
        .comparison
        .differing()
        .map(|table| (table.found.table, table.missing, table.surplus, table.changed, table.examples.clone()))
        .collect();
    let key = |org: u32| format!("({})", number(org));
    let promotion = format!("({},{})", number(1), number(2));
    let organisations = vec![key(1), key(9)];
    assert_eq!(told, [("promotion", 0, 0, 1, vec![promotion]), ("organisation", 1, 1, 0, organisations)]);
    let accepted = story.operations.rebuild(Differences::Accept, |_| ()).await.unwrap();
    assert!(accepted.swapped);
    assert!(story.operations.check(|_| ()).await.unwrap().comparison.is_equal());
    assert_eq!(schemas(story.pool()).await, ["gateway"]);
}

/// A consumer that was stopped between folding and committing is met where it is, and goes on without folding twice.
#[tokio::test]
async fn a_rebuild_comes_to_where_the_consumer_is_and_not_beyond() {
    let mut story = two_organisations().await;
    story.fold(Commit::Each).await;
    story.promotion(1, 10).await;
    story.fold(Commit::None).await;
    // Nobody has folded these.
    story.promotion(1, 13).await;
    let before = writers(story.pool()).await;
    let rebuilt = story.operations.rebuild(Differences::Refuse, |_| ()).await.unwrap();
    assert!(rebuilt.swapped, "{:#?}", rebuilt.comparison);
    assert_eq!(rebuilt.records, 38 + 7);
    let after = writers(story.pool()).await;
    assert!(before.is_disjoint(&after), "other rows answer: {before:?} {after:?}");
    assert_eq!(story.operations.status().await.unwrap().behind, 14);
    // The consumer is given what it did not commit, and the rest.
    assert_eq!(story.fold(Commit::Each).await, 7);
    let approved: Vec<String> =
        sqlx::query_scalar("SELECT status FROM promotion WHERE promotion_id = ANY($1)")
            .bind([number(10), number(13)])
            .fetch_all(story.pool())
            .await
            .unwrap();
    assert_eq!(approved, ["approved", "approved"]);
    assert!(story.operations.check(|_| ()).await.unwrap().comparison.is_equal());
}

async fn follower(story: &Story) -> (Scratch, Follower) {
    let scratch = Scratch::make(&story.url, "gateway_rebuild").await.unwrap();
    let tables = scratch.empty().await.unwrap();
    let follower = Follower::new(&story.parts.log, &story.parts.store, tables).await.unwrap();
    (scratch, follower)
}

/// The consumer has folded an event, and of what is behind it nothing: another's event, and a copy of the first.
#[tokio::test]
async fn what_lies_between_an_event_and_its_copy_is_not_passed_over() {
    let mut story = Story::begin().await;
    story.organisation(1).await;
    story.fold(Commit::Each).await;
    let first = number(1).to_string();
    let partition = |subject: &str| event_log::partition_of(subject.as_bytes(), 3);
    let other = (10..).map(|other| number(other).to_string());
    let other = other.into_iter().find(|other| partition(other) == partition(&first)).unwrap();
    let approval = || golden::<p::ApprovalGiven>(&json!({"promotion_id": first}));
    story.append((1, &first), 5, approval()).await;
    story.fold(Commit::None).await;
    story.append((1, &other), 1, golden::<p::PreviewRequested>(&json!({"promotion_id": other}))).await;
    story.append((1, &first), 5, approval()).await;
    let (scratch, mut follower) = follower(&story).await;
    follower.follow().await.unwrap();
    let answering = Database::new(&story.url, CONSUMER, 1).unwrap();
    let mut quiet = still(&answering).await.unwrap();
    assert_eq!(follower.close_up(&mut quiet).await.unwrap(), Ok(()));
    quiet.rollback().await.unwrap();
    story.fold(Commit::Each).await;
    follower.follow().await.unwrap();
    assert!(matches!(swap(&answering, &scratch, &mut follower).await.unwrap(), Swap::Done));
    scratch.end().await.unwrap();
    let statement = "SELECT status FROM promotion WHERE promotion_id = $1";
    let status: Option<String> = sqlx::query_scalar(statement)
        .bind(uuid::Uuid::parse_str(&other).unwrap())
        .fetch_optional(story.pool())
        .await
        .unwrap();
    assert_eq!(status.as_deref(), Some("requested"));
}

/// What is parked or given up is not in the tables, and so not in what is made anew.
#[tokio::test]
async fn what_is_parked_is_left_out_until_it_is_handled() {
    let mut story = Story::begin().await;
    story.organisation(1).await;
    let subject = number(3).to_string();
    let rejected = golden::<PromotionRejected>(&json!({"promotion_id": subject}));
    let record = story.append((1, &subject), 2, rejected).await;
    let topic = events::Service::Promotion.topic();
    let partition = event_log::partition_of(subject.as_bytes(), 3);
    let partition = event_log::PartitionId { topic, partition };
    let offset = story.parts.log.bounds(&partition).await.unwrap().end - 1;
    let position = Position { partition, offset };
    let letter = NewDeadLetter {
        consumer: CONSUMER.to_owned(),
        position: position.clone(),
        record,
        attempts: 4,
        code: "HANDLER_PANICKED".to_owned(),
        message: "for this test".to_owned(),
    };
    let id = story.parts.store.park(letter.clone()).await.unwrap();
    // Another's letter is none of ours.
    let other = NewDeadLetter {
        consumer: "other".to_owned(),
        position: Position { offset: 0, ..letter.position },
        ..letter
    };
    story.parts.store.park(other).await.unwrap();
    story.fold_but(&position).await;
    assert!(story.operations.check(|_| ()).await.unwrap().comparison.is_equal());
    story.parts.store.set_dead_letter(id, DeadLetterState::Retrying).await.unwrap();
    let (scratch, mut follower) = follower(&story).await;
    follower.follow().await.unwrap();
    let closed = follower.close_up(&mut story.pool().acquire().await.unwrap()).await.unwrap();
    assert_eq!(closed, Err(Overtaken), "its event may be in the tables by now, or not");
    scratch.end().await.unwrap();
    story.parts.store.set_dead_letter(id, DeadLetterState::Handled).await.unwrap();
    let checked = story.operations.check(|_| ()).await.unwrap();
    let told: Vec<_> = checked.comparison.differing().map(|table| table.found.table).collect();
    assert_eq!(told, ["promotion", "audit_log", "seen"], "it is said to be handled, and was not");
}

/// What one service tells in the name of another is no event to the consumer, and none to what is made anew.
#[tokio::test]
async fn what_is_on_the_topic_of_another_than_its_source_is_not_folded() {
    let mut story = Story::begin().await;
    story.organisation(1).await;
    let subject = number(1).to_string();
    let approval = golden::<p::ApprovalGiven>(&json!({"promotion_id": subject}));
    let (position, record) = story.append_to(events::Service::Cost, (1, &subject), 9, approval).await;
    story.fold_but(&position).await;
    let refused = story.operations.check(|_| ()).await.unwrap_err();
    assert_eq!(refused.code(), "EVENT_UNREADABLE");
    let letter = NewDeadLetter {
        consumer: CONSUMER.to_owned(),
        position,
        record,
        attempts: 1,
        code: "EVENT_UNREADABLE".to_owned(),
        message: "for this test".to_owned(),
    };
    story.parts.store.park(letter).await.unwrap();
    assert!(story.operations.check(|_| ()).await.unwrap().comparison.is_equal());
}

/// The consumer folds one event after another, a replay puts together what many change of a row.
#[tokio::test]
async fn events_come_to_the_same_together_and_one_by_one() {
    let mut story = Story::begin().await;
    for length in 1..=u32::try_from(everything("").len()).unwrap() {
        let subject = number(length).to_string();
        for (sequence, event) in (1..=u64::from(length)).zip(everything(&subject)) {
            story.append((1, &subject), sequence, event).await;
        }
    }
    story.fold(Commit::Each).await;
    let last: (String, i32, String, String) = sqlx::query_as(
        "SELECT status, cardinality(approved_by), failure ->> 'code', branch FROM promotion WHERE promotion_id = $1",
    )
    .bind(number(14))
    .fetch_one(story.pool())
    .await
    .unwrap();
    let branch = everything("").into_iter().find_map(|event| match event {
        events::Event::PromotionOpened(opened) => Some(opened.branch),
        _ => None,
    });
    assert_eq!(last, ("closed".to_owned(), 2, "PROMOTION_CLOSED".to_owned(), branch.unwrap()));
    let checked = story.operations.check(|_| ()).await.unwrap();
    assert!(checked.comparison.is_equal(), "{:#?}", checked.comparison);
}

/// Everything that can happen to a promotion, and some of it at the wrong time.
fn everything(promotion: &str) -> [events::Event; 14] {
    let of = &if promotion.is_empty() { json!({}) } else { json!({"promotion_id": promotion}) };
    [
        golden::<p::PromotionDelayed>(of),
        golden::<p::PreviewRequested>(of),
        golden::<p::PreviewCompleted>(of),
        golden::<p::ApprovalGiven>(of),
        golden::<p::PromotionDelayed>(of),
        golden::<p::ApprovalGiven>(of),
        golden::<p::PromotionApproved>(of),
        golden::<p::PreviewRequested>(of),
        golden::<p::ApprovalCarried>(of),
        golden::<p::PromotionOpened>(of),
        golden::<p::PromotionFailed>(of),
        golden::<p::PromotionSuperseded>(of),
        golden::<p::PromotionMerged>(of),
        golden::<p::PromotionClosed>(of),
    ]
}

/// Whoever forgets to say where the log is would have empty tables answer.
#[tokio::test]
async fn tables_are_not_made_anew_from_a_log_that_has_nothing() {
    let mut story = two_organisations().await;
    story.fold(Commit::Each).await;
    let other = Story::begin().await;
    let operations = ProjectionOperations::new(&story.url, &other.parts).unwrap();
    let refused = operations.rebuild(Differences::Accept, |_| ()).await.unwrap_err();
    assert_eq!(refused.code(), "PROJECTION_NOT_READY");
    assert_eq!(operations.check(|_| ()).await.unwrap_err().code(), "PROJECTION_NOT_READY");
    assert!(story.operations.check(|_| ()).await.unwrap().comparison.is_equal());
}

/// Readers are answered throughout, and always with everything.
#[tokio::test(flavor = "multi_thread")]
async fn readers_see_no_gap() {
    let mut story = two_organisations().await;
    story.fold(Commit::Each).await;
    let stop = Arc::new(AtomicBool::new(false));
    let pool = story.pool().clone();
    let readers = {
        let (stop, pool) = (Arc::clone(&stop), pool.clone());
        tokio::spawn(async move {
            let mut answers = 0;
            while !stop.load(Ordering::Relaxed) {
                let rows: i64 = sqlx::query_scalar(
                    "SELECT count(*) FROM promotion p LEFT JOIN figures f ON f.org = p.org AND f.request = p.request",
                )
                .fetch_one(&pool)
                .await
                .unwrap();
                assert_eq!(rows, 6);
                answers += 1;
            }
            answers
        })
    };
    for _ in 0..3 {
        assert!(story.operations.rebuild(Differences::Refuse, |_| ()).await.unwrap().swapped);
    }
    stop.store(true, Ordering::Relaxed);
    assert!(readers.await.unwrap() > 10);
}

#[tokio::test]
async fn two_do_not_rebuild_at_once_and_nobody_without_tables() {
    let story = Story::begin().await;
    let held = Scratch::make(&story.url, "gateway_rebuild").await.unwrap();
    let refused = story.operations.rebuild(Differences::Refuse, |_| ()).await.unwrap_err();
    assert_eq!(refused.code(), "PROJECTION_BUSY");
    held.end().await.unwrap();
    assert!(story.operations.rebuild(Differences::Refuse, |_| ()).await.unwrap().swapped);
    run(story.pool(), "DELETE FROM migrations_gateway WHERE version = 4").await;
    assert_eq!(story.operations.status().await.unwrap_err().code(), "PROJECTION_NOT_READY");
    sqlx::query("DROP TABLE migrations_gateway").execute(story.pool()).await.unwrap();
    assert_eq!(story.operations.status().await.unwrap_err().code(), "PROJECTION_NOT_READY");
}

/// An event that comes twice, in one batch or in two, counts once.
#[tokio::test]
async fn an_event_that_is_on_the_log_twice_counts_once() {
    let mut story = Story::begin().await;
    story.organisation(1).await;
    let subject = number(1).to_string();
    for sequence in [3, 5, 5] {
        let approval = golden::<events::promotion::ApprovalGiven>(&json!({"promotion_id": subject}));
        story.append((1, &subject), sequence, approval).await;
    }
    story.fold(Commit::Each).await;
    let given: i32 =
        sqlx::query_scalar("SELECT cardinality(approved_by) FROM promotion WHERE promotion_id = $1")
            .bind(number(1))
            .fetch_one(story.pool())
            .await
            .unwrap();
    assert_eq!(given, 2, "the fourth and the fifth event of the aggregate are later than the third");
    assert!(story.operations.check(|_| ()).await.unwrap().comparison.is_equal());
}
