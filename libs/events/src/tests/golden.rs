//! Every event against a payload that another Avro library (fastavro 1.x) wrote from the JSON beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::envelope::{message, with_header};
use crate::codec::{DecodeError, decode, encode};
use crate::frame::Frame;
use crate::schema::{EventSchema, schemas};
use crate::table::{Event, TABLE};

pub(super) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/avro")
}

/// `plimsoll.CONTEXT.v1.NAME` as a context and a name.
fn parts(event_type: &str) -> (&str, &str) {
    let mut parts = event_type.split('.').skip(1);
    (parts.next().unwrap(), parts.nth(1).unwrap())
}

/// A payload as a consumer reads it: framed with its number, under its type.
pub(super) fn consumed(number: u32, event_type: &str, payload: &[u8]) -> Result<Event, DecodeError> {
    let mut record = with_header(&encode(&message()).unwrap(), "ce_type", Some(event_type.as_bytes()));
    record.value = Frame { schema_id: number, body: payload }.to_vec();
    decode(&record).map(|message| message.event)
}

#[test]
fn every_schema_is_read_and_has_the_name_of_its_event() {
    for row in TABLE {
        let schema = EventSchema::parse(*row).unwrap_or_else(|error| panic!("{}: {error}", row.event_type));
        let name = schema.avro.name().unwrap();
        assert_eq!(name.fullname(None), row.event_type);
    }
    let ids: BTreeSet<u32> = TABLE.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), TABLE.len(), "two events have one number");
    assert_eq!(schemas().count(), TABLE.len());
}

#[test]
fn every_schema_has_its_event() {
    let mut files = BTreeSet::new();
    for context in std::fs::read_dir(directory()).unwrap() {
        let context = context.unwrap();
        if context.file_name() == "released" {
            continue;
        }
        for file in std::fs::read_dir(context.path()).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let context = context.file_name().into_string().unwrap();
            files.extend(name.strip_suffix(".avsc").map(|name| format!("plimsoll.{context}.v1.{name}")));
        }
    }
    assert_eq!(files, TABLE.iter().map(|row| row.event_type.to_owned()).collect());
}

#[test]
fn golden_payloads_decode_and_are_what_we_write() {
    for schema in schemas() {
        let (context, name) = parts(schema.event_type);
        let golden = directory().join(context).join("golden").join(name);
        let body = std::fs::read(golden.with_extension("avro")).unwrap();
        let shown = std::fs::read_to_string(golden.with_extension("json")).unwrap();
        let event = consumed(schema.id, schema.event_type, &body);
        let event = event.unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(serde_json::to_value(&event).unwrap(), expected, "{name}");
        assert_eq!(event.write(&schema.avro).unwrap(), body, "{name}");
    }
}
