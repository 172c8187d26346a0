//! The envelope as headers, and what is refused.

use ids::{EventId, OrgId, PromotionId};
use time::macros::datetime;
use uuid::{Uuid, uuid};

use crate::codec::{DecodeError, decode, decode_by, decode_on, encode};
use crate::delivery::DeadLetterDiscarded;
use crate::envelope::{Envelope, Message};
use crate::headers::Headers;
use crate::promotion::{PromotionRejected, PromotionStale};
use crate::record::Record;
use crate::schema::schemas;
use crate::table::Event;
use crate::topic::{Service, Topic};

const ID: Uuid = uuid!("2ed6657d-e927-568b-95e1-2665a8aea6a2");
const PROMOTION: Uuid = uuid!("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

pub(super) fn message() -> Message {
    let envelope = Envelope {
        id: EventId::new(ID),
        source: Service::Promotion,
        subject: PROMOTION.to_string(),
        time: datetime!(2026-11-21 17:30:00.000_25 UTC),
        org: OrgId::new(Uuid::NAMESPACE_OID),
        sequence: 7,
        causation: None,
        correlation: PROMOTION,
        traceparent: None,
    };
    let event = PromotionRejected {
        promotion_id: PromotionId::new(PROMOTION),
        by: "alice".to_owned(),
        comment: Some("not on a Friday".to_owned()),
    };
    Message { envelope, event: event.into() }
}

/// The record with this header, or without it.
pub(super) fn with_header(record: &Record, name: &str, value: Option<&[u8]>) -> Record {
    let others = record.headers.iter().filter(|(other, _)| *other != name);
    let headers = others.chain(value.map(|value| (name, value))).collect();
    Record { headers, ..record.clone() }
}

#[test]
fn attributes_are_headers_and_the_value_is_framed() {
    let record = encode(&message()).unwrap();
    let shown: Vec<String> = (record.headers.iter())
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value)))
        .collect();
    assert_eq!(
        shown,
        [
            "ce_specversion: 1.0",
            "ce_id: 2ed6657d-e927-568b-95e1-2665a8aea6a2",
            "ce_type: plimsoll.promotion.v1.PromotionRejected",
            "ce_source: /plimsoll/promotion",
            "ce_subject: 6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "ce_time: 2026-11-21T17:30:00.00025Z",
            "ce_org: 6ba7b812-9dad-11d1-80b4-00c04fd430c8",
            "ce_sequence: 7",
            "ce_correlation: 6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "content-type: application/avro",
        ]
    );
    assert_eq!(record.key, PROMOTION.to_string());
    // By hand: magic, schema 7; a string is its length (zigzag) and its bytes; the comment is branch 1 of its union.
    let mut expected = vec![0, 0, 0, 0, 7, 72];
    expected.extend(PROMOTION.to_string().bytes());
    expected.push(10);
    expected.extend(b"alice");
    expected.extend([2, 30]);
    expected.extend(b"not on a Friday");
    assert_eq!(record.value, expected);
}

#[test]
fn what_is_written_is_read() {
    let mut message = message();
    assert_eq!(decode(&encode(&message).unwrap()), Ok(message.clone()));
    message.envelope.causation = Some(EventId::new(PROMOTION));
    message.envelope.traceparent = Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned());
    assert_eq!(decode(&encode(&message).unwrap()), Ok(message));
}

