//! Blobs that another process has read or written lately.

use std::sync::Arc;

use ::redis::cmd;
use async_trait::async_trait;
use ids::{BlobHash, OrgId};
use store::{Blobs, StoreError};
use telemetry::redis::{Looked, looked};
use tokio::sync::Semaphore;

use super::Redis;

/// What is larger is not shared: its way would take longer than the database's answer.
const LARGEST: usize = 1 << 20;
/// How long one is kept: previews are looked at for a while, and then seldom.
const SECONDS: u64 = 3600;
/// How many are being written at most; what finds no room is not shared.
const WRITING: usize = 32;

/// Blobs, with those of the last hour shared in Redis. A blob is named by its content and was redacted before it was written: what
/// comes back is held against its name, so that nothing that anybody puts there is ever taken for it.
pub struct SharedBlobs {
    behind: Arc<dyn Blobs>,
    redis: Redis,
    writing: Arc<Semaphore>,
}

impl SharedBlobs {
    /// What is behind, shared with who has the same Redis.
    #[must_use]
    pub fn new(behind: Arc<dyn Blobs>, redis: Redis) -> Self {
        Self { behind, redis, writing: Arc::new(Semaphore::new(WRITING)) }
    }

    fn key(&self, org: OrgId, hash: BlobHash) -> String {
        self.redis.key("blob", org, &hash)
    }

    /// Nobody waits for it.
    fn share(&self, org: OrgId, hash: BlobHash, bytes: &[u8]) {
        if bytes.len() > LARGEST {
            return;
        }
        let Ok(turn) = Arc::clone(&self.writing).try_acquire_owned() else { return };
        let mut command = cmd("SET");
        command.arg(self.key(org, hash)).arg(bytes).arg("EX").arg(SECONDS);
        let redis = self.redis.clone();
        tokio::spawn(async move {
            let _ = redis.ask::<()>(&command).await;
            drop(turn);
        });
    }

    async fn shared(&self, org: OrgId, hash: BlobHash) -> Option<Vec<u8>> {
        let mut command = cmd("GET");
        command.arg(self.key(org, hash));
        let bytes = self.redis.ask::<Option<Vec<u8>>>(&command).await?;
        let (outcome, bytes) = match bytes {
            None => (Looked::Missed, None),
            Some(bytes) if BlobHash::of(&bytes) == hash => (Looked::Found, Some(bytes)),
            Some(_) => (Looked::Damaged, None),
        };
        looked(outcome);
        bytes
    }
}

#[async_trait]
impl Blobs for SharedBlobs {
    async fn put(&self, org: OrgId, bytes: &[u8]) -> Result<BlobHash, StoreError> {
        let hash = self.behind.put(org, bytes).await?;
        self.share(org, hash, bytes);
        Ok(hash)
    }

    async fn get(&self, org: OrgId, hash: BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(bytes) = self.shared(org, hash).await {
            return Ok(Some(bytes));
        }
        let bytes = self.behind.get(org, hash).await?;
        if let Some(bytes) = &bytes {
            self.share(org, hash, bytes);
        }
        Ok(bytes)
    }
}
