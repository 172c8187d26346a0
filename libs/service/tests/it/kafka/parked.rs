//! On a real broker, what cannot be handled is parked with what follows of its aggregate.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, PartitionId};
use events::delivery::DeadLetterDiscarded;
use events::{EventBody as _, Frame, Message, Record, Service, Topic, encode, schema_of_id};
use schema_registry::{NumberStore, Numbers, RegisteredLog, Registry, RegistrySettings, apply, plan};
use service::{DeadLetters, Failure, Handler, Parts, Policy};
use test_kafka::{RawRecord, TestRegistry};

use super::{broker, connect, stage};
use crate::bench::{Consumer, message, message_of, until};

/// Notes what it handles, and cannot handle `late2` until it is told to.
struct Refusing {
    consumer: &'static str,
    from: Service,
    can: AtomicBool,
    handled: Mutex<Vec<String>>,
}

impl Refusing {
    fn new(consumer: &'static str, from: Service) -> Arc<Self> {
        Arc::new(Self { consumer, from, can: AtomicBool::default(), handled: Mutex::default() })
    }

    fn start(self: &Arc<Self>, parts: &Parts) -> Consumer {
        Consumer::start(self.clone(), parts.clone(), Policy::default())
    }

    /// What it handled of a key, in order.
    fn handled(&self, key: &str) -> Vec<String> {
        let handled = self.handled.lock().unwrap();
        handled.iter().filter(|name| name.starts_with(key)).cloned().collect()
    }
}

#[async_trait]
impl Handler for Refusing {
    fn consumer(&self) -> &'static str {
        self.consumer
    }

    fn service(&self) -> Service {
        Service::Promotion
    }

    fn topics(&self) -> Vec<Topic> {
        vec![self.from.topic()]
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let name = format!("{}{}", message.envelope.subject, message.envelope.sequence);
        if name == "late2" && !self.can.load(Ordering::SeqCst) {
            return Err(Failure::unhandled("EVENT_ODD", "it makes no sense"));
        }
        self.handled.lock().unwrap().push(name);
        Ok(())
    }
}

/// What is parked: the number, the offset and why.
async fn letters(parts: &Parts) -> Vec<(i64, u64, String)> {
    let letters = parts.store.dead_letters(None, 0, 10).await.unwrap();
    letters.into_iter().map(|one| (one.id, one.letter.position.offset, one.letter.code)).collect()
}

fn told(letters: &[(i64, u64, String)]) -> Vec<(u64, &str)> {
    letters.iter().map(|(_, offset, code)| (*offset, code.as_str())).collect()
}

/// Of one aggregate an event is at fault, of another one cannot be read. What follows waits behind each, in order, and the partition moves
/// on; then the one is tried again and the other given up, and all that waited is handled in order, with what came meanwhile after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_behind_an_event_is_handled_in_order_when_that_is_handled_or_given_up() {
    let stage = stage().await;
    let (parts, topic) = (&stage.second, Service::Diff.topic());
    let of = |key: &str, sequence| encode(&message_of(Service::Diff, key, sequence)).unwrap();
    let mut unreadable = of("odd", 2);
    unreadable.value.truncate(7);
    let (late, odd) = (|n| of("late", n), |n| of("odd", n));
    let records = [late(1), odd(1), late(2), unreadable, late(3), odd(3), of("beside", 1)];
    parts.log.append(&topic, &records).await.unwrap();
    let handler = Refusing::new("refusing", Service::Diff);
    let consumer = handler.start(parts);
    until("the partition moves on", async || handler.handled("beside").len() == 1).await;
    let parked = letters(parts).await;
    let expected = [(2, "EVENT_ODD"), (3, "EVENT_UNREADABLE"), (4, "EVENT_WAITS"), (5, "EVENT_WAITS")];
    assert_eq!(told(&parked), expected);

    let dead_letters = DeadLetters::new(Service::Promotion, parts);
    handler.can.store(true, Ordering::SeqCst);
    dead_letters.retry(parked[0].0, "ben").await.unwrap();
    parts.log.append(&topic, &[late(4), odd(4)]).await.unwrap();
    until("what waited is handled", async || handler.handled("late").len() >= 4).await;
    assert_eq!(handler.handled("odd"), ["odd1"], "nobody asked for these");
    dead_letters.discard(parked[1].0, "ben", "it is none").await.unwrap();
    until("what waited is handled", async || handler.handled("odd").len() >= 3).await;
    consumer.stop().await.unwrap();
    assert_eq!(handler.handled("late"), ["late1", "late2", "late3", "late4"]);
    assert_eq!(handler.handled("odd"), ["odd1", "odd3", "odd4"]);
    let partition = PartitionId { topic, partition: 0 };
    assert_eq!(parts.log.bounds(&partition).await.unwrap(), 0..9, "nothing is appended again");
}

