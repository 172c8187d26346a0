//! Records of the log as leaves, and exports as a stranger verifies them, on a real Postgres.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic in a test is the report")]

use std::sync::Arc;
use std::time::Duration;

use embedded_postgres::testing::{TestDatabase, TestPostgres};
use event_log::{Delivered, MemoryLog, PartitionId, Position};
use events::promotion::PromotionStale;
use events::{Envelope, Headers, Message, Record, Service, encode};
use ids::{EventId, OrgId, PromotionId};
use service::{Clock as _, Failure, Parts, RecordHandler as _, SystemClock};
use store::{Database, MemoryBlobs, MemoryStore};
use time::macros::datetime;
use tlog::{PublicKey, Report, verify};
use uuid::Uuid;

use crate::checkpoints::Signer;
use crate::export::Export;
use crate::keys::Keys;
use crate::leaf;
use crate::memory::MemoryTrees;
use crate::recorder::Recorder;
use crate::store::{AuditStore, Filter};

const ACME: OrgId = OrgId::new(Uuid::NAMESPACE_DNS);
const OTHER: OrgId = OrgId::new(Uuid::NAMESPACE_URL);

struct World {
    database: TestDatabase,
    recorder: Recorder,
    signer: Signer,
}

async fn world() -> World {
    let database = TestPostgres::shared().await.database().await;
    let store = AuditStore::open(&Database::new(database.url().as_str(), "audit", 4).unwrap()).await.unwrap();
    let parts = Parts::new(
        Arc::new(MemoryLog::default()),
        Arc::new(MemoryStore::new(|| SystemClock.now())),
        Arc::new(MemoryBlobs::default()),
        Arc::new(SystemClock),
    );
    let signer = Signer { store: store.clone(), keys: Keys::new([7; 32]), parts };
    World { database, recorder: Recorder::new(Arc::new(store)), signer }
}

fn delivered(offset: u64, record: Record) -> Delivered {
    let partition = PartitionId { topic: Service::Promotion.topic(), partition: 0 };
    Delivered { position: Position { partition, offset }, record }
}

fn event(offset: u64, org: OrgId, reason: &str) -> Delivered {
    let promotion = Uuid::from_u128(u128::from(offset));
    let envelope = Envelope {
        id: EventId::new(promotion),
        source: Service::Promotion,
        subject: promotion.to_string(),
        time: datetime!(2026-11-21 17:30 UTC),
        org,
        sequence: 1,
        causation: None,
        correlation: promotion,
        traceparent: None,
    };
    let stale = PromotionStale { promotion_id: PromotionId::new(promotion), reason: reason.to_owned() };
    delivered(offset, encode(&Message { envelope, event: stale.into() }).unwrap())
}

impl World {
    async fn export(&self, org: OrgId, filter: Filter) -> Vec<String> {
        let (lines, mut receiver) = tokio::sync::mpsc::channel(1);
        tokio::spawn(Export { signer: self.signer.clone(), org, filter, lines }.run());
        let mut export = Vec::new();
        while let Some(line) = receiver.recv().await {
            export.push(line.unwrap());
        }
        export
    }

    fn verified(&self, org: OrgId, export: &[String]) -> Report {
        let keys: [PublicKey; 1] = [self.signer.keys.public(org).unwrap()];
        verify(export, &keys)
    }
}

#[tokio::test]
async fn a_record_is_one_leaf_however_often_it_comes() {
    let world = world().await;
    let records: Vec<Delivered> = (0..5).map(|offset| event(offset, ACME, "a")).collect();
    world.recorder.handle(&records[..3]).await.unwrap();
    world.recorder.handle(&records[1..]).await.unwrap();
    let export = world.export(ACME, Filter::default()).await;
    let report = world.verified(ACME, &export);
    assert_eq!((report.verified, report.leaves, report.size), (true, 5, Some(5)), "{:?}", report.defects);
}

/// The twin that the simulator has: the same leaves in the same order, whatever comes twice.
#[tokio::test]
async fn the_trees_in_memory_are_those_of_postgres() {
    let (world, trees) = (world().await, MemoryTrees::default());
    let twin = Recorder::new(Arc::new(trees.clone()));
    let records: Vec<Delivered> = (0..5).map(|offset| event(offset, ACME, "a")).collect();
    let others = [event(5, OTHER, "b"), event(6, ACME, "c")];
    for delivered in [&records[..3], &records[1..], &records[..1], &others[..]] {
        world.recorder.handle(delivered).await.unwrap();
        twin.handle(delivered).await.unwrap();
    }
    for (org, size) in [(ACME, 6), (OTHER, 1)] {
        let tree = trees.trees()[&org].clone();
        assert_eq!((tree.frontier.size(), tree.leaves.len()), (size, usize::try_from(size).unwrap()));
        assert_eq!(tree.frontier, world.signer.store.tree(org).await.unwrap());
    }
}

