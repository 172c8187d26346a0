//! Pushing what was approved, until the host has said yes or no.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use events::gitops::{BranchPushed, ConflictDetected, PushDelayed, PushRefused};
use events::{Event, Service};
use ids::{OrgId, PromotionId};
use preview::PlanDocument;
use service::{Backoff, Decision, Failure, Occasion, Parts, decide};
use telemetry::trace;
use time::OffsetDateTime;

use crate::carry::{Carried, Outcome, Trouble, carry_out};
use crate::config::Config;
use crate::git::{Author, Git};
use crate::lists::{Entry, List, Listed, Lists, by_itself};
use crate::rounds::{DONE, Errand, once};
use crate::state::{DuePush, Promoted, promoted};

/// Between tries to reach a host. A person who mends it waits for the longest at most.
const AGAIN: Backoff = Backoff { first: Duration::from_secs(2), longest: Duration::from_secs(300) };

/// How long an approval that is about to be noted is waited for.
const NOTED: Duration = Duration::from_millis(250);

/// Pushes what was approved.
#[derive(Clone)]
pub struct Pusher {
    author: Author,
    git: Arc<dyn Git>,
    lists: Lists,
    parts: Parts,
}

impl Pusher {
    /// Pushes with this Git.
    #[must_use]
    pub fn new(config: &Config, git: Arc<dyn Git>, parts: Parts) -> Self {
        Self { author: config.author(), git, lists: Lists::new(parts.clone()), parts }
    }

    /// Tries once to push everything whose time has come. What fails for one promotion is logged, and tried again.
    ///
    /// # Errors
    /// The list of promotions cannot be read.
    pub async fn push(&self) -> Result<(), Failure> {
        once(self).await
    }

    /// Reads the plan and asks the host.
    async fn carry(
        &self,
        org: OrgId,
        promotion: PromotionId,
        state: &Promoted,
        due: &DuePush,
    ) -> Result<Outcome, Failure> {
        let approved = state.approved.clone();
        let plan: PlanDocument = match documents::read(&*self.parts.blobs, org, approved.plan).await {
            Ok(plan) => plan,
            Err(Failure::Unhandled { code, message }) => {
                return Ok(Outcome::failed(Trouble::Faulty, code, message));
            }
            Err(away) => return Err(away),
        };
        // Nobody has approved anything before 1970.
        let at = u64::try_from(due.asked_at.unix_timestamp()).unwrap_or(0);
        let carried = Carried { promotion, approved, plan, author: self.author.clone(), at };
        let git = Arc::clone(&self.git);
        let outcome = self.parts.blocking.run(DONE, move || carry_out(&*git, &carried)).await;
        Ok(outcome.unwrap_or_else(|panicked| {
            let panicked = panicked.for_people(Service::Gitops);
            Outcome::failed(Trouble::Faulty, panicked.code(), panicked.message().to_owned())
        }))
    }

    /// [`Pusher::carry`] with a span, upon which follows what others hear of the outcome.
    async fn traced(
        &self,
        org: OrgId,
        promotion: PromotionId,
        state: &Promoted,
        due: &DuePush,
    ) -> Result<(Outcome, Option<String>), Failure> {
        let span = trace::push(due.traceparent.as_deref(), &promotion);
        let outcome = span.around(self.carry(org, promotion, state, due)).await;
        match &outcome {
            Ok(Outcome::Failed { code, .. }) => span.fail(code),
            Ok(Outcome::Moved { .. }) => span.fail("PLAN_TARGET_MOVED"),
            Ok(Outcome::Pushed { .. }) => {}
            Err(failure) => span.fail(failure.code()),
        }
        Ok((outcome?, span.traceparent()))
    }

