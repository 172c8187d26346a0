//! What is left out where the outbox is read.

use std::collections::{BTreeMap, BTreeSet};

use event_log::partition_of;
use events::Topic;

use crate::commit::Outgoing;

/// Rows of the outbox that are left out where it is read: those of whole partitions of the log, and those of single aggregates. What lies
/// behind them is found, however much they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOut {
    pub(crate) topics: BTreeMap<Topic, OfTopic>,
}

/// What is left out of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct OfTopic {
    /// By how many partitions the topic has.
    pub(crate) partitions: BTreeMap<u32, BTreeSet<u32>>,
    pub(crate) keys: BTreeSet<String>,
}

impl LeftOut {
    /// A partition of a topic that has `count` of them.
    pub fn add_partition(&mut self, topic: &Topic, partition: u32, count: u32) {
        let of_topic = self.topics.entry(topic.clone()).or_default();
        of_topic.partitions.entry(count).or_default().insert(partition);
    }

    /// An aggregate's records on a topic.
    pub fn add_key(&mut self, topic: &Topic, key: &str) {
        self.topics.entry(topic.clone()).or_default().keys.insert(key.to_owned());
    }

    /// Whether this row is.
    #[must_use]
    pub fn has(&self, row: &Outgoing) -> bool {
        let Some(OfTopic { partitions, keys }) = self.topics.get(&row.topic) else { return false };
        let key = &row.record.key;
        let is_in = |(count, of): (&u32, &BTreeSet<u32>)| of.contains(&partition_of(key.as_bytes(), *count));
        keys.contains(key) || partitions.iter().any(is_in)
    }
}
