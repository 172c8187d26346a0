//! The Avro schemas of the events, as they lie in `schemas/avro`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::writer::datum::GenericDatumWriter;
use apache_avro::{Error, Schema};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::table::{Row, TABLE};
use crate::topic::Service;

/// The schema of a type of event.
#[derive(Debug)]
pub struct EventSchema {
    /// Its number where no registry gives one.
    pub id: u32,
    /// The type of event (`ce_type`).
    pub event_type: &'static str,
    /// The schema as it is written in its file.
    pub text: &'static str,
    /// SHA-256 of its parsing canonical form (Avro 1.12, "Transforming into Parsing Canonical Form").
    pub fingerprint: [u8; 32],
    /// The services that write it, each to its own topic.
    pub writers: &'static [Service],
    pub(crate) avro: Schema,
}

static SCHEMAS: LazyLock<BTreeMap<u32, EventSchema>> = LazyLock::new(|| {
    // A schema that is none is left out here and found by the tests, which read every one.
    TABLE.iter().filter_map(|row| Some((row.id, EventSchema::parse(*row).ok()?))).collect()
});

/// The schema of this number.
#[must_use]
pub fn schema_of_id(id: u32) -> Option<&'static EventSchema> {
    SCHEMAS.get(&id)
}

/// Every schema, by its number.
pub fn schemas() -> impl Iterator<Item = &'static EventSchema> {
    SCHEMAS.values()
}

/// SHA-256 of a schema's parsing canonical form; none if the text is no schema.
#[must_use]
pub fn fingerprint(text: &str) -> Option<[u8; 32]> {
    Schema::parse_str(text).ok().map(|schema| Sha256::digest(schema.canonical_form()).into())
}

impl EventSchema {
    pub(crate) fn parse(row: Row) -> Result<Self, Error> {
        let Row { id, event_type, schema: text, writers } = row;
        let avro = Schema::parse_str(text)?;
        let fingerprint = Sha256::digest(avro.canonical_form()).into();
        Ok(Self { id, event_type, text, fingerprint, writers, avro })
    }
}

pub(crate) fn write(schema: &Schema, event: &impl Serialize) -> Result<Vec<u8>, Error> {
    GenericDatumWriter::builder(schema).human_readable(true).build()?.write_ser_to_vec(event)
}

pub(crate) fn read<T: DeserializeOwned>(schema: &Schema, mut body: &[u8]) -> Result<T, Error> {
    let event = GenericDatumReader::builder(schema).human_readable(true).build()?.read_deser(&mut body)?;
    match body {
        [] => Ok(event),
        rest => Err(Error::new(apache_avro::error::Details::ReadBytes(std::io::Error::other(format!(
            "{} bytes follow the event",
            rest.len()
        ))))),
    }
}
