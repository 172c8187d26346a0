//! What this process has just appended, so that its consumers, which are mostly at the end of the log, need not ask for
//! it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use events::Record;

use super::holdings::Wanted;
use super::record_store::{Fetch, Fetched};
use crate::limits::record_bytes;

/// The most that is kept of a partition.
const RECORDS: usize = 256;
const BYTES: usize = 256 * 1024;

/// The last records of partitions, as far as this process has appended them. They are durable and never change.
#[derive(Debug, Default)]
pub(super) struct Recent {
    tails: Mutex<HashMap<i32, Tail>>,
}

/// Records that follow one another, the last of which has the offset `end - 1`.
#[derive(Debug, Default)]
struct Tail {
    records: VecDeque<(usize, Record)>,
    bytes: usize,
    end: u64,
}

impl Recent {
    /// A record was appended.
    pub(super) fn add(&self, partition: i32, offset: u64, record: Record) {
        self.lock().entry(partition).or_default().add(offset, record);
    }

    /// A partition turned out to end elsewhere.
    pub(super) fn forget(&self, partition: i32) {
        self.lock().remove(&partition);
    }

    /// What a fetch of these partitions would find, if all of it is known.
    pub(super) fn find(&self, wanted: &[Wanted], fetch: &Fetch) -> Option<Vec<Fetched>> {
        let tails = self.lock();
        let mut found = Vec::new();
        for wanted in wanted {
            let tail = tails.get(&wanted.partition)?;
            found.extend(tail.from(wanted.position, fetch)?.map(|(offset, record)| Fetched {
                partition: wanted.partition,
                offset,
                record: record.clone(),
            }));
        }
        Some(found)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i32, Tail>> {
        self.tails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tail {
    fn add(&mut self, offset: u64, record: Record) {
        if offset != self.end {
            *self = Self::default();
        }
        let size = record_bytes(&record);
        self.end = offset + 1;
        self.bytes += size;
        self.records.push_back((size, record));
        while self.records.len() > RECORDS || self.bytes > BYTES {
            let Some((size, _)) = self.records.pop_front() else { return };
            self.bytes -= size;
        }
    }

    /// The records from an offset on, within the limits of a fetch; none if that one is not here.
    fn from(&self, position: u64, fetch: &Fetch) -> Option<impl Iterator<Item = (u64, &Record)>> {
        let back = usize::try_from(self.end.checked_sub(position)?).ok()?;
        let first = self.records.len().checked_sub(back).filter(|_| back > 0)?;
        let mut bytes = 0;
        let fits = move |(_, (size, _)): &(u64, &(usize, Record))| {
            bytes += size;
            bytes == *size || bytes <= fetch.bytes()
        };
        let records = (position..).zip(self.records.iter().skip(first)).take(fetch.limit()).take_while(fits);
        Some(records.map(|(offset, (_, record))| (offset, record)))
    }
}

#[cfg(test)]
mod tests {
    use events::Headers;

    use super::*;

    fn record(value: &str) -> Record {
        Record { key: String::new(), headers: Headers::default(), value: value.as_bytes().to_vec() }
    }

    fn found(recent: &Recent, position: u64, limit: usize, bytes: usize) -> Option<Vec<(u64, usize)>> {
        let wanted = Wanted { partition: 1, position, end: 0, epoch: 0 };
        let fetch = Fetch::one(1, position, limit, bytes);
        let found = recent.find(&[wanted], &fetch)?;
        Some(found.into_iter().map(|fetched| (fetched.offset, fetched.record.value.len())).collect())
    }

    #[test]
    fn what_follows_one_another_is_found() {
        let recent = Recent::default();
        for (offset, value) in [(5, "a"), (6, "bb"), (7, "ccc")] {
            recent.add(1, offset, record(value));
        }
        assert_eq!(found(&recent, 5, 9, 99), Some(vec![(5, 1), (6, 2), (7, 3)]));
        assert_eq!(found(&recent, 6, 1, 99), Some(vec![(6, 2)]));
        // 1 + 2 bytes are no more than 5, and 3 more are; the first comes whatever its size.
        assert_eq!(found(&recent, 5, 9, 5), Some(vec![(5, 1), (6, 2)]));
        assert_eq!(found(&recent, 7, 9, 0), Some(vec![(7, 3)]));
        for elsewhere in [0, 4, 8, 9] {
            assert_eq!(found(&recent, elsewhere, 9, 99), None, "{elsewhere}");
        }
    }

    /// Another process appended 8.
    #[test]
    fn nothing_is_kept_before_a_gap() {
        let recent = Recent::default();
        for offset in [6, 7, 9, 10] {
            recent.add(1, offset, record("a"));
        }
        assert_eq!(found(&recent, 7, 9, 99), None);
        assert_eq!(found(&recent, 9, 9, 99), Some(vec![(9, 1), (10, 1)]));
        recent.forget(1);
        assert_eq!(found(&recent, 9, 9, 99), None);
    }

    #[test]
    fn only_the_last_are_kept() {
        let recent = Recent::default();
        for offset in 0..300 {
            recent.add(1, offset, record("a"));
        }
        // 300 - 256 = 44.
        assert_eq!(found(&recent, 43, 1, 99), None);
        assert_eq!(found(&recent, 44, 1, 99), Some(vec![(44, 1)]));
        let large = "x".repeat(200 * 1024);
        recent.add(1, 300, record(&large));
        recent.add(1, 301, record(&large));
        assert_eq!(found(&recent, 300, 1, 99), None);
        assert_eq!(found(&recent, 301, 1, 99), Some(vec![(301, 200 * 1024)]));
        recent.add(1, 302, record(&large.repeat(2)));
        assert_eq!(found(&recent, 302, 1, 99), None);
    }

    #[test]
    fn partitions_are_found_together_or_not_at_all() {
        let recent = Recent::default();
        recent.add(1, 0, record("a"));
        let wanted = [1, 2].map(|partition| Wanted { partition, position: 0, end: 1, epoch: 1 });
        let fetch = Fetch::one(1, 0, 9, 99);
        assert!(recent.find(&wanted, &fetch).is_none());
        recent.add(2, 0, record("b"));
        assert_eq!(recent.find(&wanted, &fetch).unwrap().len(), 2);
    }
}
