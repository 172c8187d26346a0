//! What happens when somebody cannot reach the log.

use std::time::Duration;

use super::Backend;
use super::scene::{
    Scene, commit, offsets, once_reached, record, take, take_some, until_shared, values, within,
};
use crate::error::LogError;
use crate::position::Delivered;
use crate::traits::Subscription;

/// What a member had not committed when it fell silent is another's when its lease has ended.
pub async fn a_crash_loses_nothing(backend: &dyn Backend) {
    let scene = Scene::new(backend, 2).await;
    scene.append_to(0, 0..4).await;
    let crashing = backend.client().await;
    let mut first = scene.join_from(&crashing).await;
    take(&mut first, 4).await;
    first.commit(&scene.partition(0), 1).await.unwrap();
    let mut second = scene.join().await;
    crashing.link.cut().await;
    assert_eq!(values(&take(&mut second, 3).await), [1, 2, 3]);
    until_shared(&mut [second], &[2]).await;
}

/// A member that was away for longer than its lease cannot commit what another has taken over. It is a member like any
/// other afterwards.
pub async fn who_was_away_is_fenced(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    scene.append_to(0, 0..4).await;
    let (near, far) = (backend.client().await, backend.client().await);
    let mut away = scene.join_from(&far).await;
    let taken = take(&mut away, 2).await;
    far.link.cut().await;
    let mut other = scene.join_from(&near).await;
    let retaken = take(&mut other, 4).await;
    assert_eq!(values(&retaken), [0, 1, 2, 3]);
    far.link.mend().await;
    let refused = once_reached(async || commit(&mut away, &taken).await).await.unwrap_err();
    assert!(matches!(refused, LogError::Fenced { .. }), "{refused}");
    assert_eq!(scene.committed(0).await, 0);
    commit(&mut other, &retaken).await.unwrap();
    other.leave().await.unwrap();
    scene.append_to(0, 4..6).await;
    let rest = take_once_reached(&mut away, 2).await;
    assert_eq!(values(&rest), [4, 5]);
    commit(&mut away, &rest).await.unwrap();
}

/// A member that was away, and whose partitions nobody took, goes on as if nothing had happened.
pub async fn who_was_not_missed_goes_on(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    scene.append_to(0, 0..4).await;
    let far = backend.client().await;
    let mut member = scene.join_from(&far).await;
    let taken = take(&mut member, 2).await;
    far.link.cut().await;
    let unreached = commit(&mut member, &taken).await.unwrap_err();
    assert!(unreached.is_transient(), "{unreached}");
    far.link.mend().await;
    once_reached(async || commit(&mut member, &taken).await).await.unwrap();
    assert_eq!(scene.committed(0).await, 2);
    let rest = take_once_reached(&mut member, 2).await;
    assert_eq!(values(&rest), [2, 3]);
}

/// A member that was away, lost its partition, and has it again before it did anything: what it had in hand is the other's,
/// and neither a commit nor the next delivery mixes the two.
pub async fn what_was_in_hand_when_a_partition_went_is_not_committed_when_it_is_back(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    scene.append_to(0, 0..4).await;
    let (near, far) = (backend.client().await, backend.client().await);
    for told in [Told::ByCommit, Told::ByNext] {
        let mut away = scene.join_from(&far).await;
        let from = scene.committed(0).await;
        let taken = take_once_reached(&mut away, 2).await;
        far.link.cut().await;
        let mut other = scene.join_from(&near).await;
        let retaken = take(&mut other, 4).await;
        assert_eq!(offsets(&retaken), (from..from + 4).collect::<Vec<_>>());
        commit(&mut other, &retaken).await.unwrap();
        other.leave().await.unwrap();
        far.link.mend().await;
        until_back(&mut away, &scene).await;
        let refused = match told {
            Told::ByCommit => once_reached(async || commit(&mut away, &taken).await).await.unwrap_err(),
            Told::ByNext => once_reached(async || away.next(10).await.map(drop)).await.unwrap_err(),
        };
        assert!(matches!(refused, LogError::Fenced { .. }), "{refused}");
        assert_eq!(scene.committed(0).await, from + 4);
        scene.append_to(0, 4..8).await;
        let rest = take_once_reached(&mut away, 4).await;
        assert_eq!(offsets(&rest), (from + 4..from + 8).collect::<Vec<_>>());
        once_reached(async || commit(&mut away, &rest[..2]).await).await.unwrap();
        assert_eq!(scene.committed(0).await, from + 6);
        once_reached(async || commit(&mut away, &rest).await).await.unwrap();
        away.leave().await.unwrap();
        scene.append_to(0, 0..4).await;
    }
}

/// How a member finds out that its partition was another's.
enum Told {
    ByCommit,
    ByNext,
}

/// Exactly so many records, from a log that may not be reached at first.
async fn take_once_reached(member: &mut Box<dyn Subscription>, count: usize) -> Vec<Delivered> {
    let mut taken = Vec::new();
    while taken.len() < count {
        let left = count - taken.len();
        taken.extend(once_reached(async || member.next(left).await).await.unwrap());
    }
    taken
}

/// Gives the member time to have the partition again. A back end may do that only when it is asked for records.
async fn until_back(member: &mut Box<dyn Subscription>, scene: &Scene) {
    for _ in 0..100 {
        if member.assignment() == [scene.partition(0)] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// While the log cannot be reached every call says so; afterwards everything works again.
pub async fn an_outage_ends(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    let mut member = scene.join().await;
    assert_eq!(take_some(&mut member).await, []);
    scene.client.link.cut().await;
    let log = &scene.client.log;
    let records = [record("key", 7)];
    let errors = [
        within(log.append(&scene.topic, &records)).await.unwrap_err(),
        within(log.read(&scene.partition(0), 0, 1)).await.unwrap_err(),
        within(log.bounds(&scene.partition(0))).await.unwrap_err(),
        within(member.next(1)).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, LogError::Unavailable(_)), "{error}");
    }
    scene.client.link.mend().await;
    let positions = once_reached(async || log.append(&scene.topic, &records).await).await.unwrap();
    // The first attempt may have been written although it was not answered.
    assert!(positions[0].offset <= 1);
    let taken = once_reached(async || member.next(10).await).await.unwrap();
    assert_eq!(values(&taken)[0], 7);
}