/// Somebody holds the trees, as a server would that does not answer. The clock goes on by itself while everybody waits.
#[tokio::test]
async fn records_that_get_no_answer_are_tried_again() {
    const BLOCKED: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock')";
    let World { database, recorder, signer } = world().await;
    let pool = database.pool().await;
    let mut held = pool.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE audit.tree").execute(&mut *held).await.unwrap();
    let recorder = Arc::new(recorder);
    let recording = Arc::clone(&recorder);
    let asked = tokio::spawn(async move { recording.handle(&[event(0, ACME, "a")]).await });
    while !sqlx::query_scalar::<_, bool>(BLOCKED).fetch_one(&pool).await.unwrap() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::pause();
    let told = tokio::time::timeout(Duration::from_secs(20), asked).await.expect("it is given up");
    let failure = told.unwrap().unwrap_err();
    assert!(matches!(failure, Failure::Unavailable { .. }), "{failure:?}");
    tokio::time::resume();
    held.rollback().await.unwrap();
    recorder.handle(&[event(0, ACME, "a")]).await.unwrap();
    assert_eq!(signer.store.tree(ACME).await.unwrap().size(), 1);
}

#[tokio::test]
async fn bytes_that_are_no_event_are_a_leaf_too() {
    let world = world().await;
    let mut broken = event(1, ACME, "a");
    broken.record.value = vec![1, 2, 3];
    let nobody = delivered(2, Record { key: "k".to_owned(), headers: Headers::default(), value: vec![0xff] });
    world.recorder.handle(&[event(0, ACME, "a"), broken, nobody]).await.unwrap();
    let report = world.verified(ACME, &world.export(ACME, Filter::default()).await);
    assert_eq!((report.verified, report.leaves), (true, 2), "{:?}", report.defects);
    let none = OrgId::new(Uuid::nil());
    assert_eq!(world.verified(none, &world.export(none, Filter::default()).await).leaves, 1);
}

/// The tree holds what lies on the log, and says nothing of it that its writer did not say.
#[tokio::test]
async fn an_event_in_the_name_of_another_than_the_topics_writer_is_a_leaf_of_bytes() {
    let world = world().await;
    let genuine = event(0, ACME, "a");
    let mut forged = genuine.clone();
    forged.position.partition.topic = Service::Cost.topic();
    let is_event = |delivered: &Delivered| matches!(leaf::of(delivered).leaf.record, tlog::Record::Event(_));
    assert!(is_event(&genuine) && !is_event(&forged));
    assert_eq!((leaf::of(&forged).org, leaf::of(&forged).time), (ACME, None));
    world.recorder.handle(&[genuine]).await.unwrap();
    world.recorder.handle(&[forged]).await.unwrap();
    let report = world.verified(ACME, &world.export(ACME, Filter::default()).await);
    assert_eq!((report.verified, report.leaves), (true, 2), "{:?}", report.defects);
}

#[tokio::test]
async fn an_organisation_has_a_tree_of_its_own_that_no_other_key_verifies() {
    let world = world().await;
    world.recorder.handle(&[event(0, ACME, "a"), event(1, OTHER, "b"), event(2, ACME, "c")]).await.unwrap();
    let export = world.export(ACME, Filter::default()).await;
    assert_eq!(world.verified(ACME, &export).leaves, 2);
    assert!(!world.verified(OTHER, &export).verified);
    assert!(!export.join("\n").contains(&OTHER.to_string()));
}

#[tokio::test]
async fn earlier_checkpoints_are_continued_and_a_part_says_that_it_is_one() {
    let world = world().await;
    for offset in 0..7 {
        world.recorder.handle(&[event(offset, ACME, "a")]).await.unwrap();
        if offset % 2 == 0 {
            world.signer.current(ACME).await.unwrap();
        }
    }
    let report = world.verified(ACME, &world.export(ACME, Filter::default()).await);
    // Signed at 1, 3, 5 and 7 leaves; the last is the export's own.
    assert_eq!(
        (report.verified, report.checkpoints, report.size),
        (true, 3, Some(7)),
        "{:?}",
        report.defects
    );

    let filter = Filter { correlation: Some(Uuid::from_u128(4).to_string()), ..Filter::default() };
    let part = world.export(ACME, filter).await;
    let report = world.verified(ACME, &part);
    assert_eq!((report.verified, report.leaves, report.proven), (true, 1, 1), "{:?}", report.defects);
    assert_eq!(report.selection, Some(tlog::Selection::Part));
}

#[tokio::test]
async fn what_is_changed_in_an_export_is_found_where_it_is() {
    let world = world().await;
    let records: Vec<Delivered> = (0..4).map(|offset| event(offset, ACME, "a")).collect();
    world.recorder.handle(&records).await.unwrap();
    let export = world.export(ACME, Filter::default()).await;
    // The header is the first line, so leaf 2 stands on the fourth.
    let mut altered = export.clone();
    altered[3] = altered[3].replacen("PromotionStale", "PromotionSeale", 1);
    let report = world.verified(ACME, &altered);
    assert_eq!((report.verified, report.defects[0].line, report.defects[0].leaf), (false, 4, Some(2)));
    let mut dropped = export;
    dropped.remove(3);
    assert!(!world.verified(ACME, &dropped).verified);
}
