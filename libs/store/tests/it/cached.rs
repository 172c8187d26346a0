//! What is kept at hand, and for how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use ids::{BlobHash, OrgId};
use store::{Blobs, CachedBlobs, MemoryBlobs, StoreError};

use crate::fixture::ORG;

/// Blobs that count how often they are read.
#[derive(Default)]
struct Counted {
    blobs: MemoryBlobs,
    reads: AtomicUsize,
}

#[async_trait]
impl Blobs for Counted {
    async fn put(&self, org: OrgId, bytes: &[u8]) -> Result<BlobHash, StoreError> {
        self.blobs.put(org, bytes).await
    }

    async fn get(&self, org: OrgId, hash: BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.blobs.get(org, hash).await
    }
}

struct Case {
    behind: Arc<Counted>,
    cached: CachedBlobs,
}

impl Case {
    fn new(capacity: usize) -> Self {
        let behind = Arc::new(Counted::default());
        Self { cached: CachedBlobs::new(Arc::clone(&behind) as _, capacity), behind }
    }

    /// Whether reading it reaches what is behind.
    async fn is_at_hand(&self, bytes: &[u8]) -> bool {
        let before = self.behind.reads.load(Ordering::Relaxed);
        assert_eq!(self.cached.get(ORG, BlobHash::of(bytes)).await.unwrap().unwrap(), bytes);
        self.behind.reads.load(Ordering::Relaxed) == before
    }
}

#[tokio::test]
async fn what_was_written_or_read_is_at_hand() {
    let case = Case::new(1_000);
    case.cached.put(ORG, b"written").await.unwrap();
    assert!(case.is_at_hand(b"written").await);
    case.behind.put(ORG, b"by another").await.unwrap();
    assert!(!case.is_at_hand(b"by another").await);
    assert!(case.is_at_hand(b"by another").await);
}

#[tokio::test]
async fn what_was_not_used_for_longest_makes_room() {
    // Four of 250 bytes fit; the fifth takes the place of the one that was not read since.
    let case = Case::new(1_000);
    let blob = |n: u8| vec![n; 250];
    for n in 1..=4 {
        case.cached.put(ORG, &blob(n)).await.unwrap();
    }
    assert!(case.is_at_hand(&blob(1)).await);
    // Written again is used again.
    case.cached.put(ORG, &blob(2)).await.unwrap();
    case.cached.put(ORG, &blob(5)).await.unwrap();
    for n in [1, 2, 4, 5] {
        assert!(case.is_at_hand(&blob(n)).await, "{n}");
    }
    assert_eq!(format!("{:?}", case.cached), "CachedBlobs { bytes: 1000, blobs: 4 }");
    assert!(!case.is_at_hand(&blob(3)).await);
    assert_eq!(format!("{:?}", case.cached), "CachedBlobs { bytes: 1000, blobs: 4 }");
}

#[tokio::test]
async fn a_large_blob_does_not_push_the_others_out() {
    let case = Case::new(1_000);
    case.cached.put(ORG, &[1; 250]).await.unwrap();
    case.cached.put(ORG, &[2; 251]).await.unwrap();
    assert!(case.is_at_hand(&[1; 250]).await);
    assert!(!case.is_at_hand(&[2; 251]).await);
    assert!(!case.is_at_hand(&[2; 251]).await);
}

#[tokio::test]
async fn what_is_not_there_is_asked_for_again() {
    let case = Case::new(1_000);
    assert_eq!(case.cached.get(ORG, BlobHash::of(b"later")).await.unwrap(), None);
    case.behind.put(ORG, b"later").await.unwrap();
    assert!(!case.is_at_hand(b"later").await);
}
