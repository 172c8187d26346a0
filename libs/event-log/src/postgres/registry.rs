//! The subscriptions of this process.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use events::Topic;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::holdings::Holdings;
use crate::position::{Group, PartitionId};

/// A subscription, as the tasks of the process see it.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: Uuid,
    pub(super) group: Group,
    pub(super) topics: BTreeSet<Topic>,
    /// The partitions of its topics, by their numbers in the database.
    pub(super) partitions: HashMap<i32, PartitionId>,
    holdings: Mutex<Holdings>,
    /// There may be something to deliver.
    pub(super) woken: Notify,
    /// There may be something to do about its share.
    pub(super) kicked: Notify,
    /// The subscription has ended.
    pub(super) closing: CancellationToken,
    generation: AtomicI64,
}

impl Member {
    pub(super) fn new(group: Group, topics: BTreeSet<Topic>, partitions: HashMap<i32, PartitionId>) -> Self {
        Self {
            id: Uuid::now_v7(),
            group,
            topics,
            partitions,
            holdings: Mutex::default(),
            woken: Notify::new(),
            kicked: Notify::new(),
            closing: CancellationToken::new(),
            generation: AtomicI64::new(-1),
        }
    }

    pub(super) fn holdings(&self) -> MutexGuard<'_, Holdings> {
        self.holdings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The generation of the group that its share was last worked out for.
    pub(super) fn generation(&self) -> i64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(super) fn settled_at(&self, generation: i64) {
        self.generation.store(generation, Ordering::Release);
    }
}

/// The subscriptions of this process.
#[derive(Debug)]
pub(super) struct Registry {
    members: watch::Sender<HashMap<Uuid, Arc<Member>>>,
}

impl Registry {
    pub(super) fn new() -> Self {
        Self { members: watch::Sender::new(HashMap::new()) }
    }

    pub(super) fn add(&self, member: Arc<Member>) {
        self.members.send_modify(|members| {
            members.insert(member.id, member);
        });
    }

    pub(super) fn remove(&self, id: Uuid) {
        self.members.send_modify(|members| {
            members.remove(&id);
        });
    }

    pub(super) fn all(&self) -> Vec<Arc<Member>> {
        self.members.borrow().values().cloned().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.borrow().is_empty()
    }

    /// Waits until there is a subscription.
    pub(super) async fn until_any(&self) {
        // The sender lives as long as `self`.
        let _ = self.members.subscribe().wait_for(|members| !members.is_empty()).await;
    }

    /// There is something new in a topic.
    pub(super) fn wake_readers(&self, topic: &Topic) {
        for member in self.members.borrow().values().filter(|member| member.topics.contains(topic)) {
            member.woken.notify_one();
        }
    }

    /// The server can be reached again, or cannot any more.
    pub(super) fn wake_all(&self) {
        self.members.borrow().values().for_each(|member| member.woken.notify_one());
    }

    /// Something has changed in a group, that all its members, but the one who did it, have to know.
    pub(super) fn kick(&self, group: &str, but: Option<Uuid>) {
        for member in self.members.borrow().values() {
            if member.group.as_str() == group && Some(member.id) != but {
                member.kicked.notify_one();
            }
        }
    }
}
