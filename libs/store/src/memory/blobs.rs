//! Blobs in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ids::{BlobHash, OrgId};

use crate::blobs::Blobs;
use crate::error::StoreError;

type Held = BTreeMap<(OrgId, BlobHash), Vec<u8>>;

/// Blobs in memory. Clones are one.
#[derive(Debug, Clone, Default)]
pub struct MemoryBlobs {
    held: Arc<Mutex<Held>>,
}

impl MemoryBlobs {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Blobs for MemoryBlobs {
    async fn put(&self, org: OrgId, bytes: &[u8]) -> Result<BlobHash, StoreError> {
        let hash = BlobHash::of(bytes);
        self.held().insert((org, hash), bytes.to_vec());
        Ok(hash)
    }

    async fn get(&self, org: OrgId, hash: BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.held().get(&(org, hash)).cloned())
    }
}
