//! How large things may be.

use events::{Record, Topic};

use crate::error::LogError;

/// How large a record, and what is read at once, may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a record: key, headers with their lengths (eight bytes each) and value together.
    pub record_bytes: usize,
    /// The most bytes that are read at once. One record is read whatever its size.
    pub fetch_bytes: usize,
}

impl Default for Limits {
    /// 2 MiB, so that a value of 1 MiB passes with its headers; 8 MiB.
    fn default() -> Self {
        Self { record_bytes: 2 * 1024 * 1024, fetch_bytes: 8 * 1024 * 1024 }
    }
}

impl Limits {
    /// Refuses records that are too large.
    pub(crate) fn check(&self, topic: &Topic, records: &[Record]) -> Result<(), LogError> {
        match records.iter().map(record_bytes).find(|size| *size > self.record_bytes) {
            None => Ok(()),
            Some(size) => {
                Err(LogError::RecordTooLarge { topic: topic.clone(), size, limit: Some(self.record_bytes) })
            }
        }
    }
}

/// The size of a record: key, headers with their lengths (eight bytes each) and value together, in bytes.
pub(crate) fn record_bytes(record: &Record) -> usize {
    record.key.len() + record.headers.as_bytes().len() + record.value.len()
}
