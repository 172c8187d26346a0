//! What one leaf of the log covers: everything that the export shows of a record, and nothing else.
//!
//! `docs/audit-log.md` has the layout, byte by byte.

use serde::{Deserialize, Serialize};

use crate::base64::Base64;
use crate::hash::Hash;

/// Names what is hashed, and the version of its layout.
const LAYOUT: &str = "plimsoll.audit.leaf.v1";

/// Where a record lies in the event log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The topic, such as `plimsoll.promotion.v1`.
    pub topic: String,
    /// The topic's partition, from 0.
    pub partition: u32,
    /// The record's place in the partition, from 0.
    pub offset: u64,
}

/// An entry of the audit log: a record and where it lay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Where the record lies.
    pub position: Position,
    /// What it holds.
    pub record: Record,
}

/// A record of the event log, read as far as it could be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Record {
    /// An event.
    Event(EventRecord),
    /// Bytes that are no event that we know.
    Raw(RawRecord),
}

/// An event: its CloudEvents attributes, as the record's headers spell them, and its Avro body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRecord {
    /// `ce_id`.
    pub id: String,
    /// `ce_type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `ce_source`.
    pub source: String,
    /// `ce_subject`: the aggregate.
    pub subject: String,
    /// `ce_time`, RFC 3339.
    pub time: String,
    /// `ce_org`: the organisation.
    pub org: String,
    /// `ce_sequence`.
    pub sequence: u64,
    /// `ce_causation`: the event that it follows from.
    pub causation: Option<String>,
    /// `ce_correlation`.
    pub correlation: String,
    /// The SHA-256 fingerprint of the schema that the body was written with.
    pub schema: Hash,
    /// The event in Avro's binary encoding, without a frame.
    pub body: Base64,
}

/// A record that could not be decoded, as it lay in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRecord {
    /// The record's key.
    pub key: Base64,
    /// Names and values, in the record's order.
    pub headers: Vec<(String, Base64)>,
    /// The record's value, with its frame if it has one.
    pub value: Base64,
}

impl Leaf {
    /// The bytes that the leaf's hash covers, laid out as `docs/audit-log.md` says.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        text(&mut out, LAYOUT.as_bytes());
        text(&mut out, self.position.topic.as_bytes());
        out.extend(self.position.partition.to_be_bytes());
        out.extend(self.position.offset.to_be_bytes());
        match &self.record {
            Record::Event(event) => event.write(&mut out),
            Record::Raw(raw) => raw.write(&mut out),
        }
        out
    }

    /// The leaf's hash in the tree.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of_leaf(&self.bytes())
    }
}

impl EventRecord {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(1);
        for attribute in [&self.id, &self.kind, &self.source, &self.subject, &self.time, &self.org] {
            text(out, attribute.as_bytes());
        }
        out.extend(self.sequence.to_be_bytes());
        out.push(u8::from(self.causation.is_some()));
        if let Some(causation) = &self.causation {
            text(out, causation.as_bytes());
        }
        text(out, self.correlation.as_bytes());
        out.extend(self.schema.bytes());
        text(out, &self.body.0);
    }
}

impl RawRecord {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(0);
        text(out, &self.key.0);
        out.extend((self.headers.len() as u64).to_be_bytes());
        for (name, value) in &self.headers {
            text(out, name.as_bytes());
            text(out, &value.0);
        }
        text(out, &self.value.0);
    }
}

fn text(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u64).to_be_bytes());
    out.extend(bytes);
}
