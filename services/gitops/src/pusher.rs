//! What the service does with events: it pushes what was approved, and lets go of what came to nothing.

use std::sync::Arc;

use async_trait::async_trait;
use events::gitops::{BranchPushed, ConflictDetected, PushRefused};
use events::plan::ApprovedPlan;
use events::{Event, Message, Service, Topic};
use ids::PromotionId;
use preview::PlanDocument;
use service::{Decision, Failure, Handler, Occasion, Parts, decide};

use crate::carry::{Carried, Outcome, carry_out};
use crate::config::Config;
use crate::git::{Author, Git};
use crate::state::{Promoted, settle};

/// The consumer's name.
const CONSUMER: &str = "gitops";

/// Pushes what was approved.
pub struct Pusher {
    author: Author,
    git: Arc<dyn Git>,
    parts: Parts,
}

impl Pusher {
    /// Pushes with this Git.
    #[must_use]
    pub fn new(config: &Config, git: Arc<dyn Git>, parts: Parts) -> Self {
        Self { author: config.author(), git, parts }
    }

    async fn approved(
        &self,
        message: &Message,
        promotion: PromotionId,
        approved: &ApprovedPlan,
    ) -> Result<PromotionId, Failure> {
        if self.is_handled(message).await? {
            return Ok(promotion);
        }
        let plan: PlanDocument =
            documents::read(&*self.parts.blobs, message.envelope.org, approved.plan).await?;
        // Nobody has approved anything before 1970.
        let at = u64::try_from(message.envelope.time.unix_timestamp()).unwrap_or(0);
        let (author, approved) = (self.author.clone(), approved.clone());
        let carried = Carried { promotion, approved: approved.clone(), plan, author, at };
        let git = Arc::clone(&self.git);
        let outcome = tokio::task::spawn_blocking(move || carry_out(&*git, &carried)).await;
        let outcome = outcome.map_err(|_| Failure::unhandled("HANDLER_PANICKED", "pushing panicked"))?;
        decide(&self.parts, &occasion(message, promotion), |state: Option<Promoted>| {
            note(state, promotion, &approved, &outcome)
        })
        .await?;
        Ok(promotion)
    }

    /// Whether Git is left alone: what was done once may have been undone since by people.
    async fn is_handled(&self, message: &Message) -> Result<bool, Failure> {
        let envelope = &message.envelope;
        let topic = envelope.source.topic();
        let seen = self.parts.store.handled(envelope.org, CONSUMER, &topic, &envelope.subject).await?;
        Ok(seen >= envelope.sequence)
    }

    async fn ended(&self, message: &Message, promotion: PromotionId) -> Result<PromotionId, Failure> {
        decide(&self.parts, &occasion(message, promotion), |state: Option<Promoted>| {
            let state = state.map(|state| Promoted { is_over: true, ..state });
            Decision { state, events: Vec::new(), answer: () }
        })
        .await?;
        Ok(promotion)
    }
}

#[async_trait]
impl Handler for Pusher {
    fn consumer(&self) -> &'static str {
        CONSUMER
    }

    fn service(&self) -> Service {
        Service::Gitops
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Service::Promotion.topic()]
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let promotion = match &message.event {
            Event::PromotionApproved(event) => {
                self.approved(message, event.promotion_id, &event.approved).await?
            }
            Event::ApprovalCarried(event) => {
                self.approved(message, event.promotion_id, &event.approved).await?
            }
            Event::PromotionRejected(event) => self.ended(message, event.promotion_id).await?,
            Event::PromotionSuperseded(event) => self.ended(message, event.promotion_id).await?,
            Event::PromotionClosed(event) => self.ended(message, event.promotion_id).await?,
            Event::PromotionStale(event) => self.ended(message, event.promotion_id).await?,
            _ => return Ok(()),
        };
        settle(&self.parts, message.envelope.org, promotion).await
    }
}

fn occasion(message: &Message, promotion: PromotionId) -> Occasion {
    Occasion::event(CONSUMER, Service::Gitops, promotion.to_string(), message)
}

/// What is known of the promotion from now on, and what others hear of it.
fn note(
    state: Option<Promoted>,
    promotion_id: PromotionId,
    approved: &ApprovedPlan,
    outcome: &Outcome,
) -> Decision<Promoted, ()> {
    let known = state.as_ref().is_some_and(|state| {
        state.is_over || state.commit.is_some() && state.approved.preview_hash == approved.preview_hash
    });
    if known {
        return Decision { state, events: Vec::new(), answer: () };
    }
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
        Outcome::Refused { code, message } => {
            (Default::default(), PushRefused { promotion_id, code: code.to_owned(), message }.into())
        }
    };
    let state = Some(Promoted::new(approved.clone(), planned));
    Decision { state, events: vec![event], answer: () }
}
