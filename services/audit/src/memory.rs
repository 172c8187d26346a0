//! The trees in memory: for tests and the simulator.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ids::OrgId;
use tlog::{Frontier, Leaf};

use crate::leaf::Entry;
use crate::recorder::Trees;
use crate::store::AuditStoreError;

/// The trees of all organisations, in memory. Clones are one.
#[derive(Debug, Clone, Default)]
pub struct MemoryTrees(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    trees: BTreeMap<OrgId, MemoryTree>,
    /// The records that have a leaf: topic, partition, offset.
    recorded: BTreeSet<(String, u32, u64)>,
}

/// The tree of an organisation.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    /// As it stands.
    pub frontier: Frontier,
    /// Its leaves, in order.
    pub leaves: Vec<Leaf>,
}

impl MemoryTrees {
    /// The trees as they are now.
    #[must_use]
    pub fn trees(&self) -> BTreeMap<OrgId, MemoryTree> {
        self.lock().trees.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Trees for MemoryTrees {
    async fn append(&self, org: OrgId, entries: &[&Entry]) -> Result<(), AuditStoreError> {
        let mut kept = self.lock();
        let Kept { trees, recorded } = &mut *kept;
        let tree = trees.entry(org).or_default();
        for Entry { leaf, .. } in entries {
            let position = &leaf.position;
            if recorded.insert((position.topic.clone(), position.partition, position.offset)) {
                tree.frontier.append(leaf.hash())?;
                tree.leaves.push(leaf.clone());
            }
        }
        Ok(())
    }
}
