//! The gateway's tables and the audit's trees, as their processes reach them.

use async_trait::async_trait;
use audit::{AuditStoreError, Entry, MemoryTrees, Trees};
use events::Message;
use gateway::{Fold, MemoryTables};
use ids::OrgId;
use service::Failure;
use store::StoreError;

use crate::mutation::Mutation;
use crate::process::Process;

/// The gateway's tables.
pub(crate) struct GivenTables {
    pub(crate) tables: MemoryTables,
    pub(crate) process: Process,
}

#[async_trait]
impl Fold for GivenTables {
    async fn apply(&self, message: &Message) -> Result<(), Failure> {
        let away = |why| Failure::from(StoreError::Unavailable(why));
        self.process.ask(away, self.tables.apply(message)).await?;
        if self.process.has(Mutation::MarkedTooFar) && self.process.lot().hits(500) {
            let mut next = message.clone();
            next.envelope.sequence += 1;
            self.tables.apply(&next).await?;
        }
        Ok(())
    }
}

/// The audit's trees.
pub(crate) struct GivenTrees {
    pub(crate) trees: MemoryTrees,
    pub(crate) process: Process,
}

#[async_trait]
impl Trees for GivenTrees {
    async fn append(&self, org: OrgId, entries: &[&Entry]) -> Result<(), AuditStoreError> {
        let away = |why| AuditStoreError::Store(StoreError::Unavailable(why));
        self.process.ask(away, self.trees.append(org, entries)).await?;
        if self.process.has(Mutation::LeafTwice) && self.process.lot().hits(500) {
            // A place of which nobody knows that it has a leaf.
            let mut again: Vec<Entry> = entries.iter().map(|entry| (*entry).clone()).collect();
            again.iter_mut().for_each(|entry| entry.leaf.position.offset += 1 << 40);
            self.trees.append(org, &again.iter().collect::<Vec<_>>()).await?;
        }
        Ok(())
    }
}
