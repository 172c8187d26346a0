//! What the cases are told with.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use events::{Headers, Record, Topic};
use tokio::time::timeout;

use super::{Backend, Client};
use crate::error::LogError;
use crate::position::{Delivered, Group, PartitionId, Position};
use crate::traits::Subscription;

/// No case takes as long, unless it waits for what never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client, a topic and a group.
pub(super) struct Scene {
    pub(super) client: Client,
    pub(super) topic: Topic,
    pub(super) group: Group,
    partitions: u32,
}

impl Scene {
    /// A topic of so many partitions on an empty log.
    pub(super) async fn new(backend: &dyn Backend, partitions: u32) -> Self {
        let client = backend.client().await;
        let topic = Topic::new(format!("{}conformance.v1", backend.prefix()));
        client.log.ensure_topic(&topic, partitions).await.unwrap();
        let group = Group::new(format!("{}readers", backend.prefix()));
        Self { client, topic, group, partitions }
    }

    pub(super) fn partition(&self, partition: u32) -> PartitionId {
        PartitionId { topic: self.topic.clone(), partition }
    }

    /// A key that belongs to this partition.
    pub(super) fn key_in(&self, partition: u32) -> String {
        let mut keys = (0..).map(|n: u32| format!("key-{n}"));
        keys.find(|key| crate::partition_of(key.as_bytes(), self.partitions) == partition).unwrap()
    }

    /// Appends records to a partition, one for each value.
    pub(super) async fn append_to(
        &self,
        partition: u32,
        values: impl IntoIterator<Item = u64>,
    ) -> Vec<Position> {
        let key = self.key_in(partition);
        let records: Vec<Record> = values.into_iter().map(|value| record(&key, value)).collect();
        self.client.log.append(&self.topic, &records).await.unwrap()
    }

    /// A member of the scene's group, of this scene's client.
    pub(super) async fn join(&self) -> Box<dyn Subscription> {
        self.join_from(&self.client).await
    }

    /// A member of the scene's group, of another client.
    pub(super) async fn join_from(&self, client: &Client) -> Box<dyn Subscription> {
        within(client.log.subscribe(&self.group, std::slice::from_ref(&self.topic))).await.unwrap()
    }

    pub(super) async fn committed(&self, partition: u32) -> u64 {
        self.client.log.committed(&self.group, &self.partition(partition)).await.unwrap()
    }
}

/// A record whose value is a number.
pub(super) fn record(key: &str, value: u64) -> Record {
    Record { key: key.to_owned(), headers: Headers::default(), value: value.to_be_bytes().to_vec() }
}

/// The numbers that records were made with.
pub(super) fn values(records: &[Delivered]) -> Vec<u64> {
    records
        .iter()
        .map(|delivered| u64::from_be_bytes(delivered.record.value[..].try_into().unwrap()))
        .collect()
}

pub(super) fn offsets(records: &[Delivered]) -> Vec<u64> {
    records.iter().map(|delivered| delivered.position.offset).collect()
}

/// What comes of it, which must come some time.
pub(super) async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("what the case waits for did not come")
}

/// What comes of it once the log can be reached.
pub(super) async fn once_reached<T>(
    mut attempt: impl AsyncFnMut() -> Result<T, LogError>,
) -> Result<T, LogError> {
    within(async {
        loop {
            match attempt().await {
                Err(error) if error.is_transient() => tokio::time::sleep(Duration::from_millis(20)).await,
                done => return done,
            }
        }
    })
    .await
}

/// Exactly so many records.
pub(super) async fn take(member: &mut Box<dyn Subscription>, count: usize) -> Vec<Delivered> {
    let mut taken = Vec::new();
    while taken.len() < count {
        taken.extend(within(member.next(count - taken.len())).await.unwrap());
    }
    taken
}

/// What comes in a while, if anything. It gives up waiting, which loses nothing.
pub(super) async fn take_some(member: &mut Box<dyn Subscription>) -> Vec<Delivered> {
    match timeout(Duration::from_millis(40), member.next(100)).await {
        Ok(Ok(taken)) => taken,
        Ok(Err(error)) if !error.is_transient() && !matches!(error, LogError::Fenced { .. }) => {
            panic!("{error}")
        }
        _ => Vec::new(),
    }
}

/// Commits everything that was taken.
pub(super) async fn commit(member: &mut Box<dyn Subscription>, taken: &[Delivered]) -> Result<(), LogError> {
    let ends: BTreeMap<_, _> = taken
        .iter()
        .map(|delivered| (&delivered.position.partition, delivered.position.offset + 1))
        .collect();
    for (partition, next) in ends {
        member.commit(partition, next).await?;
    }
    Ok(())
}

/// Lets the members wait for records until so many partitions are theirs, in sorted order.
pub(super) async fn until_shared(members: &mut [Box<dyn Subscription>], expected: &[usize]) {
    within(async {
        loop {
            for member in members.iter_mut() {
                assert_eq!(take_some(member).await, []);
            }
            let mut shares: Vec<usize> = members.iter().map(|member| member.assignment().len()).collect();
            shares.sort_unstable();
            if shares == expected {
                return;
            }
        }
    })
    .await;
}
