//! What is too large for an event.

use async_trait::async_trait;
use ids::{BlobHash, OrgId};

use crate::error::StoreError;

/// Bytes by their SHA-256. A blob is redacted before it is written, written before the event that names it, and
/// never changed. An organisation sees its own only.
#[async_trait]
pub trait Blobs: Send + Sync + 'static {
    /// Keeps the bytes; when it answers, they are durable. Keeping them twice is keeping them once.
    ///
    /// # Errors
    /// The store cannot be reached, or is full.
    async fn put(&self, org: OrgId, bytes: &[u8]) -> Result<BlobHash, StoreError>;

    /// The bytes of this name, checked against it; none if this organisation has no such blob.
    ///
    /// # Errors
    /// The store cannot be reached, or the bytes are not what their name says.
    async fn get(&self, org: OrgId, hash: BlobHash) -> Result<Option<Vec<u8>>, StoreError>;
}
