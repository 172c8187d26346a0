//! What nobody can read, made of an event that everybody can.

use rdkafka::message::{Header, Headers as _, OwnedHeaders};

use crate::letters::Letter;

/// How the key of what is no event begins.
pub(crate) const KEY: &str = "poison-";
/// Who reads the topic that it is written to and parks what it cannot read. `audit` keeps a leaf of everything, and parks nothing.
const READERS: [&str; 3] = ["promotion", "cost", "gateway"];
/// What each is, and the code that it has to be parked with, as the runbooks have them.
const KINDS: [(&str, &str); 5] = [
    ("magic", "EVENT_UNREADABLE"),
    ("schema", "EVENT_SCHEMA_UNKNOWN"),
    ("truncated", "EVENT_UNREADABLE"),
    ("version", "EVENT_SCHEMA_UNKNOWN"),
    ("headers", "EVENT_UNREADABLE"),
];
/// What is too large for the topic: the broker has to refuse it.
pub(crate) const LARGE: &str = "poison-large-";
const LARGE_BYTES: usize = 5_000_000;

/// A record that is written to a topic.
pub(crate) struct Written {
    pub(crate) key: String,
    pub(crate) value: Vec<u8>,
    pub(crate) headers: OwnedHeaders,
}

/// An event of the log.
pub(crate) struct Specimen {
    pub(crate) value: Vec<u8>,
    pub(crate) headers: OwnedHeaders,
}

/// What is parked of what is written for this number: by each of its readers, with this code.
pub(crate) fn expected(number: usize) -> impl Iterator<Item = Letter> {
    let of = move |(kind, code): (&str, &str)| {
        let key = format!("{KEY}{kind}-{number}");
        READERS.map(|service| Letter { service: service.to_owned(), key: key.clone(), code: code.to_owned() })
    };
    KINDS.into_iter().flat_map(of)
}

impl Specimen {
    /// One of each kind, each in an aggregate of its own, and what is too large.
    pub(crate) fn spoilt(&self, number: usize) -> Vec<Written> {
        let of_kind = |(kind, _): (&str, &str)| {
            let key = format!("{KEY}{kind}-{number}");
            let (value, version) = (self.value(kind), if kind == "version" { "v2" } else { "v1" });
            let headers = if kind == "headers" { OwnedHeaders::new() } else { self.headers(&key, version) };
            Written { key, value, headers }
        };
        let key = format!("{LARGE}{number}");
        let headers = self.headers(&key, "v1");
        let large = Written { key, value: vec![0; LARGE_BYTES], headers };
        KINDS.into_iter().map(of_kind).chain([large]).collect()
    }

    /// The Confluent frame is a zero byte, four that number the schema, and the body.
    fn value(&self, kind: &str) -> Vec<u8> {
        let mut value = self.value.clone();
        match kind {
            "magic" => value[..1].copy_from_slice(&[7]),
            "schema" | "version" => value[1..5].copy_from_slice(&i32::MAX.to_be_bytes()),
            "truncated" => value.truncate(5 + (value.len() - 5) / 2),
            _ => {}
        }
        value
    }

    fn headers(&self, key: &str, version: &str) -> OwnedHeaders {
        let own = |name: &str, value: &[u8]| match name {
            "ce_subject" => key.as_bytes().to_vec(),
            "ce_type" => String::from_utf8_lossy(value).replace(".v1.", &format!(".{version}.")).into_bytes(),
            _ => value.to_vec(),
        };
        self.headers.iter().fold(OwnedHeaders::new(), |headers, Header { key, value }| {
            headers.insert(Header { key, value: value.map(|value| own(key, value)).as_ref() })
        })
    }
}
