//! From messages to records and back (CloudEvents' Kafka protocol binding 1.0, binary content mode).

use std::panic::{AssertUnwindSafe, catch_unwind};

use apache_avro::Schema;
use ids::{EventId, OrgId};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::envelope::{Envelope, Message};
use crate::frame::{Frame, FrameError};
use crate::headers::Headers;
use crate::record::Record;
use crate::schema::schema_of_id;
use crate::table::Event;
use crate::topic::{Service, Topic};

const SOURCE: &str = "/plimsoll/";

/// Why a message cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The event does not fit its schema.
    #[error("{event_type} does not fit its schema: {why}")]
    Schema {
        /// The type of event.
        event_type: &'static str,
        /// What the encoder says.
        why: String,
    },
    /// The time is out of range.
    #[error("the time of {event_type} cannot be written")]
    Time {
        /// The type of event.
        event_type: &'static str,
    },
}

/// Why a record is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A header is missing or is no text.
    #[error("the header {0} is missing")]
    HeaderMissing(&'static str),
    /// A header holds what it cannot.
    #[error("the header {0} is wrong")]
    HeaderWrong(&'static str),
    /// A header's name is no text.
    #[error("the name of a header is no text")]
    HeaderName,
    /// The value is not framed.
    #[error("the value is not framed: {0}")]
    Frame(#[from] FrameError),
    /// No schema has this number.
    #[error("no schema has the number {0}")]
    SchemaUnknown(u32),
    /// The schema registry's number is of no schema of this release.
    #[error("the schema registry's number {0} is of no schema of this release")]
    SchemaForeign(u32),
    /// The schema is not the one of the type that the header says.
    #[error("the value is a {schema}, and ce_type says {header}")]
    TypeMismatch {
        /// The type that the frame says.
        schema: &'static str,
        /// The type that the header says.
        header: String,
    },
    /// The body is no event of its schema.
    #[error("the body is no {event_type}: {why}")]
    Body {
        /// The type of event.
        event_type: &'static str,
        /// What the decoder says.
        why: String,
    },
    /// It lies on a topic that the service in its header does not write.
    #[error("ce_source says that {writer} wrote it, which does not write {topic}")]
    TopicWrong {
        /// The service that the header says.
        writer: Service,
        /// Where it lies.
        topic: Topic,
    },
    /// The service in its header writes no such events.
    #[error("ce_source says that {writer} wrote it, which writes no {event_type}")]
    WriterWrong {
        /// The service that the header says.
        writer: Service,
        /// The type of event.
        event_type: &'static str,
    },
    /// What reads it panicked. The panic's words may hold what the record holds, and are not told.
    #[error("what reads it panicked")]
    Panicked,
}

impl EncodeError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "EVENT_UNWRITABLE"
    }
}

impl DecodeError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::SchemaUnknown(_) | Self::SchemaForeign(_) => "EVENT_SCHEMA_UNKNOWN",
            _ => "EVENT_UNREADABLE",
        }
    }
}

/// The record that a message is kept as.
///
/// # Errors
/// The event does not fit its schema.
pub fn encode(message: &Message) -> Result<Record, EncodeError> {
    let Message { envelope, event } = message;
    let event_type = event.event_type();
    let fail = |why: String| EncodeError::Schema { event_type, why };
    let schema = schema_of_id(event.schema_id()).ok_or_else(|| fail("the schema is not known".to_owned()))?;
    let body = event.write(&schema.avro).map_err(|error| fail(error.to_string()))?;
    let time = envelope.time.format(&Rfc3339).map_err(|_| EncodeError::Time { event_type })?;
    let mut headers = vec![
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", envelope.id.to_string()),
        ("ce_type", event_type.to_owned()),
        ("ce_source", format!("{SOURCE}{}", envelope.source)),
        ("ce_subject", envelope.subject.clone()),
        ("ce_time", time),
        ("ce_org", envelope.org.to_string()),
        ("ce_sequence", envelope.sequence.to_string()),
        ("ce_correlation", envelope.correlation.to_string()),
        ("content-type", "application/avro".to_owned()),
    ];
    headers.extend(envelope.causation.map(|id| ("ce_causation", id.to_string())));
    headers.extend(envelope.traceparent.clone().map(|trace| ("traceparent", trace)));
    Ok(Record {
        key: envelope.subject.clone(),
        headers: headers.into_iter().collect(),
        value: Frame { schema_id: schema.id, body: &body }.to_vec(),
    })
}

