//! What the service knows of promotions.

use std::collections::BTreeMap;

use events::plan::ApprovedPlan;
use events::{Event, Message, Service};
use ids::{OrgId, PromotionId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use service::{Aggregate, Decision, Failure, Occasion, Parts, decide};
use uuid::Uuid;

use crate::git::Looking;

/// A promotion whose change was to be pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Promoted {
    /// What was approved last.
    pub(crate) approved: ApprovedPlan,
    /// The SHA-256 of each file after the edit; none where it goes.
    pub(crate) planned: BTreeMap<String, Option<String>>,
    /// The commit that was pushed; none if none was.
    pub(crate) commit: Option<String>,
    /// The head of the target up to which no merge was found.
    pub(crate) since: String,
    /// Whether nothing follows any more.
    pub(crate) is_over: bool,
}

impl Promoted {
    /// A plan that is carried out, of which nothing has become yet.
    pub(crate) fn new(approved: ApprovedPlan, planned: BTreeMap<String, Option<String>>) -> Self {
        let since = approved.target_commit.clone();
        Self { approved, planned, commit: None, since, is_over: false }
    }

    /// What to look for; none if there is nothing to look for.
    pub(crate) fn looking(&self, promotion: PromotionId) -> Option<Looking> {
        let commit = self.commit.as_ref().filter(|_| !self.is_over)?;
        Some(Looking {
            url: self.approved.repository.clone(),
            target_branch: self.approved.target_branch.clone(),
            since_commit: self.since.clone(),
            promotion: promotion.to_string(),
            preview_hash: self.approved.preview_hash.clone(),
            branch: self.approved.branch.clone(),
            branch_commit: commit.clone(),
            base_commit: self.approved.target_commit.clone(),
            planned: self.planned.clone(),
        })
    }
}

impl Aggregate for Promoted {
    fn evolve(state: Option<Self>, message: &Message) -> Option<Self> {
        let mut promoted = state?;
        match &message.event {
            Event::BranchPushed(pushed) => promoted.commit = Some(pushed.commit.clone()),
            Event::MergeSeen(_) | Event::BranchDeleted(_) => promoted.is_over = true,
            _ => {}
        }
        Some(promoted)
    }
}

/// The promotions that are looked at, of all organisations. What it says follows from each [`Promoted`]: it only saves the
/// service from going through all there ever were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Watching(pub(crate) BTreeMap<PromotionId, OrgId>);

impl Aggregate for Watching {
    fn evolve(state: Option<Self>, _: &Message) -> Option<Self> {
        state
    }
}

/// The list is nobody's.
const NOBODY: OrgId = OrgId::new(Uuid::nil());
const WATCHING: &str = "watching";

/// What the service knows of a promotion.
pub(crate) async fn promoted(
    parts: &Parts,
    org: OrgId,
    promotion: PromotionId,
) -> Result<Option<Promoted>, Failure> {
    load(parts, org, &promotion.to_string()).await
}

/// The promotions that are looked at.
pub(crate) async fn watching(parts: &Parts) -> Result<Watching, Failure> {
    Ok(load(parts, NOBODY, WATCHING).await?.unwrap_or_default())
}

/// Puts a promotion on the list or takes it off, as its state says. It comes after the commit of the state and before
/// the event counts as handled, so that a crash between the two is made good when the event comes again.
pub(crate) async fn settle(parts: &Parts, org: OrgId, promotion: PromotionId) -> Result<(), Failure> {
    let state = promoted(parts, org, promotion).await?;
    let is_open = state.is_some_and(|state| state.looking(promotion).is_some());
    let occasion = by_itself(NOBODY, WATCHING.to_owned(), promotion);
    decide(parts, &occasion, |list: Option<Watching>| {
        let mut list = list.unwrap_or_default();
        match is_open {
            true => list.0.insert(promotion, org),
            false => list.0.remove(&promotion),
        };
        Decision { state: Some(list), events: Vec::new(), answer: () }
    })
    .await?;
    Ok(())
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

async fn load<S: DeserializeOwned>(parts: &Parts, org: OrgId, aggregate: &str) -> Result<Option<S>, Failure> {
    let Some(stored) = parts.store.load(org, aggregate).await? else { return Ok(None) };
    let damaged = |error: serde_json::Error| {
        Failure::unhandled("STORE_DAMAGED", format!("the state of {aggregate} cannot be read: {error}"))
    };
    serde_json::from_value(stored.state).map_err(damaged)
}
