//! Which promotions have something to be done about them, so that nobody goes through all there ever were.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use events::{Message, Service};
use ids::{OrgId, PromotionId};
use serde::{Deserialize, Serialize};
use service::{Aggregate, Decision, Failure, Occasion, Parts, decide};
use uuid::Uuid;

use crate::state::promoted;

/// What is done about promotions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum List {
    /// Their branches are to be pushed.
    Pushing,
    /// Their branches are looked at until they are merged or gone.
    Watching,
}

/// A promotion on a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) org: OrgId,
    /// The repository, which one at a time asks.
    pub(crate) repository: String,
    /// The sequence of the approval with which it came there.
    pub(crate) asked: u64,
}

/// The promotions on a list, of all organisations.
pub(crate) type Listed = BTreeMap<PromotionId, Entry>;

/// A list as it is kept. What it says follows from what is known of each promotion.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept(Listed);

impl Aggregate for Kept {
    fn evolve(state: Option<Self>, _: &Message) -> Option<Self> {
        state
    }
}

/// The lists are nobody's.
const NOBODY: OrgId = OrgId::new(Uuid::nil());

impl List {
    fn name(self) -> &'static str {
        match self {
            Self::Pushing => "pushes",
            Self::Watching => "looks",
        }
    }
}

/// The lists, as one who works on them reads them.
#[derive(Clone)]
pub(crate) struct Lists {
    parts: Parts,
    /// What was read last, with its version: a list is asked for after each promotion that is on it, and changes with few of
    /// them.
    known: Arc<Mutex<Known>>,
}

type Known = BTreeMap<List, (u64, Arc<Listed>)>;

impl Lists {
    pub(crate) fn new(parts: Parts) -> Self {
        Self { parts, known: Arc::default() }
    }

    /// The promotions on a list, as it is now.
    pub(crate) async fn read(&self, list: List) -> Result<Arc<Listed>, Failure> {
        let known = self.known().get(&list).cloned();
        let version = known.as_ref().map_or(0, |(version, _)| *version);
        let newer = self.parts.newer_state::<Kept>(NOBODY, list.name(), version).await?;
        let Some((version, Kept(listed))) = newer else {
            return Ok(known.map(|(_, listed)| listed).unwrap_or_default());
        };
        let listed = Arc::new(listed);
        self.known().insert(list, (version, Arc::clone(&listed)));
        Ok(listed)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a promotion on a list. It comes before the commit that gives it something to do: a crash between the two
    /// leaves an entry that finds nothing to do, where the other order would leave something that nobody does.
    pub(crate) async fn add(&self, list: List, promotion: PromotionId, entry: &Entry) -> Result<(), Failure> {
        self.change(list, promotion, |listed| {
            listed.insert(promotion, entry.clone());
        })
        .await
    }

    /// Takes a promotion off the lists on which nothing is to be done about it. A crash before leaves it there, and whoever
    /// finds it does this again.
    pub(crate) async fn settle(&self, org: OrgId, promotion: PromotionId) -> Result<(), Failure> {
        let Some(state) = promoted(&self.parts, org, promotion).await? else { return Ok(()) };
        // What is still to be pushed may be about to be looked at.
        if state.due().is_some() {
            return Ok(());
        }
        self.remove(List::Pushing, promotion, state.asked).await?;
        match state.looking(promotion) {
            Some(_) => Ok(()),
            None => self.remove(List::Watching, promotion, state.asked).await,
        }
    }

    /// Takes it off a list, unless it is there for an approval that is about to be noted.
    async fn remove(&self, list: List, promotion: PromotionId, asked: u64) -> Result<(), Failure> {
        // After most looks there is nothing to take off.
        let entries = self.read(list).await?;
        if !is_for(&entries, promotion, asked) {
            return Ok(());
        }
        self.change(list, promotion, |listed| {
            if is_for(listed, promotion, asked) {
                listed.remove(&promotion);
            }
        })
        .await
    }

    async fn change(
        &self,
        list: List,
        promotion: PromotionId,
        change: impl Fn(&mut Listed) + Send + Sync,
    ) -> Result<(), Failure> {
        let occasion = by_itself(NOBODY, list.name().to_owned(), promotion);
        decide(&self.parts, &occasion, |kept: Option<Kept>| {
            let mut kept = kept.unwrap_or_default();
            change(&mut kept.0);
            Decision { state: Some(kept), events: Vec::new(), answer: () }
        })
        .await?;
        Ok(())
    }
}

/// Whether a promotion is on a list for this approval, or one before it.
fn is_for(listed: &Listed, promotion: PromotionId, asked: u64) -> bool {
    listed.get(&promotion).is_some_and(|entry| entry.asked <= asked)
}

/// An occasion that follows from no event.
pub(crate) fn by_itself(org: OrgId, aggregate: String, promotion: PromotionId) -> Occasion {
    Occasion {
        org,
        service: Service::Gitops,
        aggregate,
        correlation: promotion.uuid(),
        causation: None,
        traceparent: None,
        handled: None,
        command: None,
    }
}

#[cfg(test)]
mod tests {
    use event_log::MemoryLog;
    use service::{Clock as _, SystemClock};
    use store::{MemoryBlobs, MemoryStore};

    use super::*;

    fn id(number: u128) -> PromotionId {
        PromotionId::new(Uuid::from_u128(number))
    }

    fn entry(asked: u64) -> Entry {
        let repository = "https://git.example/shop.git".to_owned();
        Entry { org: OrgId::new(Uuid::from_u128(1)), repository, asked }
    }

    /// The lists of two processes.
    fn lists() -> (Lists, Lists) {
        let store = MemoryStore::new(|| SystemClock.now());
        let (log, blobs) = (Arc::new(MemoryLog::default()), Arc::new(MemoryBlobs::default()));
        let parts = Parts::new(log, Arc::new(store), blobs, Arc::new(SystemClock));
        (Lists::new(parts.clone()), Lists::new(parts))
    }

    #[tokio::test]
    async fn a_list_is_taken_from_the_store_again_once_it_has_changed() {
        let (one, other) = lists();
        assert_eq!(*one.read(List::Pushing).await.unwrap(), Listed::new());
        one.add(List::Pushing, id(1), &entry(1)).await.unwrap();
        let first = one.read(List::Pushing).await.unwrap();
        assert_eq!(first.keys().copied().collect::<Vec<_>>(), [id(1)]);
        one.remove(List::Pushing, id(2), 1).await.unwrap();
        assert!(Arc::ptr_eq(&first, &one.read(List::Pushing).await.unwrap()), "it is the one that was read");
        other.add(List::Pushing, id(2), &entry(1)).await.unwrap();
        let second = one.read(List::Pushing).await.unwrap();
        assert_eq!(second.keys().copied().collect::<Vec<_>>(), [id(1), id(2)]);
        assert_eq!(*one.read(List::Watching).await.unwrap(), Listed::new());
    }

    #[tokio::test]
    async fn what_another_has_put_on_a_list_is_taken_off_and_not_what_is_asked_for_since() {
        let (one, other) = lists();
        one.read(List::Pushing).await.unwrap();
        other.add(List::Pushing, id(1), &entry(1)).await.unwrap();
        other.add(List::Pushing, id(2), &entry(2)).await.unwrap();
        for number in [1, 2] {
            one.remove(List::Pushing, id(number), 1).await.unwrap();
        }
        assert_eq!(*other.read(List::Pushing).await.unwrap(), Listed::from([(id(2), entry(2))]));
    }
}
