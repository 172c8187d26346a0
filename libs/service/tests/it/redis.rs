//! Redis as a service meets it: there, wiped, held, gone, and full of what nobody should believe.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use async_trait::async_trait;
use ids::{BlobHash, OrgId};
use service::{Redis, RedisSettings, Secret, SharedBlobs};
use store::{Blobs, MemoryBlobs, StoreError};
use test_redis::{TestRedis, eventually};
use uuid::Uuid;

fn redis(url: &str) -> Redis {
    let settings = RedisSettings { url: Some(Secret::new(url.to_owned())), ..RedisSettings::default() };
    settings.open().unwrap().unwrap()
}

async fn there(redis: &Redis) {
    eventually("Redis answers", async || redis.is_there().await.then_some(())).await;
}

/// Blobs that count how often they are asked.
#[derive(Default)]
struct Counted {
    blobs: MemoryBlobs,
    asked: AtomicUsize,
}

impl Counted {
    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }
}

#[async_trait]
impl Blobs for Counted {
    async fn put(&self, org: OrgId, bytes: &[u8]) -> Result<BlobHash, StoreError> {
        self.blobs.put(org, bytes).await
    }

    async fn get(&self, org: OrgId, hash: BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.blobs.get(org, hash).await
    }
}

const ORG: OrgId = OrgId::new(Uuid::NAMESPACE_DNS);
const BYTES: &[u8] = b"kind: Deployment";

fn key(hash: BlobHash) -> String {
    format!("plimsoll:blob:{ORG}:{hash}")
}

/// A process that wrote a blob, and another that reads it, with what is behind both.
struct Two {
    behind: Arc<Counted>,
    redis: Redis,
    reader: SharedBlobs,
    hash: BlobHash,
}

impl Two {
    async fn new(server: &TestRedis) -> Self {
        let behind = Arc::new(Counted::default());
        let (writing, reading) = (redis(&server.url()), redis(&server.url()));
        there(&writing).await;
        there(&reading).await;
        let writer = SharedBlobs::new(behind.clone(), writing);
        let hash = writer.put(ORG, BYTES).await.unwrap();
        let written = async || server.keys().contains(&key(hash)).then_some(());
        eventually("it is shared", written).await;
        let reader = SharedBlobs::new(behind.clone(), reading.clone());
        Self { behind, redis: reading, reader, hash }
    }

    /// Reads the blob; how often the database was asked.
    async fn read(&self) -> usize {
        assert_eq!(self.reader.get(ORG, self.hash).await.unwrap().as_deref(), Some(BYTES));
        self.behind.asked()
    }
}

#[tokio::test]
async fn what_one_process_wrote_another_reads_without_the_database() {
    let Some(server) = TestRedis::start().await else { return };
    let two = Two::new(&server).await;
    assert_eq!(two.read().await, 0);
    // Another organisation has no such blob, and another name is another blob.
    let other = OrgId::new(Uuid::NAMESPACE_URL);
    assert_eq!(two.reader.get(other, two.hash).await.unwrap(), None);
    assert_eq!(two.reader.get(ORG, BlobHash::of(b"other")).await.unwrap(), None);
    // Nothing is kept for ever.
    let ttl = server.number(&format!("TTL {}", key(two.hash)));
    assert!((1..=3600).contains(&ttl), "{ttl}");
    // What is large is not shared.
    let large = vec![7; (1 << 20) + 1];
    let hash = two.reader.put(ORG, &large).await.unwrap();
    assert_eq!(two.reader.get(ORG, hash).await.unwrap(), Some(large));
    assert_eq!((two.behind.asked(), server.keys()), (3, vec![key(two.hash)]));
}

#[tokio::test]
async fn what_was_put_there_by_somebody_else_is_not_believed() {
    let Some(server) = TestRedis::start().await else { return };
    let two = Two::new(&server).await;
    for said in [format!("SET {} poison", key(two.hash)), format!("SET {} ''", key(two.hash))] {
        server.say(&said);
        assert_eq!(two.read().await, 1, "{said}");
        let mended = async || (two.read().await == 0).then_some(());
        eventually("the right bytes are shared again", mended).await;
    }
    // Something that is no text at all.
    server.say(&format!("DEL {}", key(two.hash)));
    server.say(&format!("LPUSH {} poison", key(two.hash)));
    assert_eq!(two.read().await, 1);
}

#[tokio::test]
async fn wiped_held_and_gone_it_costs_a_question_to_the_database() {
    let Some(mut server) = TestRedis::start().await else { return };
    let two = Two::new(&server).await;
    server.say("FLUSHALL");
    assert_eq!(two.read().await, 1);
    let again = async || (two.read().await == 0).then_some(());
    eventually("it is shared again", again).await;

    server.hold();
    assert_eq!(two.read().await, 1);
    assert!(!two.redis.is_there().await);
    server.release();
    there(&two.redis).await;
    assert_eq!(two.read().await, 0);

    server.stop();
    for _ in 0..3 {
        assert_eq!(two.read().await, 1);
    }
    server.begin().await;
    there(&two.redis).await;
    assert_eq!(two.read().await, 1, "it came back empty");
}

/// A server that answers what no Redis says.
#[tokio::test]
async fn what_is_no_redis_is_left_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            seen.fetch_add(1, Ordering::Relaxed);
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let redis = redis(&url);
    let tried = async || (asked.load(Ordering::Relaxed) > 2).then_some(());
    eventually("it is tried again", tried).await;
    assert!(!redis.is_there().await);
    let behind = Arc::new(MemoryBlobs::default());
    let blobs = SharedBlobs::new(behind, redis);
    let hash = blobs.put(ORG, BYTES).await.unwrap();
    assert_eq!(blobs.get(ORG, hash).await.unwrap().as_deref(), Some(BYTES));
}

#[tokio::test]
async fn settings_that_are_none_are_refused_without_the_password() {
    let settings =
        |url: &str| RedisSettings { url: Some(Secret::new(url.to_owned())), ..RedisSettings::default() };
    assert!(RedisSettings::default().open().unwrap().is_none());
    for wrong in [
        settings("http://:hunter2@redis.example"),
        settings("hunter2"),
        settings("rediss://:hunter2@redis.example"),
        RedisSettings { prefix: String::new(), ..settings("redis://:hunter2@redis.example") },
        RedisSettings { timeout_ms: 0, ..settings("redis://:hunter2@redis.example") },
    ] {
        let failure = wrong.open().unwrap_err();
        assert_eq!(failure.code(), "CONFIG_INVALID");
        assert!(
            failure.message().starts_with("redis.") && !failure.message().contains("hunter2"),
            "{failure}"
        );
    }
}
