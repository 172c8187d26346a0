//! Appending.

use events::{Headers, Record, Topic};

use super::Backend;
use super::scene::{Scene, record, values};
use crate::error::LogError;
use crate::partitioner::partition_of;
use crate::position::{PartitionId, Position};

/// Records are kept in the order of the call, and calls in theirs, without gaps.
pub async fn a_batch_keeps_its_order(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    let mut positions = scene.append_to(0, 0..1).await;
    positions.extend(scene.append_to(0, 1..6).await);
    positions.extend(scene.append_to(0, 6..30).await);
    let expected: Vec<_> = (0..30).map(|offset| Position { partition: scene.partition(0), offset }).collect();
    assert_eq!(positions, expected);
    let read = scene.client.log.read(&scene.partition(0), 0, 100).await.unwrap();
    assert_eq!(values(&read), Vec::from_iter(0..30));
    assert_eq!(read.into_iter().map(|delivered| delivered.position).collect::<Vec<_>>(), expected);
}

/// A key's partition is the one that Kafka would choose, at every call; within it a call's order is kept.
pub async fn a_key_stays_in_its_partition(backend: &dyn Backend) {
    let scene = Scene::new(backend, 4).await;
    let keys: Vec<String> = (0..32).map(|n| format!("aggregate-{n}")).collect();
    let records: Vec<Record> = (0..).zip(&keys).map(|(value, key)| record(key, value)).collect();
    for _ in 0..2 {
        let positions = scene.client.log.append(&scene.topic, &records).await.unwrap();
        let partitions: Vec<u32> = positions.iter().map(|position| position.partition.partition).collect();
        let expected: Vec<u32> = keys.iter().map(|key| partition_of(key.as_bytes(), 4)).collect();
        assert_eq!(partitions, expected);
    }
    for partition in 0..4 {
        let read = scene.client.log.read(&scene.partition(partition), 0, 100).await.unwrap();
        let own = (0..32).filter(|n| partition_of(format!("aggregate-{n}").as_bytes(), 4) == partition);
        let own = Vec::from_iter(own);
        assert!(!own.is_empty());
        assert_eq!(values(&read), [own.clone(), own].concat());
    }
}

/// Keys, headers (their order, repeated names, bytes that are no text) and values come back as they were.
pub async fn records_come_back_as_they_were(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    let headers = [("ce_id", &b"1"[..]), ("z", &[0, 0xff, 0xfe]), ("a", b""), ("z", b"again")];
    let headers = headers.into_iter().collect();
    let records = [
        Record { key: "schlüssel/🔑".to_owned(), headers, value: (0..=255).collect() },
        Record::default(),
        Record { key: "nul\0in a key".to_owned(), headers: Headers::default(), value: Vec::new() },
    ];
    scene.client.log.append(&scene.topic, &records).await.unwrap();
    let read = scene.client.log.read(&scene.partition(0), 0, 10).await.unwrap();
    assert_eq!(read.into_iter().map(|delivered| delivered.record).collect::<Vec<_>>(), records);
}

/// Nothing to append is no error.
pub async fn nothing_to_append_is_nothing(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    assert_eq!(scene.client.log.append(&scene.topic, &[]).await.unwrap(), []);
    assert_eq!(scene.client.log.bounds(&scene.partition(0)).await.unwrap(), 0..0);
}

/// A record of 1 MB passes unchanged.
pub async fn one_megabyte_passes(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    let value = noise(1_000_000);
    let large = Record { value, ..record("large", 0) };
    scene.client.log.append(&scene.topic, std::slice::from_ref(&large)).await.unwrap();
    let read = scene.client.log.read(&scene.partition(0), 0, 1).await.unwrap();
    assert!(read[0].record == large);
}

/// If one record is too large, the call is refused and nothing of it is written.
pub async fn of_a_batch_with_one_too_large_nothing_is_written(backend: &dyn Backend) {
    let scene = Scene::new(backend, 2).await;
    let too_large = Record { value: noise(backend.record_limit() + 1), ..record(&scene.key_in(1), 1) };
    let batch = [record(&scene.key_in(0), 0), too_large, record(&scene.key_in(1), 2)];
    let refused = scene.client.log.append(&scene.topic, &batch).await.unwrap_err();
    assert!(matches!(refused, LogError::RecordTooLarge { .. }), "{refused}");
    for partition in 0..2 {
        assert_eq!(scene.client.log.bounds(&scene.partition(partition)).await.unwrap(), 0..0);
    }
    let positions = scene.append_to(1, 0..1).await;
    assert_eq!(positions[0].offset, 0);
}

/// To make a topic that exists changes nothing.
pub async fn a_topic_that_exists_stays_as_it_is(backend: &dyn Backend) {
    let scene = Scene::new(backend, 3).await;
    scene.append_to(2, 0..5).await;
    scene.client.log.ensure_topic(&scene.topic, 5).await.unwrap();
    let other = backend.client().await;
    other.log.ensure_topic(&scene.topic, 1).await.unwrap();
    assert_eq!(scene.client.log.partitions(&scene.topic).await.unwrap(), 3);
    assert_eq!(other.log.partitions(&scene.topic).await.unwrap(), 3);
    assert_eq!(other.log.bounds(&scene.partition(2)).await.unwrap(), 0..5);
}

/// A topic or a partition that does not exist is unknown to every call.
pub async fn what_does_not_exist_is_unknown(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    let log = &scene.client.log;
    let topic = Topic::new("missing.v1");
    let unknown =
        |error: LogError| matches!(error, LogError::TopicUnknown(topic) if topic.as_str() == "missing.v1");
    assert!(unknown(log.partitions(&topic).await.unwrap_err()));
    assert!(unknown(log.append(&topic, &[record("key", 0)]).await.unwrap_err()));
    let topics = [scene.topic.clone(), topic.clone()];
    assert!(log.subscribe(&scene.group, &topics).await.is_err_and(unknown));
    for partition in [scene.partition(1), PartitionId { topic, partition: 0 }] {
        let unknown =
            |error: LogError| matches!(error, LogError::PartitionUnknown(unknown) if unknown == partition);
        assert!(unknown(log.read(&partition, 0, 1).await.unwrap_err()));
        assert!(unknown(log.bounds(&partition).await.unwrap_err()));
        assert!(unknown(log.offset_at(&partition, backend.now()).await.unwrap_err()));
        assert!(unknown(log.committed(&scene.group, &partition).await.unwrap_err()));
    }
}

/// Bytes that do not compress: a linear congruential generator (Knuth's MMIX constants).
pub(super) fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}
