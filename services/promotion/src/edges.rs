//! What edges hear of promotions.

use events::promotion::{BaseAdvanced, PreviewRequested, PromotionMerged};
use events::{Event, Message, Service};
use ids::{EdgeId, PromotionId, edge_id};
use preview::{Arrived, PlanDocument};
use service::{Decision, Done, Failure, Occasion, decide};

use crate::domain::{Command, Edge, Merged, Promotion, Rank};
use crate::promotions::Promotions;
use crate::react::CONSUMER;
use crate::resolve::base_of;

/// What edges hear of promotions. They hear it from the service's own topic: an event of one aggregate, told to another,
/// and lost by no crash between the two.
pub(crate) struct Edges {
    promotions: Promotions,
}

impl Edges {
    pub(crate) fn new(promotions: Promotions) -> Self {
        Self { promotions }
    }

    /// A newer promotion takes the place of an older one. The older one hears of it before the edge does, so that it
    /// hears of it however often this is begun; and the edge only if it is still as it was.
    pub(crate) async fn requested(
        &self,
        message: &Message,
        requested: &PreviewRequested,
    ) -> Result<(), Failure> {
        let inputs = &requested.inputs;
        let edge = edge_id(inputs.application_id, &inputs.from.environment, &inputs.to.environment);
        let rank = Rank { requested: message.envelope.time, promotion: requested.promotion_id };
        let occasion = of_edge(edge, message);
        let mut told = None;
        loop {
            let note = |state: Option<Edge>| {
                let edge = state.clone().unwrap_or_default();
                let gives_way = edge.requested(rank);
                match gives_way == told {
                    true => {
                        Decision { state: Some(edge.with_request(rank)), events: Vec::new(), answer: None }
                    }
                    false => Decision { state, events: Vec::new(), answer: gives_way },
                }
            };
            let done: Done<Edge, _> = decide(self.promotions.parts(), &occasion, note).await?;
            let Done::Committed { answer: Some((older, newer)), .. } = done else { return Ok(()) };
            // How the older one ended belongs to its own story.
            let correlation = older.uuid();
            let aggregate = older.to_string();
            let occasion = Occasion { aggregate, correlation, handled: None, ..occasion.clone() };
            let by = self.requester(message, requested, newer).await?;
            self.promotions.tell(&occasion, Command::Supersede { newer, by }).await?;
            told = Some((older, newer));
        }
    }

    /// Who asked for the newer one: of this event, or of one that was heard of before it.
    async fn requester(
        &self,
        message: &Message,
        requested: &PreviewRequested,
        newer: PromotionId,
    ) -> Result<String, Failure> {
        if newer == requested.promotion_id {
            return Ok(requested.requested_by.clone());
        }
        let known = self.promotions.promotion(message.envelope.org, newer).await?;
        let lost = || Failure::unhandled("STORE_DAMAGED", format!("the promotion {newer} is not there"));
        Ok(known.ok_or_else(lost)?.requested_by)
    }

    /// The base advances.
    pub(crate) async fn merged(&self, message: &Message, merged: &PromotionMerged) -> Result<(), Failure> {
        let org = message.envelope.org;
        let damaged = || Failure::unhandled("STORE_DAMAGED", "a promotion was merged that is not there");
        let promotion = self.promotions.promotion(org, merged.promotion_id).await?.ok_or_else(damaged)?;
        let approved = promotion.approved.as_ref().ok_or_else(damaged)?;
        let plan: PlanDocument = documents::read(&*self.promotions.parts().blobs, org, approved.plan).await?;
        let inputs = &promotion.inputs;
        let edge = edge_id(inputs.application_id, &inputs.from.environment, &inputs.to.environment);
        let arrived = if merged.incomplete.is_empty() { Arrived::Whole } else { Arrived::Part };
        let advance = |state: Option<Edge>| {
            let source_commit = &inputs.source_commit;
            let merged = Merged { rank: promotion.rank, source_commit, plan: &plan, arrived };
            let state = state.unwrap_or_default().with_merged(merged);
            Decision { events: advanced(edge, &promotion, &state), state: Some(state), answer: () }
        };
        decide(self.promotions.parts(), &of_edge(edge, message), advance).await?;
        Ok(())
    }
}

fn of_edge(edge: EdgeId, message: &Message) -> Occasion {
    Occasion::event(CONSUMER, Service::Promotion, edge.to_string(), message)
}

fn advanced(edge_id: EdgeId, promotion: &Promotion, edge: &Edge) -> Vec<Event> {
    let inputs = &promotion.inputs;
    let event = |base| BaseAdvanced {
        edge_id,
        application_id: inputs.application_id,
        from: inputs.from.environment.clone(),
        to: inputs.to.environment.clone(),
        promotion_id: promotion.id,
        base: base_of(base),
    };
    edge.base.iter().map(|base| event(base).into()).collect()
}
