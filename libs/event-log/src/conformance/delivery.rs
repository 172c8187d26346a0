//! What a member is given, and when.

use std::time::Duration;

use events::Record;
use tokio::time::timeout;

use super::Backend;
use super::appending::noise;
use super::scene::{Scene, offsets, record, take, take_some, values, within};

/// A member is never given more than it asks for, and each partition in order.
pub async fn a_limit_is_kept(backend: &dyn Backend) {
    let scene = Scene::new(backend, 3).await;
    for partition in 0..3 {
        scene.append_to(partition, 0..7).await;
    }
    let mut member = scene.join().await;
    let mut taken = Vec::new();
    while taken.len() < 21 {
        let limit = 1 + taken.len() % 5;
        let some = within(member.next(limit)).await.unwrap();
        assert!((1..=limit).contains(&some.len()));
        taken.extend(some);
    }
    for partition in 0..3 {
        let own = scene.partition(partition);
        let own: Vec<_> =
            taken.iter().filter(|delivered| delivered.position.partition == own).cloned().collect();
        assert_eq!(values(&own), Vec::from_iter(0..7));
    }
}

/// A paused partition delivers nothing, the others go on, and nothing is lost when it goes on too.
pub async fn a_paused_partition_waits(backend: &dyn Backend) {
    let scene = Scene::new(backend, 2).await;
    let mut member = scene.join().await;
    scene.append_to(0, 0..2).await;
    assert_eq!(values(&take(&mut member, 1).await), [0]);
    member.pause(&[scene.partition(0)]);
    scene.append_to(1, 10..13).await;
    scene.append_to(0, 2..4).await;
    assert_eq!(values(&take(&mut member, 3).await), [10, 11, 12]);
    assert_eq!(take_some(&mut member).await, []);
    assert_eq!(member.assignment(), [scene.partition(0), scene.partition(1)]);
    member.resume(&[scene.partition(0)]);
    assert_eq!(values(&take(&mut member, 3).await), [1, 2, 3]);
}

/// A member that waits is woken by an append, not by polling.
pub async fn a_waiting_member_is_woken(backend: &dyn Backend) {
    let scene = Scene::new(backend, 2).await;
    let mut member = scene.join().await;
    for value in 0..5 {
        let waiting = tokio::spawn(async move {
            let taken = within(member.next(10)).await.unwrap();
            (member, values(&taken))
        });
        // It waits by now, or is about to: either way nothing else will wake it.
        tokio::time::sleep(Duration::from_millis(20)).await;
        scene.append_to(u32::from(value % 2 == 0), [value]).await;
        let (woken, taken) = waiting.await.unwrap();
        assert_eq!(taken, [value]);
        member = woken;
    }
}

/// A member that waits is woken by another client's append, not by polling.
pub async fn a_waiting_member_is_woken_by_another_client(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    let other = backend.client().await;
    let mut member = scene.join().await;
    for value in 0..5 {
        let waiting = tokio::spawn(async move {
            let taken = within(member.next(10)).await.unwrap();
            (member, values(&taken))
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        other.log.append(&scene.topic, &[record("key", value)]).await.unwrap();
        let (woken, taken) = waiting.await.unwrap();
        assert_eq!(taken, [value]);
        member = woken;
    }
}

/// Whoever stops waiting, whenever that is, loses nothing and gets nothing twice.
pub async fn waiting_may_be_given_up(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    let mut member = scene.join().await;
    let (log, topic) = (scene.client.log.clone(), scene.topic.clone());
    let appending = tokio::spawn(async move {
        for value in 0..60 {
            log.append(&topic, &[record("key", value)]).await.unwrap();
        }
    });
    let mut taken = Vec::new();
    let mut patience = 0;
    within(async {
        while taken.len() < 60 {
            patience = (patience + 171) % 2_000;
            if let Ok(some) = timeout(Duration::from_micros(patience), member.next(2)).await {
                taken.extend(some.unwrap());
            }
            // A log that has nothing to wait for never yields.
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(offsets(&taken), Vec::from_iter(0..60));
    appending.await.unwrap();
}

/// Records that are too many bytes to be delivered at once are delivered one after the other.
pub async fn large_records_are_delivered_in_pieces(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    for value in 0..12 {
        let large = Record { value: noise(1_000_000), ..record("large", value) };
        scene.client.log.append(&scene.topic, &[large]).await.unwrap();
    }
    let mut member = scene.join().await;
    let first = within(member.next(100)).await.unwrap();
    assert!(first.len() < 12, "12 MB at once");
    let rest = take(&mut member, 12 - first.len()).await;
    assert_eq!([offsets(&first), offsets(&rest)].concat(), Vec::from_iter(0..12));
}
