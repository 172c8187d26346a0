//! From a record of the log to a leaf.

use event_log::Delivered;
use events::{Frame, Message, Record, decode, decode_on, schema_of_id, schemas};
use ids::OrgId;
use time::OffsetDateTime;
use tlog::{Base64, EventRecord, Hash, Leaf, Position, RawRecord};
use uuid::Uuid;

/// A leaf, and what it is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose tree it belongs to.
    pub org: OrgId,
    /// The leaf.
    pub leaf: Leaf,
    /// When the event happened; none of bytes that are none.
    pub time: Option<OffsetDateTime>,
}

/// Bytes that name no organisation belong to none, and to the tree of none.
const NOBODY: OrgId = OrgId::new(Uuid::nil());

/// The leaf of a record. Of what says that it is an event, and is none of its topic's writer, the bytes are kept as they are: a leaf that told
/// of the event would be the audit's word for what only its forger says.
pub(crate) fn of(delivered: &Delivered) -> Entry {
    let topic = &delivered.position.partition.topic;
    let position = Position {
        topic: topic.to_string(),
        partition: delivered.position.partition.partition,
        offset: delivered.position.offset,
    };
    let record = &delivered.record;
    let read = decode_on(topic, record).ok();
    let read = read.and_then(|message| Some((event(record, &message)?, message.envelope)));
    match read {
        Some((event, envelope)) => Entry {
            org: envelope.org,
            leaf: Leaf { position, record: tlog::Record::Event(event) },
            time: Some(envelope.time),
        },
        None => {
            let org = record.header("ce_org").and_then(|org| org.parse().ok()).unwrap_or(NOBODY);
            Entry { org, leaf: Leaf { position, record: tlog::Record::Raw(raw(record)) }, time: None }
        }
    }
}

/// The event as its headers spell it: what is hashed is what was written, not what we read into it.
fn event(record: &Record, message: &Message) -> Option<EventRecord> {
    let frame = Frame::read(&record.value).ok()?;
    let schema = schema_of_id(frame.schema_id)?;
    let header = |name| record.header(name).map(str::to_owned);
    Some(EventRecord {
        id: header("ce_id")?,
        kind: header("ce_type")?,
        source: header("ce_source")?,
        subject: header("ce_subject")?,
        time: header("ce_time")?,
        org: header("ce_org")?,
        sequence: message.envelope.sequence,
        causation: header("ce_causation"),
        correlation: header("ce_correlation")?,
        schema: Hash::new(schema.fingerprint),
        body: Base64(frame.body.to_vec()),
    })
}

/// Who did what an event tells of; none if it is of a schema that we do not know.
pub(crate) fn actor(event: &EventRecord) -> Option<String> {
    let schema = schemas().find(|schema| schema.fingerprint == *event.schema.bytes())?;
    let mut headers = vec![
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", event.id.clone()),
        ("ce_type", event.kind.clone()),
        ("ce_source", event.source.clone()),
        ("ce_subject", event.subject.clone()),
        ("ce_time", event.time.clone()),
        ("ce_org", event.org.clone()),
        ("ce_sequence", event.sequence.to_string()),
        ("ce_correlation", event.correlation.clone()),
    ];
    headers.extend(event.causation.clone().map(|id| ("ce_causation", id)));
    let record = Record {
        key: event.subject.clone(),
        headers: headers.into_iter().collect(),
        value: Frame { schema_id: schema.id, body: &event.body.0 }.to_vec(),
    };
    decode(&record).ok().map(|message| message.actor().to_owned())
}

/// The bytes that lie on the log.
fn as_written(value: &[u8]) -> Vec<u8> {
    Frame::read(value).map_or_else(|_| value.to_vec(), |frame| frame.as_written().to_vec())
}

fn raw(record: &Record) -> RawRecord {
    let named = |(name, value): (&str, &[u8])| (name.to_owned(), Base64(value.to_vec()));
    RawRecord {
        key: Base64(record.key.clone().into_bytes()),
        headers: record.headers.iter().map(named).collect(),
        value: Base64(as_written(&record.value)),
    }
}
