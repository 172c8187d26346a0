//! What the service does with events: it notes what was approved, and lets go of what came to nothing. It asks no Git host,
//! so that no partition waits for one.

use std::sync::Arc;

use async_trait::async_trait;
use events::plan::ApprovedPlan;
use events::{Event, Message, Service, Topic};
use ids::PromotionId;
use service::{Decision, Failure, Handler, Occasion, Parts, decide};
use tokio::sync::Notify;

use crate::lists::{Entry, List, Lists};
use crate::state::Promoted;

/// The consumer's name.
const CONSUMER: &str = "gitops";

/// Notes what is to be pushed.
pub struct Approvals {
    lists: Lists,
    parts: Parts,
    /// Somebody waits for what is to be pushed.
    noted: Arc<Notify>,
}

impl Approvals {
    /// Notes approvals, and wakes who waits for them.
    #[must_use]
    pub fn new(parts: Parts, noted: Arc<Notify>) -> Self {
        Self { lists: Lists::new(parts.clone()), parts, noted }
    }

    async fn approved(
        &self,
        message: &Message,
        promotion: PromotionId,
        approved: &ApprovedPlan,
    ) -> Result<(), Failure> {
        let (org, asked) = (message.envelope.org, message.envelope.sequence);
        let entry = Entry { org, repository: approved.repository.clone(), asked };
        self.lists.add(List::Pushing, promotion, &entry).await?;
        decide(&self.parts, &occasion(message, promotion), |state: Option<Promoted>| {
            let state = match state {
                Some(over) if over.is_over => Promoted { asked, ..over },
                _ => Promoted::new(approved.clone(), message),
            };
            Decision { state: Some(state), events: Vec::new(), answer: () }
        })
        .await?;
        self.noted.notify_one();
        Ok(())
    }

    async fn ended(&self, message: &Message, promotion: PromotionId) -> Result<(), Failure> {
        decide(&self.parts, &occasion(message, promotion), |state: Option<Promoted>| {
            let state = state.map(|state| Promoted { is_over: true, ..state });
            Decision { state, events: Vec::new(), answer: () }
        })
        .await?;
        self.lists.settle(message.envelope.org, promotion).await
    }
}

#[async_trait]
impl Handler for Approvals {
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
        match &message.event {
            Event::PromotionApproved(event) => {
                self.approved(message, event.promotion_id, &event.approved).await
            }
            Event::ApprovalCarried(event) => {
                self.approved(message, event.promotion_id, &event.approved).await
            }
            Event::PromotionRejected(event) => self.ended(message, event.promotion_id).await,
            Event::PromotionSuperseded(event) => self.ended(message, event.promotion_id).await,
            Event::PromotionClosed(event) => self.ended(message, event.promotion_id).await,
            Event::PromotionStale(event) => self.ended(message, event.promotion_id).await,
            Event::PromotionFailed(event) => self.ended(message, event.promotion_id).await,
            _ => Ok(()),
        }
    }
}

fn occasion(message: &Message, promotion: PromotionId) -> Occasion {
    Occasion::event(CONSUMER, Service::Gitops, promotion.to_string(), message)
}
