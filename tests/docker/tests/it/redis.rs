//! Blobs that processes share in Redis are blobs as any, and so are their twins in one process (`make test`).

use std::sync::Arc;

use containers::Redis;
use service::{RedisSettings, Secret, SharedBlobs};
use store::{Blobs, MemoryBlobs};

async fn fresh() -> Arc<dyn Blobs> {
    let url = Secret::new(Redis::shared().await.url());
    let redis = RedisSettings { url: Some(url), ..RedisSettings::default() }.open().unwrap().unwrap();
    while !redis.is_there().await {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    Arc::new(SharedBlobs::new(Arc::new(MemoryBlobs::default()), redis))
}

store::blobs_conformance!(fresh);