/// The message that a record on this topic keeps: for whoever reads the log. Each topic has one writer, to which the log's rights hold it; what
/// lies there in the name of another, or is none of the writer's events, is no message, whatever it says.
///
/// # Errors
/// As [`decode`]; or the record is on another topic than its source's, or its source does not write such events.
pub fn decode_on(topic: &Topic, record: &Record) -> Result<Message, DecodeError> {
    let message = decode(record)?;
    let (writer, event_type) = (message.envelope.source, message.event.event_type());
    if !writer.writes(topic) {
        return Err(DecodeError::TopicWrong { writer, topic: topic.clone() });
    }
    match schema_of_id(message.event.schema_id()) {
        Some(schema) if schema.writers.contains(&writer) => Ok(message),
        _ => Err(DecodeError::WriterWrong { writer, event_type }),
    }
}

/// The message that a record keeps, wherever it comes from: that its source wrote it is for [`decode_on`] to say.
///
/// # Errors
/// The record is no message: a header or the value is wrong, or its schema is not known.
pub fn decode(record: &Record) -> Result<Message, DecodeError> {
    decode_by(record, Event::read)
}

/// What reads the body of an event, by the number of its schema.
pub(crate) type ReadBody = fn(u32, &Schema, &[u8]) -> Result<Option<Event>, apache_avro::Error>;

/// The bytes may be a stranger's. If a library panics on them, they are no event, and whoever reads the log goes on with the next: it would
/// read the same bytes again after any restart.
pub(crate) fn decode_by(record: &Record, read: ReadBody) -> Result<Message, DecodeError> {
    catch_unwind(AssertUnwindSafe(|| message(record, read))).unwrap_or(Err(DecodeError::Panicked))
}

fn message(record: &Record, read: ReadBody) -> Result<Message, DecodeError> {
    if record.headers.get(Headers::UNREADABLE).is_some() {
        return Err(DecodeError::HeaderName);
    }
    let envelope = envelope(record)?;
    let frame = Frame::read(&record.value)?;
    if frame.is_foreign() {
        return Err(DecodeError::SchemaForeign(frame.as_written().schema_id));
    }
    let schema = schema_of_id(frame.schema_id).ok_or(DecodeError::SchemaUnknown(frame.schema_id))?;
    let header = text(record, "ce_type")?;
    if header != schema.event_type {
        return Err(DecodeError::TypeMismatch { schema: schema.event_type, header: header.to_owned() });
    }
    let event = read(frame.schema_id, &schema.avro, frame.body)
        .map_err(|error| DecodeError::Body { event_type: schema.event_type, why: error.to_string() })?
        .ok_or(DecodeError::SchemaUnknown(frame.schema_id))?;
    Ok(Message { envelope, event })
}

fn envelope(record: &Record) -> Result<Envelope, DecodeError> {
    if text(record, "ce_specversion")? != "1.0" {
        return Err(DecodeError::HeaderWrong("ce_specversion"));
    }
    let source = text(record, "ce_source")?.strip_prefix(SOURCE).and_then(Service::named);
    let time = OffsetDateTime::parse(text(record, "ce_time")?, &Rfc3339);
    let subject = text(record, "ce_subject")?.to_owned();
    if subject != record.key {
        return Err(DecodeError::HeaderWrong("ce_subject"));
    }
    Ok(Envelope {
        id: parsed::<EventId>(record, "ce_id")?,
        source: source.ok_or(DecodeError::HeaderWrong("ce_source"))?,
        subject,
        time: time.map_err(|_| DecodeError::HeaderWrong("ce_time"))?,
        org: parsed::<OrgId>(record, "ce_org")?,
        sequence: parsed::<u64>(record, "ce_sequence")?,
        causation: optional(record, "ce_causation")?,
        correlation: parsed::<Uuid>(record, "ce_correlation")?,
        traceparent: record.header("traceparent").map(str::to_owned),
    })
}

fn text<'a>(record: &'a Record, name: &'static str) -> Result<&'a str, DecodeError> {
    record.header(name).ok_or(DecodeError::HeaderMissing(name))
}

fn parsed<T: std::str::FromStr>(record: &Record, name: &'static str) -> Result<T, DecodeError> {
    text(record, name)?.parse().map_err(|_| DecodeError::HeaderWrong(name))
}

fn optional<T: std::str::FromStr>(record: &Record, name: &'static str) -> Result<Option<T>, DecodeError> {
    record.headers.get(name).map(|_| parsed(record, name)).transpose()
}
