//! What the service knows of promotions.

use std::collections::{BTreeMap, BTreeSet};

use events::plan::ApprovedPlan;
use events::{Event, Message};
use ids::{EventId, OrgId, PromotionId};
use serde::{Deserialize, Serialize};
use service::{Aggregate, Failure, Parts};
use time::OffsetDateTime;

use crate::carry::Trouble;
use crate::git::Looking;

/// A promotion whose change was to be pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Promoted {
    /// What was approved last.
    pub(crate) approved: ApprovedPlan,
    /// The sequence of the approval that was noted last.
    #[serde(default)]
    pub(crate) asked: u64,
    /// The push that is still to be made; none once it is made or cannot be.
    pub(crate) push: Option<DuePush>,
    /// The SHA-256 of each file after the edit; none where it goes.
    pub(crate) planned: BTreeMap<String, Option<String>>,
    /// The commit that was pushed; none if none was.
    pub(crate) commit: Option<String>,
    /// The head of the target up to which no merge was found.
    pub(crate) since: String,
    /// Whether nothing follows any more.
    pub(crate) is_over: bool,
}

/// A push that is still to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DuePush {
    /// The event that asks for it.
    pub(crate) asked_by: EventId,
    /// When it asked: the time of the commit.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) asked_at: OffsetDateTime,
    /// The trace that it belongs to.
    pub(crate) traceparent: Option<String>,
    /// How many tries have failed, for whatever reason: a host that fails in turns with one code and another is as far away
    /// as one that keeps to its own.
    pub(crate) failures: u32,
    /// How many of them met a fault of ours, or nobody's.
    #[serde(default)]
    pub(crate) faults: u32,
    /// The codes with which others were told of a delay: the log keeps what they are told for ever.
    #[serde(default)]
    pub(crate) told: BTreeSet<String>,
    /// It is not tried again before.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) not_before: OffsetDateTime,
}

impl DuePush {
    /// What an approval asks for.
    fn asked(message: &Message) -> Self {
        let envelope = &message.envelope;
        Self {
            asked_by: envelope.id,
            asked_at: envelope.time,
            traceparent: envelope.traceparent.clone(),
            failures: 0,
            faults: 0,
            told: BTreeSet::new(),
            not_before: envelope.time,
        }
    }

    /// With one more try that has failed.
    pub(crate) fn failed(self, trouble: Trouble) -> Self {
        let failures = self.failures.saturating_add(1);
        let faults = self.faults.saturating_add(u32::from(trouble == Trouble::Faulty));
        Self { failures, faults, ..self }
    }
}

impl Promoted {
    /// A plan that is to be carried out.
    pub(crate) fn new(approved: ApprovedPlan, message: &Message) -> Self {
        Self {
            asked: message.envelope.sequence,
            push: Some(DuePush::asked(message)),
            planned: BTreeMap::new(),
            commit: None,
            since: approved.target_commit.clone(),
            is_over: false,
            approved,
        }
    }

    /// The push to make; none if there is none to make.
    pub(crate) fn due(&self) -> Option<&DuePush> {
        self.push.as_ref().filter(|_| !self.is_over)
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

/// What the service knows of a promotion.
pub(crate) async fn promoted(
    parts: &Parts,
    org: OrgId,
    promotion: PromotionId,
) -> Result<Option<Promoted>, Failure> {
    parts.state(org, &promotion.to_string()).await
}
