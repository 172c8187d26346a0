//! Many at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Backend;
use super::scene::{Scene, record, values, within};
use crate::position::Position;

/// However many append at once, from several clients, a reader sees every offset of each partition once and in order,
/// and under each offset what its appender was told is there.
pub async fn concurrent_appends_leave_no_gap(backend: &dyn Backend) {
    const APPENDERS: u64 = 12;
    const CALLS: u64 = 15;
    let scene = Scene::new(backend, 2).await;
    let mut reader = scene.join().await;
    let mut appending = Vec::new();
    let clients = [backend.client().await, backend.client().await, backend.client().await];
    for appender in 0..APPENDERS {
        let log = Arc::clone(&clients[appender as usize % 3].log);
        let topic = scene.topic.clone();
        appending.push(tokio::spawn(async move {
            let mut told = Vec::new();
            for call in 0..CALLS {
                let first = appender * 1_000 + call * 10;
                let numbers = Vec::from_iter(first..=first + call % 4);
                let batch: Vec<_> = numbers.iter().map(|n| record(&format!("key-{n}"), *n)).collect();
                let positions = log.append(&topic, &batch).await.unwrap();
                told.extend(positions.into_iter().zip(numbers));
            }
            told
        }));
    }
    // Of 15 calls four have one record, four two, four three, and three four: 4 + 8 + 12 + 12.
    let expected = usize::try_from(APPENDERS * 36).unwrap();
    let mut read: Vec<(Position, u64)> = Vec::new();
    while read.len() < expected {
        let taken = within(reader.next(50)).await.unwrap();
        let numbers = values(&taken);
        read.extend(taken.into_iter().map(|delivered| delivered.position).zip(numbers));
    }
    for partition in 0..2 {
        let own = scene.partition(partition);
        let offsets: Vec<u64> =
            read.iter().filter(|(at, _)| at.partition == own).map(|(at, _)| at.offset).collect();
        assert_eq!(offsets, Vec::from_iter(0..offsets.len() as u64));
    }
    let mut told = BTreeMap::new();
    for appender in appending {
        told.extend(within(appender).await.unwrap());
    }
    assert_eq!(BTreeMap::from_iter(read), told);
}