#[test]
fn what_is_no_message_is_refused_with_the_reason() {
    let good = encode(&message()).unwrap();
    let with = |name: &str, value: Option<&[u8]>| decode(&with_header(&good, name, value)).unwrap_err();
    assert_eq!(with("ce_id", None), DecodeError::HeaderMissing("ce_id"));
    assert_eq!(with("ce_id", Some(b"\xff")), DecodeError::HeaderMissing("ce_id"));
    assert_eq!(with("ce_org", Some(b"acme")), DecodeError::HeaderWrong("ce_org"));
    assert_eq!(with("ce_sequence", Some(b"-1")), DecodeError::HeaderWrong("ce_sequence"));
    assert_eq!(with("ce_causation", Some(b"")), DecodeError::HeaderWrong("ce_causation"));
    assert_eq!(with("ce_subject", Some(b"another")), DecodeError::HeaderWrong("ce_subject"));
    assert_eq!(with("ce_specversion", Some(b"0.3")), DecodeError::HeaderWrong("ce_specversion"));
    let unreadable = with(Headers::UNREADABLE, Some(b""));
    assert_eq!((unreadable.code(), unreadable), ("EVENT_UNREADABLE", DecodeError::HeaderName));
    let mismatch = with("ce_type", Some(b"plimsoll.promotion.v1.PromotionStale"));
    assert!(matches!(mismatch, DecodeError::TypeMismatch { .. }), "{mismatch}");

    let value = |value: &[u8]| decode(&Record { value: value.to_vec(), ..good.clone() }).unwrap_err();
    assert_eq!(value(b"").code(), "EVENT_UNREADABLE");
    assert_eq!(value(b"\x01\0\0\0\x07").code(), "EVENT_UNREADABLE");
    assert_eq!(value(b"\0\0\0\x27\x0f").code(), "EVENT_SCHEMA_UNKNOWN");
    let truncated = &good.value[..good.value.len() - 1];
    assert!(matches!(value(truncated), DecodeError::Body { .. }));
    assert!(matches!(value(&[&good.value[..], b"\0"].concat()), DecodeError::Body { .. }));
}

/// Who may write to one topic could else tell anything in the name of everybody.
#[test]
fn an_event_in_the_name_of_another_than_the_topics_writer_is_none() {
    let of = |source| encode(&Message { envelope: Envelope { source, ..message().envelope }, ..message() });
    let record = of(Service::Promotion).unwrap();
    assert_eq!(decode_on(&Service::Promotion.topic(), &record), Ok(message()));
    for topic in [Service::Cost.topic(), Topic::new("plimsoll.promotion.v2"), Topic::new("promotion")] {
        let error = decode_on(&topic, &record).unwrap_err();
        assert_eq!(error, DecodeError::TopicWrong { writer: Service::Promotion, topic });
        assert_eq!(error.code(), "EVENT_UNREADABLE");
    }
    // In its own name, it tells what is another's to tell.
    let error = decode_on(&Service::Cost.topic(), &of(Service::Cost).unwrap()).unwrap_err();
    let event_type = "plimsoll.promotion.v1.PromotionRejected";
    assert_eq!(error, DecodeError::WriterWrong { writer: Service::Cost, event_type });
    assert_eq!(error.code(), "EVENT_UNREADABLE");
}

#[test]
fn what_every_service_tells_each_tells_on_its_own_topic() {
    let event = DeadLetterDiscarded {
        dead_letter: 1,
        consumer: "cost".to_owned(),
        aggregate: "a".to_owned(),
        by: "ben".to_owned(),
        reason: "a test".to_owned(),
    };
    for source in Service::ALL {
        let envelope = Envelope { source, ..message().envelope };
        let told = Message { envelope, event: event.clone().into() };
        let record = encode(&told).unwrap();
        for other in Service::ALL {
            let read = decode_on(&other.topic(), &record);
            assert_eq!(read.ok(), (other == source).then(|| told.clone()), "{source} on {other}");
        }
    }
    assert!(
        schemas().all(|schema| !schema.writers.is_empty()),
        "an event that nobody writes is read by nobody"
    );
}

#[test]
fn bytes_on_which_a_library_panics_are_no_event() {
    fn panics(_: u32, _: &apache_avro::Schema, _: &[u8]) -> Result<Option<Event>, apache_avro::Error> {
        panic!("the words of the event")
    }
    let error = decode_by(&encode(&message()).unwrap(), panics).unwrap_err();
    assert_eq!((error.code(), error.to_string()), ("EVENT_UNREADABLE", "what reads it panicked".to_owned()));
}

#[test]
fn an_output_follows_from_its_input() {
    let input = message();
    let stale = |reason: &str| PromotionStale {
        promotion_id: PromotionId::new(PROMOTION),
        reason: reason.to_owned(),
    };
    let output = input.output(Service::Promotion, stale("a"));
    assert_eq!(output.envelope.id, input.output(Service::Promotion, stale("b")).envelope.id);
    assert_ne!(output.envelope.id, input.envelope.id);
    assert_eq!(output.envelope.causation, Some(input.envelope.id));
    assert_eq!(output.envelope.sequence, 7);
}
