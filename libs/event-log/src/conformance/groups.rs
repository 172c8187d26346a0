//! Consumer groups: what they remember, and how their members share.

use std::collections::{BTreeMap, BTreeSet};

use super::Backend;
use super::scene::{Scene, commit, offsets, take, take_some, until_shared, values, within};
use crate::position::{Delivered, Group, PartitionId};
use crate::traits::Subscription;

/// A group that never committed begins at the first offset, whatever was appended before it joined.
pub async fn a_new_group_begins_at_the_start(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    scene.append_to(0, 0..3).await;
    let mut member = scene.join().await;
    scene.append_to(0, 3..5).await;
    assert_eq!(values(&take(&mut member, 5).await), [0, 1, 2, 3, 4]);
    assert_eq!(scene.committed(0).await, 0);
}

/// What one group reads and commits is nothing to another.
pub async fn groups_see_everything_each(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    scene.append_to(0, 0..4).await;
    for name in ["one", "two", "three"] {
        let group = Group::new(format!("{}{name}", backend.prefix()));
        let mut member =
            scene.client.log.subscribe(&group, std::slice::from_ref(&scene.topic)).await.unwrap();
        let taken = take(&mut member, 4).await;
        assert_eq!(values(&taken), [0, 1, 2, 3], "{name}");
        commit(&mut member, &taken).await.unwrap();
        assert_eq!(scene.client.log.committed(&group, &scene.partition(0)).await.unwrap(), 4);
    }
    assert_eq!(scene.committed(0).await, 0);
}

/// The next member goes on where the last one committed.
pub async fn a_commit_is_remembered(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    scene.append_to(0, 0..10).await;
    let mut first = scene.join().await;
    take(&mut first, 10).await;
    first.commit(&scene.partition(0), 6).await.unwrap();
    assert_eq!(scene.committed(0).await, 6);
    first.leave().await.unwrap();
    let other = backend.client().await;
    let mut second = scene.join_from(&other).await;
    assert_eq!(values(&take(&mut second, 4).await), [6, 7, 8, 9]);
    assert_eq!(scene.committed(0).await, 6);
}

/// A member that is dropped before it committed leaves what it was given to the next.
pub async fn what_was_not_committed_comes_again(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    scene.append_to(0, 0..5).await;
    let mut first = scene.join().await;
    let taken = take(&mut first, 5).await;
    drop(first);
    let mut second = scene.join().await;
    assert_eq!(take(&mut second, 5).await, taken);
}

/// Two share, a third joins, one leaves: each time all partitions are somebody's, nobody has two more than another.
pub async fn the_partitions_are_shared_evenly(backend: &dyn Backend) {
    let scene = Scene::new(backend, 6).await;
    let other = backend.client().await;
    let mut members = vec![scene.join().await];
    until_shared(&mut members, &[6]).await;
    members.push(scene.join_from(&other).await);
    until_shared(&mut members, &[3, 3]).await;
    members.push(scene.join().await);
    until_shared(&mut members, &[2, 2, 2]).await;
    let owned: BTreeSet<PartitionId> = members.iter().flat_map(|member| member.assignment()).collect();
    assert_eq!(owned, (0..6).map(|partition| scene.partition(partition)).collect());
    members.remove(1).leave().await.unwrap();
    until_shared(&mut members, &[3, 3]).await;
}

/// A member that has to give a partition away may commit what it was given before, and nothing is done twice.
pub async fn a_partition_moves_when_its_work_is_done(backend: &dyn Backend) {
    let scene = Scene::new(backend, 2).await;
    scene.append_to(0, 0..2).await;
    scene.append_to(1, 10..12).await;
    let mut first = scene.join().await;
    let taken = take(&mut first, 4).await;
    let mut second = scene.join().await;
    assert_eq!(take_some(&mut second).await, []);
    scene.append_to(0, 2..4).await;
    scene.append_to(1, 12..14).await;
    commit(&mut first, &taken).await.unwrap();
    let mut rest = Vec::new();
    within(async {
        while rest.len() < 4 {
            for member in [&mut first, &mut second] {
                let more = take_some(member).await;
                commit(member, &more).await.unwrap();
                rest.extend(values(&more));
            }
        }
    })
    .await;
    rest.sort_unstable();
    assert_eq!(rest, [2, 3, 12, 13]);
    until_shared(&mut [first, second], &[1, 1]).await;
}

/// Members join, leave, crash and commit in a fixed disorder while records are appended: no record is skipped by
/// anybody, and in the end all have been seen.
pub async fn members_come_and_go_without_loss(backend: &dyn Backend) {
    let scene = Scene::new(backend, 4).await;
    let mut members: Vec<Box<dyn Subscription>> = vec![scene.join().await];
    let mut seen = Seen::default();
    for round in 0..24_u64 {
        scene.append_to(u32::try_from(round % 4).unwrap(), 0..3).await;
        match round % 8 {
            0 | 3 => members.push(scene.join().await),
            5 => drop(members.remove(0)),
            7 => members.remove(0).leave().await.unwrap(),
            _ => {}
        }
        for (turn, member) in (round..).zip(members.iter_mut()) {
            let taken = take_some(member).await;
            seen.see(&taken);
            // Some are slow to commit, and some of them are dropped before they do. Who lost the partition is told so.
            if turn % 3 != 0 {
                let _fenced = commit(member, &taken).await;
            }
        }
    }
    drop(members);
    let mut last = scene.join().await;
    within(async {
        while !(0..4).all(|partition| seen.reached(&scene.partition(partition)) == 18) {
            seen.see(&take_some(&mut last).await);
        }
    })
    .await;
}

/// What has been delivered of each partition, to whomever.
#[derive(Default)]
struct Seen(BTreeMap<PartitionId, u64>);

impl Seen {
    fn see(&mut self, taken: &[Delivered]) {
        for delivered in taken {
            let reached = self.0.entry(delivered.position.partition.clone()).or_default();
            assert!(delivered.position.offset <= *reached, "{} was skipped: {:?}", *reached, offsets(taken));
            *reached = (*reached).max(delivered.position.offset + 1);
        }
    }

    fn reached(&self, partition: &PartitionId) -> u64 {
        self.0.get(partition).copied().unwrap_or_default()
    }
}