/// An event that every service writes to its topic.
fn discarded(by: Service, key: &str, sequence: u64) -> Record {
    let event = DeadLetterDiscarded {
        dead_letter: 1,
        consumer: "cost".to_owned(),
        aggregate: key.to_owned(),
        by: "ben".to_owned(),
        reason: String::new(),
    };
    let mut envelope = message(key, sequence).envelope;
    envelope.source = by;
    encode(&Message { envelope, event: event.into() }).unwrap()
}

/// A newer release has registered its version of a known event, which has a field more, and writes it. This one cannot know what that
/// means: it parks it with what follows of the aggregate, and goes on with the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_in_the_registered_schema_of_a_newer_release_is_parked_with_what_follows() {
    let (kafka, server) = (broker().await, TestRegistry::start().await);
    let (url, timeout) = (TestRegistry::url(server.port()), Duration::from_secs(30));
    let settings = RegistrySettings { url, username: None, password: None, ca: None, timeout };
    let registry = Registry::new(&settings).unwrap();
    for change in plan(&registry).await.unwrap() {
        apply(&registry, &change).await.unwrap();
    }
    let topic = Service::Audit.topic();
    let known = schema_of_id(DeadLetterDiscarded::SCHEMA_ID).unwrap().text;
    let field = r#""fields": [{"name": "later", "type": "string", "default": ""},"#;
    let newer = known.replacen(r#""fields": ["#, field, 1);
    assert_ne!(newer, known);
    let number = registry.register(&format!("{topic}-{}", DeadLetterDiscarded::TYPE), &newer).await.unwrap();

    let database = TestPostgres::shared().await.database().await;
    let (stage, raw) = (stage().await, Arc::new(connect(kafka.brokers()).await));
    let store = NumberStore::open(database.url().as_str()).await.unwrap();
    let numbers = Numbers::look_up(registry, &store).await.unwrap();
    let log: Arc<dyn EventLog> = Arc::new(RegisteredLog::new(raw.clone(), numbers));
    let parts = Parts { log, ..stage.second.clone() };
    let of = |key: &str, sequence| discarded(Service::Audit, key, sequence);
    parts.log.append(&topic, &[of("a", 1)]).await.unwrap();
    let record = of("a", 2);
    // A string is its length, whose sign is the lowest bit, and its bytes (Avro 1.12, "Binary Encoding"): "x", before the other fields.
    let body = [b"\x02x", Frame::read(&record.value).unwrap().body].concat();
    let value = Frame { schema_id: number, body: &body }.to_vec();
    raw.append(&topic, &[Record { value, ..record }]).await.unwrap();
    parts.log.append(&topic, &[of("a", 3), of("b", 1)]).await.unwrap();

    let handler = Refusing::new("older", Service::Audit);
    let consumer = handler.start(&parts);
    until("the partition moves on", async || handler.handled("b").len() == 1).await;
    consumer.stop().await.unwrap();
    assert_eq!(handler.handled("a"), ["a1"]);
    assert_eq!(told(&letters(&parts).await), [(1, "EVENT_SCHEMA_UNKNOWN"), (2, "EVENT_WAITS")]);
}

/// Somebody has written a header whose name is no text, before which the client that services have would panic.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_with_a_header_whose_name_is_no_text_is_parked_with_what_follows() {
    let (kafka, stage, topic) = (broker().await, stage().await, Service::Gateway.topic());
    let of = |key: &str, sequence| discarded(Service::Gateway, key, sequence);
    let parts = &stage.second;
    parts.log.append(&topic, &[of("a", 1)]).await.unwrap();
    let whole = of("a", 2);
    let named = whole.headers.iter().map(|(name, value)| (name.as_bytes(), value));
    let headers: Vec<(&[u8], &[u8])> = named.chain([(&b"\xff"[..], &b"1"[..])]).collect();
    let odd = RawRecord { key: whole.key.as_bytes(), headers: &headers, value: &whole.value };
    kafka.append_raw(topic.as_str(), 0, odd).await;
    parts.log.append(&topic, &[of("a", 3), of("b", 1)]).await.unwrap();

    let handler = Refusing::new("unnamed", Service::Gateway);
    let consumer = handler.start(parts);
    until("the partition moves on", async || handler.handled("b").len() == 1).await;
    consumer.stop().await.unwrap();
    assert_eq!(handler.handled("a"), ["a1"]);
    assert_eq!(told(&letters(parts).await), [(1, "EVENT_UNREADABLE"), (2, "EVENT_WAITS")]);
    let first = parts.store.dead_letters(None, 0, 1).await.unwrap().remove(0).id;
    let parked = parts.store.dead_letter(first).await.unwrap().unwrap().letter.record;
    assert_eq!((&parked.key, &parked.value), (&whole.key, &whole.value));
    assert_eq!(parked.header("ce_id"), whole.header("ce_id"), "what can be read of it is kept");
}
