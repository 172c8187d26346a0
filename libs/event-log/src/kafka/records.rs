//! Records as messages of Kafka.

use events::{Record, Topic};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::FutureRecord;

use crate::position::{Delivered, PartitionId, Position};

/// The message of a record.
pub(super) fn message<'a>(
    topic: &'a Topic,
    partition: u32,
    record: &'a Record,
) -> FutureRecord<'a, str, [u8]> {
    let headers = record.headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
        headers.insert(Header { key, value: Some(value) })
    });
    FutureRecord::to(topic.as_str())
        .partition(number(partition))
        .key(record.key.as_str())
        .payload(record.value.as_slice())
        .headers(headers)
}

/// The record of a message of this partition. A key that is no text, which no service writes, is read with replacement characters: what it
/// holds is for its readers to refuse.
pub(super) fn delivered(message: &impl Message, partition: PartitionId) -> Delivered {
    let headers = message
        .headers()
        .map(|headers| headers.iter().map(|header| (header.key, header.value.unwrap_or_default())).collect());
    Delivered {
        position: Position { partition, offset: offset(message.offset()) },
        record: Record {
            key: String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned(),
            headers: headers.unwrap_or_default(),
            value: message.payload().unwrap_or_default().to_vec(),
        },
    }
}

/// A partition by Kafka's names.
pub(super) fn partition_id(topic: &str, partition: i32) -> PartitionId {
    PartitionId { topic: Topic::new(topic), partition: u32::try_from(partition).unwrap_or_default() }
}

/// A partition's number as Kafka counts it.
pub(super) fn number(partition: u32) -> i32 {
    i32::try_from(partition).unwrap_or(i32::MAX)
}

/// An offset as the log counts it. Kafka's are never negative where a message has one.
pub(super) fn offset(offset: i64) -> u64 {
    u64::try_from(offset).unwrap_or_default()
}
