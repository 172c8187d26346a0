//! The store on a real Postgres and in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

use embedded_postgres::testing::TestPostgres;
use ids::{BlobHash, OrgId};
use store::{Blobs, Commit, Database, PostgresBlobs, PostgresStore, Store};

#[tokio::test]
async fn smoke() {
    let database = TestPostgres::shared().await.database().await;
    let own = Database::new(database.url().as_str(), "promotion", 4).unwrap();
    let store = PostgresStore::open(&own).await.unwrap();
    let org = OrgId::new(uuid::Uuid::from_u128(1));
    let commit = Commit {
        org,
        aggregate: "a".to_owned(),
        expected_version: 0,
        sequence: 1,
        state: serde_json::json!({"reason": "\0"}),
        handled: None,
        command: None,
        outbox: Vec::new(),
    };
    store.commit(commit.clone()).await.unwrap();
    assert_eq!(store.commit(commit.clone()).await.unwrap_err().code(), "STORE_CONFLICT");
    assert_eq!(store.load(org, "a").await.unwrap().unwrap().state, commit.state);
    let blobs = PostgresBlobs::open(database.url().as_str(), 4).await.unwrap();
    let hash = blobs.put(org, b"abc").await.unwrap();
    assert_eq!(hash, BlobHash::of(b"abc"));
    assert_eq!(blobs.get(org, hash).await.unwrap().unwrap(), b"abc");
}
