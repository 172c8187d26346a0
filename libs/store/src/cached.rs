//! Blobs that were used lately, kept at hand.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ids::{BlobHash, OrgId};

use crate::blobs::Blobs;
use crate::error::StoreError;

type Key = (OrgId, BlobHash);

/// Blobs with those that were written or read last kept in memory, up to a number of bytes. Engines read what the one
/// before has just written. A blob never changes, so what is kept is never out of date.
pub struct CachedBlobs {
    behind: Arc<dyn Blobs>,
    kept: Mutex<Kept>,
}

impl CachedBlobs {
    /// Keeps at most so many bytes of what is behind. A blob that is larger than a quarter of them is not kept, so that
    /// it does not push all others out.
    #[must_use]
    pub fn new(behind: Arc<dyn Blobs>, capacity: usize) -> Self {
        Self { behind, kept: Mutex::new(Kept { capacity, ..Kept::default() }) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Blobs for CachedBlobs {
    async fn put(&self, org: OrgId, bytes: &[u8]) -> Result<BlobHash, StoreError> {
        let hash = self.behind.put(org, bytes).await?;
        self.kept().keep((org, hash), bytes);
        Ok(hash)
    }

    async fn get(&self, org: OrgId, hash: BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        let kept = self.kept().take((org, hash));
        if let Some(bytes) = kept {
            return Ok(Some(bytes.to_vec()));
        }
        let bytes = self.behind.get(org, hash).await?;
        if let Some(bytes) = &bytes {
            self.kept().keep((org, hash), bytes);
        }
        Ok(bytes)
    }
}

impl fmt::Debug for CachedBlobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.kept();
        f.debug_struct("CachedBlobs").field("bytes", &kept.bytes).field("blobs", &kept.blobs.len()).finish()
    }
}

#[derive(Default)]
struct Kept {
    capacity: usize,
    bytes: usize,
    /// Counts uses.
    use_count: u64,
    /// The bytes, and when they were used last.
    blobs: HashMap<Key, (Arc<[u8]>, u64)>,
    /// By last use, the oldest first.
    uses: BTreeMap<u64, Key>,
}

impl Kept {
    fn take(&mut self, key: Key) -> Option<Arc<[u8]>> {
        let (bytes, used) = self.blobs.get_mut(&key)?;
        self.use_count += 1;
        self.uses.remove(used);
        *used = self.use_count;
        self.uses.insert(self.use_count, key);
        Some(Arc::clone(bytes))
    }

    fn keep(&mut self, key: Key, bytes: &[u8]) {
        if bytes.len() > self.capacity / 4 || self.take(key).is_some() {
            return;
        }
        while self.bytes + bytes.len() > self.capacity
            && let Some((_, oldest)) = self.uses.pop_first()
        {
            let gone = self.blobs.remove(&oldest);
            self.bytes -= gone.map_or(0, |(bytes, _)| bytes.len());
        }
        self.use_count += 1;
        self.bytes += bytes.len();
        self.blobs.insert(key, (bytes.into(), self.use_count));
        self.uses.insert(self.use_count, key);
    }
}
