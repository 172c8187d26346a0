//! Records as messages of Kafka.

use events::{Record, Topic};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::FutureRecord;
use telemetry::logs::quietly;

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
    Delivered {
        position: Position { partition, offset: offset(message.offset()) },
        record: Record {
            key: String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned(),
            headers: message.headers().map(read).unwrap_or_default(),
            value: message.payload().unwrap_or_default().to_vec(),
        },
    }
}

/// Names and values in their order. A name may be any bytes, to which the client that is asked for them answers with a panic: then the header's
/// value is not to be had either, and in its place is one that its readers refuse.
fn read(headers: &impl Headers) -> events::Headers {
    let (mut read, mut at) = (events::Headers::for_about(headers.count()), 0);
    loop {
        let rest = quietly(|| {
            while let Some(Header { key, value }) = headers.try_get(at) {
                read.push(key, value.unwrap_or_default());
                at += 1;
            }
        });
        if rest.is_ok() {
            return read;
        }
        read.push(events::Headers::UNREADABLE, b"");
        at += 1;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers as a message has them, whose names are any bytes.
    struct Raw(Vec<(&'static [u8], Option<&'static [u8]>)>);

    impl Headers for Raw {
        fn count(&self) -> usize {
            self.0.len()
        }

        /// As the client does: it unwraps.
        fn try_get(&self, at: usize) -> Option<Header<'_, &[u8]>> {
            let (name, value) = self.0.get(at)?;
            Some(Header { key: std::str::from_utf8(name).unwrap(), value: *value })
        }
    }

    fn read_of(headers: &[(&'static [u8], Option<&'static [u8]>)]) -> Vec<(String, Vec<u8>)> {
        let read = read(&Raw(headers.to_vec()));
        read.iter().map(|(name, value)| (name.to_owned(), value.to_vec())).collect()
    }

    fn header(name: &str, value: &[u8]) -> (String, Vec<u8>) {
        (name.to_owned(), value.to_vec())
    }

    #[test]
    fn headers_are_read_in_order_with_their_bytes() {
        assert_eq!(read_of(&[]), []);
        let twice = [(&b"a"[..], Some(&b"\xff"[..])), (b"b", None), (b"a", Some(b""))];
        assert_eq!(read_of(&twice), [header("a", b"\xff"), header("b", b""), header("a", b"")]);
    }

    /// 0xff is no byte of UTF-8, 0xc3 the first of two.
    #[test]
    fn a_name_that_is_no_text_takes_nothing_along() {
        let headers = [
            (&b"\xff"[..], Some(&b"1"[..])),
            (b"a", Some(b"2")),
            (b"b\xc3", Some(b"3")),
            (b"\xff", None),
            (b"c", Some(b"4")),
        ];
        let no = || header(events::Headers::UNREADABLE, b"");
        assert_eq!(read_of(&headers), [no(), header("a", b"2"), no(), no(), header("c", b"4")]);
        assert_eq!(read_of(&[(b"\xff", None)]), [no()]);
    }
}
