//! Bytes by their hash.

use std::sync::Arc;

use ids::BlobHash;
use tokio::task::JoinSet;

use super::fixture::{ORG, OTHER};
use crate::Blobs;

pub async fn a_blob_is_called_by_its_hash(blobs: Arc<dyn Blobs>) {
    let hash = blobs.put(ORG, b"abc").await.unwrap();
    // FIPS 180-2, appendix B.1.
    assert_eq!(hash.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(blobs.get(ORG, hash).await.unwrap().unwrap(), b"abc");
}

pub async fn a_blob_is_kept_once(blobs: Arc<dyn Blobs>) {
    let first = blobs.put(ORG, b"abc").await.unwrap();
    assert_eq!(blobs.put(ORG, b"abc").await.unwrap(), first);
    assert_eq!(blobs.get(ORG, first).await.unwrap().unwrap(), b"abc");
}

pub async fn an_unknown_blob_is_none(blobs: Arc<dyn Blobs>) {
    blobs.put(ORG, b"abc").await.unwrap();
    assert_eq!(blobs.get(ORG, BlobHash::of(b"abd")).await.unwrap(), None);
}

pub async fn a_blob_is_of_its_organisation(blobs: Arc<dyn Blobs>) {
    let hash = blobs.put(ORG, b"abc").await.unwrap();
    assert_eq!(blobs.get(OTHER, hash).await.unwrap(), None);
    blobs.put(OTHER, b"abc").await.unwrap();
    assert_eq!(blobs.get(OTHER, hash).await.unwrap().unwrap(), b"abc");
}

pub async fn blobs_of_every_size_are_kept(blobs: Arc<dyn Blobs>) {
    for size in [0, 1, 2_000, 100_000, 5 << 20] {
        // Bytes of every value, and no run that shrinks to nothing.
        let bytes: Vec<u8> = (0..size).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let hash = blobs.put(ORG, &bytes).await.unwrap();
        assert!(blobs.get(ORG, hash).await.unwrap().unwrap() == bytes, "{size} bytes");
    }
}

pub async fn many_keep_the_same_blob_at_once(blobs: Arc<dyn Blobs>) {
    let mut writers = JoinSet::new();
    for n in 0..16_u8 {
        let blobs = Arc::clone(&blobs);
        writers.spawn(async move { blobs.put(ORG, &vec![n % 2; 50_000]).await });
    }
    for hash in writers.join_all().await {
        let bytes = blobs.get(ORG, hash.unwrap()).await.unwrap().unwrap();
        assert!(bytes == vec![0; 50_000] || bytes == vec![1; 50_000]);
    }
}
