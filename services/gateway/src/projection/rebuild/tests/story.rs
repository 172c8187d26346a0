//! A log with promotions, waivers and tokens of two organisations in it, and a consumer that is called step by step.

use std::sync::Arc;

use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, Group, MemoryLog, Position, Subscription};
use events::access::{TokenCreated, TokenRevoked};
use events::catalog::{OrganisationCreated, WaiverGranted};
use events::preview::{CostEstimated, PreviewExplained, RiskAssessed};
use events::promotion::{
    ApprovalGiven, PreviewCompleted, PreviewRequested, PromotionApproved, PromotionStale,
};
use events::{Envelope, Event, Message, Record, Service, decode_on, encode};
use ids::{EventId, OrgId};
use serde_json::json;
use service::{Clock as _, Parts, SystemClock};
use sqlx::PgPool;
use store::{Database, MemoryBlobs, MemoryStore};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::projection::golden::{golden, number};
use crate::projection::rebuild::ProjectionOperations;
use crate::projection::{CONSUMER, Fold as _, Projections, topics};

const BEGAN: OffsetDateTime = datetime!(2026-11-01 08:00 UTC);

/// A projection, its log and its consumer.
pub(super) struct Story {
    pub(super) parts: Parts,
    pub(super) operations: ProjectionOperations,
    pub(super) url: String,
    consumer: Box<dyn Subscription>,
    projections: Projections,
    told: u32,
}

impl Story {
    pub(super) async fn begin() -> Self {
        let database = TestPostgres::shared().await.database().await;
        let url = database.url().as_str().to_owned();
        let log = Arc::new(MemoryLog::default());
        for topic in topics() {
            log.ensure_topic(&topic, 3).await.unwrap();
        }
        let (store, blobs) =
            (Arc::new(MemoryStore::new(|| SystemClock.now())), Arc::new(MemoryBlobs::default()));
        let parts = Parts::new(log, store, blobs, Arc::new(SystemClock));
        let operations = ProjectionOperations::new(&url, &parts).unwrap();
        let projections = Projections::open(&Database::new(&url, CONSUMER, 2).unwrap()).await.unwrap();
        let consumer = parts.log.subscribe(&Group::new(CONSUMER), &topics()).await.unwrap();
        Self { parts, operations, url, consumer, projections, told: 0 }
    }

    /// Tables of the API.
    pub(super) fn pool(&self) -> &PgPool {
        self.projections.database.pool()
    }

    pub(super) async fn append(&mut self, aggregate: (u8, &str), sequence: u64, event: Event) -> Record {
        self.append_to(writer(&event), aggregate, sequence, event).await.1
    }

    /// Appends an event to the topic of this service, which may be another than its source.
    pub(super) async fn append_to(
        &mut self,
        topic: Service,
        (org, subject): (u8, &str),
        sequence: u64,
        event: Event,
    ) -> (Position, Record) {
        self.told += 1;
        let source = writer(&event);
        let envelope = Envelope {
            id: EventId::new(number(0x1000 + self.told)),
            source,
            subject: subject.to_owned(),
            time: BEGAN + time::Duration::seconds(self.told.into()),
            org: OrgId::new(number(org.into())),
            sequence,
            causation: None,
            correlation: number(7),
            traceparent: None,
        };
        let record = encode(&Message { envelope, event }).unwrap();
        let appended = self.parts.log.append(&topic.topic(), std::slice::from_ref(&record)).await;
        (appended.unwrap().remove(0), record)
    }

    /// An organisation with a token, a waiver, and promotions: approved, stale and asked for.
    pub(super) async fn organisation(&mut self, org: u8) {
        self.append((org, "o"), 1, golden::<OrganisationCreated>(&json!({}))).await;
        self.append((org, "o"), 2, golden::<WaiverGranted>(&json!({"until": "2026-12-31"}))).await;
        self.append((org, "t"), 1, golden::<TokenCreated>(&json!({}))).await;
        self.append((org, "t"), 2, golden::<TokenRevoked>(&json!({}))).await;
        for promotion in 1..=3 {
            self.promotion(org, promotion).await;
        }
    }

    pub(super) async fn promotion(&mut self, org: u8, promotion: u32) {
        let (id, request) = (number(promotion).to_string(), number(0x1000 + self.told + 1));
        let of = json!({"promotion_id": id});
        let both = json!({"promotion_id": id, "request": request});
        let aggregate = (org, id.as_str());
        self.append(aggregate, 1, golden::<PreviewRequested>(&of)).await;
        if promotion.is_multiple_of(3) {
            return;
        }
        for engine in
            [golden::<PreviewExplained>(&both), golden::<CostEstimated>(&both), golden::<RiskAssessed>(&both)]
        {
            self.append(aggregate, 1, engine).await;
        }
        self.append(aggregate, 2, golden::<PreviewCompleted>(&both)).await;
        self.append(aggregate, 3, golden::<ApprovalGiven>(&of)).await;
        let last = match promotion % 3 {
            1 => golden::<PromotionApproved>(&of),
            _ => golden::<PromotionStale>(&of),
        };
        self.append(aggregate, 4, last).await;
    }

    /// The consumer folds all records that there are, and may be stopped before it commits them.
    pub(super) async fn fold(&mut self, commit: Commit) -> usize {
        self.fold_all_but(commit, None).await
    }

    /// All but the one at this position, which it cannot handle.
    pub(super) async fn fold_but(&mut self, parked: &Position) -> usize {
        self.fold_all_but(Commit::Each, Some(parked)).await
    }

    async fn fold_all_but(&mut self, commit: Commit, parked: Option<&Position>) -> usize {
        let mut folded = 0;
        while let Ok(Ok(records)) =
            tokio::time::timeout(std::time::Duration::from_millis(200), self.consumer.next(50)).await
        {
            for record in records {
                if Some(&record.position) != parked {
                    let message = decode_on(&record.position.partition.topic, &record.record).unwrap();
                    self.projections.apply(&message).await.unwrap();
                    folded += 1;
                }
                if commit == Commit::Each {
                    let position = record.position;
                    self.consumer.commit(&position.partition, position.offset + 1).await.unwrap();
                }
            }
        }
        folded
    }
}

/// Whether the consumer comes to commit what it has folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Commit {
    Each,
    None,
}

fn writer(event: &Event) -> Service {
    match event {
        Event::OrganisationCreated(_) | Event::WaiverGranted(_) => Service::Catalog,
        Event::TokenCreated(_) | Event::TokenRevoked(_) => Service::Gateway,
        Event::CostEstimated(_) => Service::Cost,
        Event::RiskAssessed(_) => Service::Risk,
        Event::PreviewExplained(_) => Service::Explain,
        _ => Service::Promotion,
    }
}
