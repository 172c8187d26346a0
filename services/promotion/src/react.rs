//! What the service does with events.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use events::gitops::ConflictDetected;
use events::plan::PlanInputs;
use events::preview::{PreviewExplained, PreviewFailed};
use events::{Event, Message, Service, Topic};
use ids::OrgId;
use service::{Failure, GivenUp, Handler, Undone};

use crate::domain::Command;
use crate::edges::Edges;
use crate::hurried::Hurried;
use crate::previews::Previews;
use crate::promotions::{Promotions, about};
use crate::resolve::Resolver;

/// The consumer's name.
pub(crate) const CONSUMER: &str = "promotion";

/// Between tries to reach a repository that is away.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// How long a repository is waited for, over all tries: everybody's promotions wait behind this one.
const PATIENCE: Duration = Duration::from_secs(10);

fn is_of_git(failure: &Failure) -> bool {
    failure.code().starts_with("GIT_")
}

/// Whether another try may find it back. A host that has taken all of the time gets no more.
fn is_worth_a_try(failure: &Failure) -> bool {
    is_of_git(failure) && failure.code() != "GIT_TIMEOUT"
}

/// What the service does with events: with those of the engines and of Git, and with its own, of which edges hear.
pub struct Reactor {
    promotions: Promotions,
    resolver: Resolver,
    previews: Previews,
    edges: Edges,
}

impl Reactor {
    /// Reacts upon the promotions that the resolver knows.
    #[must_use]
    pub fn new(resolver: Resolver) -> Self {
        let promotions = resolver.promotions.clone();
        let previews = Previews::new(promotions.clone());
        Self { previews, edges: Edges::new(promotions.clone()), promotions, resolver }
    }

    async fn explained(&self, message: &Message, explained: &PreviewExplained) -> Result<(), Failure> {
        match self.previews.completion(message.envelope.org, explained).await? {
            Some(command) => self.tell(message, explained.promotion_id, command).await,
            None => Ok(()),
        }
    }

    async fn moved(&self, message: &Message, conflict: &ConflictDetected) -> Result<(), Failure> {
        let org = message.envelope.org;
        let promotion = self.promotions.promotion(org, conflict.promotion_id).await?;
        let Some(promotion) = promotion.filter(|promotion| promotion.stands_by(&conflict.preview_hash))
        else {
            return Ok(());
        };
        let inputs = match self.again(org, &promotion.inputs, &conflict.head).await {
            Ok(inputs) => Ok(Box::new(inputs)),
            Err(Undone::Refused(refused)) => Err(refused.message),
            // Others' promotions wait behind this one, so its repository is not waited for any longer.
            Err(Undone::Failed(failure)) if is_of_git(&failure) => Err(failure.message().to_owned()),
            Err(Undone::Failed(failure)) => return Err(failure),
        };
        self.tell(message, conflict.promotion_id, Command::Replan(conflict.clone(), inputs)).await
    }

    /// What the plan is made from now; a repository that is away is tried again for a moment.
    async fn again(&self, org: OrgId, inputs: &PlanInputs, head: &str) -> Result<PlanInputs, Undone> {
        let repositories = Arc::new(Hurried::new(Arc::clone(&self.resolver.repositories), PATIENCE));
        let resolver = Resolver { repositories, ..self.resolver.clone() };
        for pause in AGAIN {
            match resolver.again(org, inputs, head).await {
                Err(Undone::Failed(failure)) if is_worth_a_try(&failure) => tokio::time::sleep(pause).await,
                outcome => return outcome,
            }
        }
        resolver.again(org, inputs, head).await
    }

    async fn tell(
        &self,
        message: &Message,
        promotion: ids::PromotionId,
        command: Command,
    ) -> Result<(), Failure> {
        Ok(self.promotions.tell(&about(CONSUMER, promotion, message), command).await?)
    }
}

#[async_trait]
impl Handler for Reactor {
    fn consumer(&self) -> &'static str {
        CONSUMER
    }

    fn service(&self) -> Service {
        Service::Promotion
    }

    fn topics(&self) -> Vec<Topic> {
        use Service::{Cost, Diff, Explain, Gitops, Promotion, Risk};
        [Promotion, Diff, Cost, Risk, Explain, Gitops].map(Service::topic).into()
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let command = match &message.event {
            Event::PreviewExplained(explained) => return self.explained(message, explained).await,
            Event::ConflictDetected(conflict) => return self.moved(message, conflict).await,
            Event::PreviewRequested(requested) => return self.edges.requested(message, requested).await,
            Event::PromotionMerged(merged) => return self.edges.merged(message, merged).await,
            Event::PreviewFailed(failed) => (failed.promotion_id, Command::FailPreview(failed.clone())),
            Event::BranchPushed(pushed) => (pushed.promotion_id, Command::Open(pushed.clone())),
            Event::PullRequestOpened(opened) => {
                (opened.promotion_id, Command::ShowPullRequest(opened.clone()))
            }
            Event::PushDelayed(delayed) => (delayed.promotion_id, Command::DelayPush(delayed.clone())),
            Event::PushRefused(refused) => (refused.promotion_id, Command::RefusePush(refused.clone())),
            Event::MergeSeen(seen) => (seen.promotion_id, Command::Merge(seen.clone())),
            Event::BranchDeleted(deleted) => (deleted.promotion_id, Command::Close(deleted.clone())),
            _ => return Ok(()),
        };
        self.tell(message, command.0, command.1).await
    }

    /// Who waits for a preview whose documents cannot be read is told.
    async fn give_up(&self, message: &Message, failure: &Failure) -> Result<GivenUp, Failure> {
        let Event::PreviewExplained(explained) = &message.event else { return Ok(GivenUp::Silently) };
        let shown = failure.for_people(Service::Promotion);
        let failed = PreviewFailed {
            promotion_id: explained.promotion_id,
            request: explained.request,
            stage: Service::Promotion.name().to_owned(),
            code: shown.code().to_owned(),
            message: shown.message().to_owned(),
        };
        self.tell(message, explained.promotion_id, Command::FailPreview(failed)).await?;
        Ok(GivenUp::Told)
    }
}
