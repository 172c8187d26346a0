//! Blobs, as a process reaches them.

use async_trait::async_trait;
use ids::{BlobHash, OrgId};
use store::{Blobs, MemoryBlobs, StoreError};

use crate::process::Process;

/// Blobs, as a process reaches them.
pub(crate) struct GivenBlobs {
    pub(crate) blobs: MemoryBlobs,
    pub(crate) process: Process,
}

#[async_trait]
impl Blobs for GivenBlobs {
    async fn put(&self, org: OrgId, bytes: &[u8]) -> Result<BlobHash, StoreError> {
        self.process.ask(StoreError::Unavailable, self.blobs.put(org, bytes)).await
    }

    async fn get(&self, org: OrgId, hash: BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        self.process.ask(StoreError::Unavailable, self.blobs.get(org, hash)).await
    }
}
