//! The registry's numbers on the log, and the bundled ones for who uses it.

use std::sync::Arc;

use event_log::{EventLog, Group, MemoryLog, PartitionId, Subscription};
use events::promotion::ApprovalGiven;
use events::{
    Envelope, EventBody as _, Frame, Message, Record, Service, Topic, decode, encode, schema_of_id,
};
use ids::{EventId, OrgId, PromotionId};
use schema_registry::{Numbers, RegisteredLog};
use time::macros::datetime;
use uuid::Uuid;

use crate::answers::store;
use crate::fake::{Fake, Mood};
use crate::planned::make;

/// Another number of a schema of ours.
const OTHER: u32 = 5000;

struct Scene {
    fake: Fake,
    raw: Arc<MemoryLog>,
    log: RegisteredLog,
    topic: Topic,
}

async fn scene() -> Scene {
    let fake = Fake::start();
    make(&fake).await;
    let raw = Arc::new(MemoryLog::default());
    let topic = Service::Promotion.topic();
    raw.ensure_topic(&topic, 1).await.unwrap();
    let numbers = Numbers::look_up(fake.client(), &store().await).await.unwrap();
    let log = RegisteredLog::new(Arc::<MemoryLog>::clone(&raw), numbers);
    Scene { fake, raw, log, topic }
}

fn message(sequence: u64) -> Message {
    let promotion_id = PromotionId::new(Uuid::from_u128(1));
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

fn with_number(number: u32, sequence: u64) -> Record {
    let record = encode(&message(sequence)).unwrap();
    let body = Frame::read(&record.value).unwrap().body;
    Record { value: Frame { schema_id: number, body }.to_vec(), ..record.clone() }
}

impl Scene {
    fn partition(&self) -> PartitionId {
        PartitionId { topic: self.topic.clone(), partition: 0 }
    }

    async fn subscribe(&self) -> Box<dyn Subscription> {
        self.log.subscribe(&Group::new("g"), std::slice::from_ref(&self.topic)).await.unwrap()
    }

    fn asked_for(&self, number: u32) -> usize {
        self.fake.asked().iter().filter(|call| **call == format!("GET /schemas/ids/{number}")).count()
    }
}

#[tokio::test]
async fn the_log_has_the_registrys_number_and_readers_the_bundled_one() {
    let scene = scene().await;
    let record = encode(&message(1)).unwrap();
    scene.log.append(&scene.topic, std::slice::from_ref(&record)).await.unwrap();
    let raw = &scene.raw.read(&scene.partition(), 0, 1).await.unwrap()[0].record;
    let (written, given) = (Frame::read(&raw.value).unwrap(), Frame::read(&record.value).unwrap());
    let subject = "plimsoll.promotion.v1-plimsoll.promotion.v1.ApprovalGiven";
    assert_eq!(written.schema_id, scene.fake.numbers(subject)[0]);
    assert_eq!((written.body, &raw.headers), (given.body, &record.headers));
    let read = scene.log.read(&scene.partition(), 0, 1).await.unwrap();
    assert_eq!(decode(&read[0].record).unwrap(), message(1));
    let delivered = scene.subscribe().await.next(10).await.unwrap();
    assert_eq!(delivered[0].record, record);
    // What is no event of ours stays as it is.
    let note = Record { key: "k".to_owned(), value: b"plain".to_vec(), ..Record::default() };
    scene.log.append(&scene.topic, std::slice::from_ref(&note)).await.unwrap();
    assert_eq!(scene.log.read(&scene.partition(), 1, 1).await.unwrap()[0].record, note);
    // An event that nobody writes to this topic has no number there.
    let error = scene.log.append(&Service::Diff.topic(), &[record]).await.unwrap_err();
    assert_eq!(error.code(), "LOG_MISCONFIGURED");
}

#[tokio::test]
async fn a_number_that_is_not_known_is_asked_for_once() {
    let scene = scene().await;
    // The same schema, written otherwise: only its canonical form counts.
    let text = schema_of_id(ApprovalGiven::SCHEMA_ID).unwrap().text.replace("  ", " ");
    scene.fake.has("elsewhere", OTHER, &text);
    let records = [with_number(OTHER, 1), with_number(OTHER, 2)];
    scene.raw.append(&scene.topic, &records).await.unwrap();
    for _ in 0..2 {
        let read = scene.log.read(&scene.partition(), 0, 10).await.unwrap();
        let messages: Vec<Message> = read.iter().map(|record| decode(&record.record).unwrap()).collect();
        assert_eq!(messages, [message(1), message(2)]);
    }
    assert_eq!(scene.asked_for(OTHER), 1);
}

/// It is parked by whoever consumes it, with a code that says so.
#[tokio::test]
async fn a_schema_that_is_none_of_ours_is_told_and_its_bytes_are_kept() {
    let scene = scene().await;
    scene.fake.has("elsewhere", OTHER, r#"{"type": "record", "name": "of.a.newer.Release", "fields": []}"#);
    let records = [with_number(OTHER, 1), with_number(OTHER + 1, 2)];
    scene.raw.append(&scene.topic, &records).await.unwrap();
    let read = scene.log.read(&scene.partition(), 0, 10).await.unwrap();
    for (found, written) in read.iter().zip(&records) {
        let error = decode(&found.record).unwrap_err();
        assert_eq!(error.code(), "EVENT_SCHEMA_UNKNOWN");
        let frame = Frame::read(&found.record.value).unwrap();
        assert!(frame.is_foreign() && error.to_string().contains(&frame.as_written().schema_id.to_string()));
        assert_eq!(frame.as_written().to_vec(), written.value);
    }
}

#[tokio::test]
async fn a_registry_that_is_away_stops_nobody_who_has_seen_the_schema() {
    let scene = scene().await;
    let text = schema_of_id(ApprovalGiven::SCHEMA_ID).unwrap().text;
    scene.fake.has("elsewhere", OTHER, text);
    let mut consumer = scene.subscribe().await;
    scene.fake.is(Mood::Down);
    scene.log.append(&scene.topic, &[encode(&message(1)).unwrap()]).await.unwrap();
    assert_eq!(consumer.next(10).await.unwrap().len(), 1);
    // What was not seen is waited for: nothing is lost, nor comes too early.
    scene.raw.append(&scene.topic, &[with_number(OTHER, 2)]).await.unwrap();
    scene.log.append(&scene.topic, &[encode(&message(3)).unwrap()]).await.unwrap();
    for _ in 0..2 {
        assert_eq!(consumer.next(10).await.unwrap_err().code(), "LOG_UNAVAILABLE");
    }
    scene.fake.is(Mood::Well);
    let mut sequences = Vec::new();
    while sequences.len() < 2 {
        let records = consumer.next(10).await.unwrap();
        sequences.extend(records.iter().map(|record| decode(&record.record).unwrap().envelope.sequence));
    }
    assert_eq!(sequences, [2, 3]);
    consumer.commit(&scene.partition(), 3).await.unwrap();
}
