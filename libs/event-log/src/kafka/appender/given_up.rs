//! What was sent for callers who have stopped waiting for it.

use std::collections::{HashMap, VecDeque};

use events::{Record, Topic};

use crate::limits::record_bytes;

/// Records that are sent, or were, and whose callers were told that there is no acknowledgement yet. Who asks for the same again is
/// given what has become of them (`D`), and nothing is sent a second time.
///
/// It holds so many bytes of records at most. What was given up longest ago is forgotten then: it would be written twice, which
/// readers drop.
pub(super) struct GivenUp<D> {
    /// By topic and the record's key.
    keys: HashMap<(Topic, String), OfKey<D>>,
    bytes: usize,
    most: usize,
    /// How many calls were given up.
    calls: u64,
}

/// What was given up of a key.
struct OfKey<D> {
    /// By which call the last of it was.
    call: u64,
    /// In the order in which it was sent.
    sent: VecDeque<(Record, D)>,
}

impl<D> GivenUp<D> {
    /// Remembers so many bytes of records.
    pub(super) fn new(most: usize) -> Self {
        Self { keys: HashMap::new(), bytes: 0, most, calls: 0 }
    }

    /// What has become of a record that was sent before, if it is the first of its key that nobody waits for. If it is another, whoever
    /// asks has gone on to something else, which comes behind all that was sent: what was is forgotten, so that nobody is told later
    /// that a record lies where others of its key lie behind it already.
    pub(super) fn take(&mut self, topic: &Topic, record: &Record) -> Option<D> {
        if self.keys.is_empty() {
            return None;
        }
        let key = (topic.clone(), record.key.clone());
        let of_key = self.keys.get_mut(&key)?;
        let is_next = of_key.sent.front().is_some_and(|(sent, _)| is_again(sent, record));
        let next = if is_next { of_key.sent.pop_front() } else { None };
        let is_last = of_key.sent.is_empty();
        if next.is_none() || is_last {
            self.forget(&key);
        }
        let (sent, became) = next?;
        self.bytes -= record_bytes(&sent);
        Some(became)
    }

    /// Remembers what a call had sent, or had taken from here, in its order.
    pub(super) fn put_back(&mut self, topic: &Topic, sent: Vec<(Record, D)>) {
        self.calls += 1;
        for (record, became) in sent.into_iter().rev() {
            self.bytes += record_bytes(&record);
            let key = (topic.clone(), record.key.clone());
            let of_key = self.keys.entry(key).or_insert_with(|| OfKey { call: 0, sent: VecDeque::new() });
            of_key.call = self.calls;
            of_key.sent.push_front((record, became));
        }
        while self.bytes > self.most {
            let oldest = self.keys.iter().min_by_key(|(_, of_key)| of_key.call);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { return };
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, key: &(Topic, String)) {
        let gone = self.keys.remove(key).into_iter().flat_map(|of_key| of_key.sent);
        self.bytes -= gone.map(|(record, _)| record_bytes(&record)).sum::<usize>();
    }
}

/// Whether a record is the one that was sent. Each try of an engine to tell the same is a span of its own, which is no other event.
fn is_again(sent: &Record, asked: &Record) -> bool {
    sent.key == asked.key && sent.value == asked.value && told(sent).eq(told(asked))
}

fn told(record: &Record) -> impl Iterator<Item = (&str, &[u8])> {
    record.headers.iter().filter(|(name, _)| *name != "traceparent")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic() -> Topic {
        Topic::new("plimsoll.test.v1")
    }

    fn record(key: &str, sequence: u64) -> Record {
        let headers = [("ce_sequence", sequence.to_string())].into_iter().collect();
        Record { key: key.to_owned(), headers, value: b"event".to_vec() }
    }

    /// Given up in one call, each with a number for what has become of it.
    fn given_up(sent: &[(&str, u64, u32)]) -> GivenUp<u32> {
        let mut given_up = GivenUp::new(usize::MAX);
        given_up.put_back(
            &topic(),
            sent.iter().map(|(key, number, came)| (record(key, *number), *came)).collect(),
        );
        given_up
    }

    fn take(given_up: &mut GivenUp<u32>, key: &str, sequence: u64) -> Option<u32> {
        given_up.take(&topic(), &record(key, sequence))
    }

    #[test]
    fn who_asks_again_is_given_what_was_sent_once_and_in_order() {
        let mut given_up = given_up(&[("a", 1, 10), ("b", 1, 20), ("a", 2, 11)]);
        assert_eq!(take(&mut given_up, "a", 1), Some(10));
        assert_eq!(take(&mut given_up, "a", 2), Some(11));
        assert_eq!(take(&mut given_up, "a", 2), None, "it was told");
        assert_eq!(given_up.take(&Topic::new("plimsoll.other.v1"), &record("b", 1)), None);
        assert_eq!(take(&mut given_up, "b", 1), Some(20));
        assert!(given_up.keys.is_empty());
        assert_eq!(given_up.bytes, 0);
    }

    #[test]
    fn what_is_given_up_again_is_before_what_was_not_asked_for() {
        let mut given_up = given_up(&[("a", 1, 10), ("a", 2, 11), ("a", 3, 12)]);
        let again =
            [1, 2].map(|sequence| (record("a", sequence), take(&mut given_up, "a", sequence).unwrap()));
        given_up.put_back(&topic(), again.into());
        let all = [1, 2, 3].map(|sequence| take(&mut given_up, "a", sequence));
        assert_eq!(all, [Some(10), Some(11), Some(12)]);
    }

    /// If the third were taken now, it would be before the second, which is sent anew.
    #[test]
    fn what_lies_before_something_new_of_its_key_is_not_taken_any_more() {
        let mut given_up = given_up(&[("a", 1, 10), ("a", 3, 12), ("b", 1, 20)]);
        assert_eq!(take(&mut given_up, "a", 1), Some(10));
        assert_eq!(take(&mut given_up, "a", 2), None);
        assert_eq!(take(&mut given_up, "a", 3), None);
        assert_eq!(take(&mut given_up, "b", 1), Some(20), "of another key");
        assert_eq!(given_up.bytes, 0);
    }

    #[test]
    fn another_span_is_the_same_event_and_another_value_is_not() {
        let spanned = |span: &str| {
            let mut record = record("a", 1);
            record.headers.push("traceparent", span.as_bytes());
            record
        };
        let mut given_up = GivenUp::new(usize::MAX);
        given_up.put_back(&topic(), vec![(spanned("first"), 10)]);
        assert_eq!(given_up.take(&topic(), &spanned("second")), Some(10));
        given_up.put_back(&topic(), vec![(spanned("first"), 10)]);
        let other = Record { value: b"another".to_vec(), ..spanned("first") };
        assert_eq!(given_up.take(&topic(), &other), None);
    }

    #[test]
    fn what_was_given_up_longest_ago_makes_room() {
        let one = record_bytes(&record("a", 1));
        let mut given_up = GivenUp::new(2 * one);
        for (key, came) in [("a", 1), ("b", 2), ("c", 3)] {
            given_up.put_back(&topic(), vec![(record(key, 1), came)]);
        }
        assert_eq!(given_up.bytes, 2 * one);
        assert_eq!(["a", "b", "c"].map(|key| take(&mut given_up, key, 1)), [None, Some(2), Some(3)]);
        // One that is larger than all of it is not remembered, and takes nothing else's place for good.
        let large = Record { value: vec![0; 3 * one], ..record("d", 1) };
        given_up.put_back(&topic(), vec![(large.clone(), 4)]);
        assert_eq!((given_up.take(&topic(), &large), given_up.bytes), (None, 0));
    }
}
