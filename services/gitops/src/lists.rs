//! Which promotions have something to be done about them, so that nobody goes through all there ever were.

use std::collections::BTreeMap;

use events::{Message, Service};
use ids::{OrgId, PromotionId};
use serde::{Deserialize, Serialize};
use service::{Aggregate, Decision, Failure, Occasion, Parts, decide};
use uuid::Uuid;

use crate::state::promoted;

/// What is done about promotions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

    /// The promotions on it.
    pub(crate) async fn read(self, parts: &Parts) -> Result<Listed, Failure> {
        Ok(parts.state::<Kept>(NOBODY, self.name()).await?.unwrap_or_default().0)
    }

    /// Puts a promotion on it. It comes before the commit that gives it something to do: a crash between the two
    /// leaves an entry that finds nothing to do, where the other order would leave something that nobody does.
    pub(crate) async fn add(
        self,
        parts: &Parts,
        promotion: PromotionId,
        entry: &Entry,
    ) -> Result<(), Failure> {
        self.change(parts, promotion, |list| {
            list.insert(promotion, entry.clone());
        })
        .await
    }

    /// Takes it off, unless it is there for an approval that is about to be noted.
    async fn remove(self, parts: &Parts, promotion: PromotionId, asked: u64) -> Result<(), Failure> {
        self.change(parts, promotion, |list| {
            if list.get(&promotion).is_some_and(|entry| entry.asked <= asked) {
                list.remove(&promotion);
            }
        })
        .await
    }

    async fn change(
        self,
        parts: &Parts,
        promotion: PromotionId,
        change: impl Fn(&mut Listed) + Send + Sync,
    ) -> Result<(), Failure> {
        let occasion = by_itself(NOBODY, self.name().to_owned(), promotion);
        decide(parts, &occasion, |list: Option<Kept>| {
            let mut list = list.unwrap_or_default();
            change(&mut list.0);
            Decision { state: Some(list), events: Vec::new(), answer: () }
        })
        .await?;
        Ok(())
    }
}

/// Takes a promotion off the lists on which nothing is to be done about it. A crash before leaves it there, and whoever
/// finds it does this again.
pub(crate) async fn settle(parts: &Parts, org: OrgId, promotion: PromotionId) -> Result<(), Failure> {
    let Some(state) = promoted(parts, org, promotion).await? else { return Ok(()) };
    // What is still to be pushed may be about to be looked at.
    if state.due().is_some() {
        return Ok(());
    }
    List::Pushing.remove(parts, promotion, state.asked).await?;
    match state.looking(promotion) {
        Some(_) => Ok(()),
        None => List::Watching.remove(parts, promotion, state.asked).await,
    }
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
