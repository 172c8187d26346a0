//! The topics that this process has met.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use events::Topic;

use crate::position::PartitionId;

/// A topic.
#[derive(Debug)]
pub(super) struct KnownTopic {
    /// The numbers of its partitions in the database, in order.
    pub(super) ids: Vec<i32>,
}

/// The topics that this process has met. They never change.
#[derive(Debug, Default)]
pub(super) struct Topics {
    known: RwLock<HashMap<Topic, Arc<KnownTopic>>>,
}

impl Topics {
    pub(super) fn get(&self, topic: &Topic) -> Option<Arc<KnownTopic>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(topic).cloned()
    }

    pub(super) fn add(&self, topic: &Topic, ids: Vec<i32>) -> Arc<KnownTopic> {
        let known = Arc::new(KnownTopic { ids });
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(topic.clone(), Arc::clone(&known));
        known
    }
}

impl KnownTopic {
    /// Its partitions, by their numbers in the database.
    pub(super) fn partitions(&self, topic: &Topic) -> impl Iterator<Item = (i32, PartitionId)> {
        (0..).zip(&self.ids).map(|(partition, id)| (*id, PartitionId { topic: topic.clone(), partition }))
    }
}