    async fn note(
        &self,
        org: OrgId,
        promotion: PromotionId,
        state: &Promoted,
        (due, traceparent): (&DuePush, Option<String>),
        outcome: &Outcome,
    ) -> Result<(), Failure> {
        if let Outcome::Pushed { .. } = outcome {
            let (repository, asked) = (state.approved.repository.clone(), state.asked);
            self.lists.add(List::Watching, promotion, &Entry { org, repository, asked }).await?;
        }
        let now = self.parts.clock.now();
        let occasion = Occasion {
            causation: Some(due.asked_by),
            traceparent,
            ..by_itself(org, promotion.to_string(), promotion)
        };
        decide(&self.parts, &occasion, |now_there: Option<Promoted>| match now_there {
            Some(there) if there.due().is_some_and(|there| there.asked_by == due.asked_by) => {
                noted(there, promotion, outcome, now)
            }
            // Another try was first, or it is over.
            other => Decision { state: other, events: Vec::new(), answer: () },
        })
        .await?;
        Ok(())
    }
}

#[async_trait]
impl Errand for Pusher {
    async fn listed(&self) -> Result<Arc<Listed>, Failure> {
        self.lists.read(List::Pushing).await
    }

    async fn run(&self, org: OrgId, promotion: PromotionId) -> Result<Option<Duration>, Failure> {
        let Some(state) = promoted(&self.parts, org, promotion).await? else { return Ok(Some(NOTED)) };
        if let Some(due) = state.due() {
            if let Some(left) = left(due, self.parts.clock.now()) {
                return Ok(Some(left));
            }
            let (outcome, traceparent) = self.traced(org, promotion, &state, due).await?;
            self.note(org, promotion, &state, (due, traceparent), &outcome).await?;
        }
        self.lists.settle(org, promotion).await?;
        // If it is still on the list, its state says when its time comes.
        Ok(Some(NOTED))
    }
}

/// How long until the push may be tried; none if it may be now.
fn left(due: &DuePush, now: OffsetDateTime) -> Option<Duration> {
    Duration::try_from(due.not_before - now).ok().filter(|left| !left.is_zero())
}

/// What is known of the promotion from now on, and what others hear of it.
fn noted(
    state: Promoted,
    promotion_id: PromotionId,
    outcome: &Outcome,
    now: OffsetDateTime,
) -> Decision<Promoted, ()> {
    let approved = &state.approved;
    let preview_hash = approved.preview_hash.clone();
    let (planned, event): (_, Event) = match outcome.clone() {
        Outcome::Pushed { commit, planned } => {
            let (repository, branch) = (approved.repository.clone(), approved.branch.clone());
            let target_commit = approved.target_commit.clone();
            let pushed =
                BranchPushed { promotion_id, preview_hash, repository, branch, commit, target_commit };
            (planned, pushed.into())
        }
        Outcome::Moved { head, paths } => {
            let conflict = ConflictDetected { promotion_id, preview_hash, head, moved: paths };
            (Default::default(), conflict.into())
        }
        Outcome::Failed { trouble, code, message } => {
            let code = code.to_owned();
            match state.push.clone().map(|due| due.failed(trouble)) {
                Some(due) if trouble.is_tried_again(due.faults) => {
                    let delayed = PushDelayed { promotion_id, preview_hash, code, message };
                    return later(state, (due, trouble), delayed, now);
                }
                _ => (Default::default(), PushRefused { promotion_id, code, message }.into()),
            }
        }
    };
    Decision { state: Some(Promoted { planned, push: None, ..state }), events: vec![event], answer: () }
}

/// It is tried again later. Others hear once with each code that the host is away, not at every try.
fn later(
    state: Promoted,
    (mut due, trouble): (DuePush, Trouble),
    delayed: PushDelayed,
    now: OffsetDateTime,
) -> Decision<Promoted, ()> {
    let (promotion, code) = (delayed.promotion_id, &delayed.code);
    tracing::warn!(%promotion, code, error = delayed.message, "not pushed yet");
    due.not_before = now + AGAIN.delay(due.failures, u32::MAX);
    let is_news = trouble == Trouble::Away && due.told.insert(code.clone());
    let events = is_news.then(|| delayed.into()).into_iter().collect();
    Decision { state: Some(Promoted { push: Some(due), ..state }), events, answer: () }
}
