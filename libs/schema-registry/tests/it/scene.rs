//! A log with a registry's numbers, for tests.

use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog as _, Group, Limits, MemoryLog, PartitionId, Subscription, partition_of};
use events::promotion::ApprovalGiven;
use events::{Envelope, EventBody as _, Frame, Message, Record, Service, Topic, encode, schema_of_id};
use ids::{EventId, OrgId, PromotionId};
use schema_registry::{Numbers, RegisteredLog};
use time::macros::datetime;
use uuid::Uuid;

use crate::answers::store;
use crate::fake::Fake;
use crate::planned::make;

/// Another number of a schema of ours.
pub(crate) const OTHER: u32 = 5000;

/// A log of two partitions, and how it is seen with the numbers of a registry.
pub(crate) struct Scene {
    pub(crate) fake: Fake,
    pub(crate) raw: Arc<MemoryLog>,
    pub(crate) log: RegisteredLog,
    pub(crate) topic: Topic,
}

pub(crate) async fn scene() -> Scene {
    let fake = Fake::start();
    make(&fake).await;
    let raw = Arc::new(MemoryLog::new(Limits::default(), Duration::from_millis(200)));
    let topic = Service::Promotion.topic();
    raw.ensure_topic(&topic, 2).await.unwrap();
    let numbers = Numbers::look_up(fake.client(), &store().await).await.unwrap();
    let log = RegisteredLog::new(Arc::<MemoryLog>::clone(&raw), numbers);
    Scene { fake, raw, log, topic }
}

/// Of a promotion in partition 0.
pub(crate) fn message(sequence: u64) -> Message {
    message_in(0, sequence)
}

pub(crate) fn message_in(partition: u32, sequence: u64) -> Message {
    let promotions = (1..100).map(|number| PromotionId::new(Uuid::from_u128(number)));
    let mut those = promotions.filter(|id| partition_of(id.to_string().as_bytes(), 2) == partition);
    let promotion_id = those.next().unwrap();
    let event = ApprovalGiven {
        promotion_id,
        by: "bob".to_owned(),
        comment: None,
        preview_hash: "ab".to_owned(),
        given: 1,
        needed: 1,
    };
    let envelope = Envelope {
        id: EventId::new(Uuid::from_u128(sequence.into())),
        source: Service::Promotion,
        subject: promotion_id.to_string(),
        time: datetime!(2026-11-01 08:00 UTC),
        org: OrgId::new(Uuid::from_u128(2)),
        sequence,
        causation: None,
        correlation: Uuid::from_u128(3),
        traceparent: None,
    };
    Message { envelope, event: event.into() }
}

pub(crate) fn with_number(number: u32, sequence: u64) -> Record {
    let record = encode(&message(sequence)).unwrap();
    let body = Frame::read(&record.value).unwrap().body;
    Record { value: Frame { schema_id: number, body }.to_vec(), ..record.clone() }
}

impl Scene {
    pub(crate) fn partition(&self) -> PartitionId {
        PartitionId { topic: self.topic.clone(), partition: 0 }
    }

    pub(crate) fn group() -> Group {
        Group::new("g")
    }

    /// A schema of ours, under a number that nobody has seen.
    pub(crate) fn has_another_number(&self) {
        self.fake.has("elsewhere", OTHER, schema_of_id(ApprovalGiven::SCHEMA_ID).unwrap().text);
    }

    pub(crate) async fn append(&self, message: &Message) {
        self.log.append(&self.topic, &[encode(message).unwrap()]).await.unwrap();
    }

    pub(crate) async fn subscribe(&self) -> Box<dyn Subscription> {
        self.log.subscribe(&Self::group(), std::slice::from_ref(&self.topic)).await.unwrap()
    }

    pub(crate) fn asked_for(&self, number: u32) -> usize {
        self.fake.asked().iter().filter(|call| **call == format!("GET /schemas/ids/{number}")).count()
    }
}
