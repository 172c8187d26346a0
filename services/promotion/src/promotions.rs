//! The promotions and edges that the service keeps.

use events::promotion::CommandRefused;
use events::{Event, Message, Service};
use ids::{OrgId, PromotionId};
use serde::{Deserialize, Serialize};
use service::{Aggregate, DeciderError, Decision, Done, Failure, Occasion, Parts, Refused, Undone, decide};

use crate::domain::{self, Command, Edge, Promotion};

impl Aggregate for Promotion {
    fn evolve(state: Option<Self>, message: &Message) -> Option<Self> {
        Promotion::evolve(state, message)
    }

    fn trace(&self) -> Option<&str> {
        self.trace.as_deref()
    }
}

impl Aggregate for Edge {
    /// What an edge knows, it knows of promotions; its own event tells others.
    fn evolve(state: Option<Self>, _: &Message) -> Option<Self> {
        state
    }
}

/// Refusals that are about no promotion, of an organisation. There is nothing to know of them but how many there are.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Refusals;

impl Aggregate for Refusals {
    fn evolve(state: Option<Self>, _: &Message) -> Option<Self> {
        state
    }
}

/// The promotions and edges that the service keeps.
#[derive(Clone)]
pub struct Promotions {
    parts: Parts,
}

/// Who asks for what, for the record of refusals.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who asks.
    pub by: String,
    /// What for.
    pub command: &'static str,
    /// The promotion that it is about, if it could be one.
    pub promotion: Option<PromotionId>,
}

impl Promotions {
    /// Those of the service's store.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// What the service was given.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// A promotion of an organisation; none if it has no such promotion.
    ///
    /// # Errors
    /// The store cannot be reached or is damaged.
    pub async fn promotion(&self, org: OrgId, id: PromotionId) -> Result<Option<Promotion>, Failure> {
        self.parts.state(org, &id.to_string()).await
    }

    /// An edge of an organisation.
    ///
    /// # Errors
    /// The store cannot be reached or is damaged.
    pub async fn edge(&self, org: OrgId, id: ids::EdgeId) -> Result<Option<Edge>, Failure> {
        self.parts.state(org, &id.to_string()).await
    }

    /// A person tells a promotion something. A refusal is recorded.
    ///
    /// # Errors
    /// The refusal; or the store cannot be reached or is damaged.
    pub async fn ask(
        &self,
        occasion: &Occasion,
        asked: &Asked,
        command: Command,
    ) -> Result<Done<Promotion, ()>, Undone> {
        let done = decide(&self.parts, occasion, |state: Option<Promotion>| {
            match domain::decide(state.as_ref(), command.clone()) {
                Ok(events) => Decision { state, events, answer: Ok(()) },
                Err(refusal) => {
                    let refused = Refused::from(refusal);
                    // Without a promotion there is no aggregate whose event it could be.
                    let events = state.iter().map(|_| asked.refused(&refused)).collect();
                    Decision { state, events, answer: Err(refused) }
                }
            }
        });
        match done.await? {
            Done::Committed { state, answer: Ok(()) } => Ok(Done::Committed { state, answer: () }),
            Done::Committed { state: Some(_), answer: Err(refused) } => Err(refused.into()),
            Done::Committed { state: None, answer: Err(refused) } => {
                self.recorded(occasion, asked, Err(refused.into())).await
            }
            Done::AnsweredBefore(answer) => Ok(Done::AnsweredBefore(answer)),
            Done::HandledBefore => Ok(Done::HandledBefore),
        }
    }

    /// Records a refusal that is about no promotion that there is, if it is one.
    ///
    /// # Errors
    /// The refusal; or the store cannot be reached or is damaged.
    pub async fn recorded<T>(
        &self,
        occasion: &Occasion,
        asked: &Asked,
        result: Result<T, Undone>,
    ) -> Result<T, Undone> {
        if let Err(Undone::Refused(refused)) = &result {
            self.record(occasion, asked, refused).await?;
        }
        result
    }

    async fn record(&self, occasion: &Occasion, asked: &Asked, refused: &Refused) -> Result<(), Undone> {
        let aggregate = occasion.org.to_string();
        let occasion = Occasion { aggregate, command: None, handled: None, ..occasion.clone() };
        let record =
            |state: Option<Refusals>| Decision { state, events: vec![asked.refused(refused)], answer: () };
        decide(&self.parts, &occasion, record).await?;
        Ok(())
    }

    /// The engines or Git tell a promotion something. What follows nothing from is no error.
    ///
    /// # Errors
    /// The store cannot be reached or is damaged.
    pub async fn tell(&self, occasion: &Occasion, command: Command) -> Result<(), DeciderError> {
        let decide = decide(&self.parts, occasion, |state: Option<Promotion>| {
            // Engines and Git are never refused.
            let events = domain::decide(state.as_ref(), command.clone()).unwrap_or_default();
            Decision { state, events, answer: () }
        });
        decide.await.map(drop)
    }
}

impl Asked {
    fn refused(&self, refused: &Refused) -> Event {
        CommandRefused {
            promotion_id: self.promotion,
            by: self.by.clone(),
            command: self.command.to_owned(),
            code: refused.code.to_owned(),
            message: refused.message.clone(),
        }
        .into()
    }
}

/// An event of another service is about a promotion.
#[must_use]
pub(crate) fn about(consumer: &str, promotion: PromotionId, message: &Message) -> Occasion {
    Occasion::event(consumer, Service::Promotion, promotion.to_string(), message)
}
