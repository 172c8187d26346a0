//! The consumer: a preview is complete, and its organisation asks for a model's words.

use std::sync::Arc;

use async_trait::async_trait;
use cost_model::CostReport;
use diff_engine::Diff;
use events::preview::ExplanationPhrased;
use events::promotion::PreviewCompleted;
use events::{Envelope, Event, EventBody as _, Message, Service, Topic};
use explainer::{Explanation, Fact};
use ids::{BlobHash, OrgId, output_event_id};
use phrasing::Prompt;
use preview::{Billed, ExplanationDocument, PlanDocument};
use risk_rules::RiskReport;
use serde_json::json;
use service::{Failure, Handler, Parts};
use store::{Commit, Handled, Outgoing, StoreError};
use time::Duration;

use crate::config::Config;
use crate::phrase::ledger::Ledger;
use crate::phrase::outcome::Outcome;
use crate::phrase::words::Words;

/// The consumer's name.
const CONSUMER: &str = "explain-phrasing";

/// Nothing is promoted, so there is nothing to say.
const NOTHING: &str = "NOTHING_TO_PROMOTE";

/// Of an older preview nobody waits for a model's words: who turns a model on is not told of all that ever was.
const OLD: Duration = Duration::hours(1);

/// Puts previews into a model's words.
pub struct Phraser {
    config: Config,
    words: Words,
    parts: Parts,
}

impl Phraser {
    /// With the model of this configuration.
    ///
    /// # Errors
    /// `CONFIG_INVALID`.
    pub fn new(config: &Config, parts: Parts, ledger: Arc<dyn Ledger>) -> Result<Self, Failure> {
        let words = Words::new(config, &parts, ledger)?;
        Ok(Self { config: config.clone(), words, parts })
    }

    fn is_asked_for(&self, message: &Message, completed: &PreviewCompleted) -> bool {
        let envelope = &message.envelope;
        self.config.is_for(envelope.org)
            && completed.obstacle.as_deref() != Some(NOTHING)
            && self.parts.clock.now() - envelope.time < OLD
    }

    async fn completed(&self, message: &Message, completed: &PreviewCompleted) -> Result<(), Failure> {
        let org = message.envelope.org;
        let aggregate = format!("phrasing/{}", completed.promotion_id);
        let request = json!(completed.request);
        let known = self.parts.store.load(org, &aggregate).await?;
        // It is told once, however often the preview is.
        if known.is_some_and(|known| known.state["request"] == request) {
            return Ok(());
        }
        let facts = self.facts(org, completed).await?;
        let outcome = self.words.phrase(org, completed.promotion_id, &facts).await?;
        let event = self.event(org, completed, outcome).await?;
        self.commit(message, &aggregate, json!({"request": request}), event).await
    }

    async fn facts(&self, org: OrgId, completed: &PreviewCompleted) -> Result<Vec<Fact>, Failure> {
        let blobs = &*self.parts.blobs;
        let plan: PlanDocument = documents::read(blobs, org, completed.compared.plan).await?;
        let changes: Diff = documents::read(blobs, org, completed.compared.changes).await?;
        let cost: CostReport = documents::read(blobs, org, completed.cost).await?;
        let bill: Billed = documents::read(blobs, org, completed.bill).await?;
        let risk: RiskReport = documents::read(blobs, org, completed.risk).await?;
        Ok(preview::fact_sheet(&plan, &changes, (&cost, bill.bill()), &risk).facts())
    }

    async fn event(
        &self,
        org: OrgId,
        completed: &PreviewCompleted,
        Outcome { phrased, used }: Outcome,
    ) -> Result<ExplanationPhrased, Failure> {
        let why = phrased.as_ref().err().map(|trouble| trouble.code().to_owned());
        let document = match phrased {
            Ok(explanation) => Some(documents::write(&*self.parts.blobs, org, &document(explanation)).await?),
            Err(_) => None,
        };
        Ok(ExplanationPhrased {
            promotion_id: completed.promotion_id,
            request: completed.request,
            model: self.words.endpoint().model().to_owned(),
            endpoint: self.words.endpoint().host().to_owned(),
            prompt: Prompt::NEWEST.name().to_owned(),
            facts_hash: used.facts_hash.unwrap_or_else(|| BlobHash::of(b"")),
            asked_hash: used.asked_hash,
            answer_hash: used.answer_hash,
            tokens_in: used.tokens_in,
            tokens_out: used.tokens_out,
            currency: self.config.currency.clone(),
            cost_micros: self.config.cost(used.tokens_in, used.tokens_out),
            tries: used.tries,
            cached: used.cached,
            fell_back: why.is_some(),
            why,
            refused: used.refused,
            phrased: document,
        })
    }

    /// The event, and that the preview was handled, at once. Its identifier follows from the preview's event.
    async fn commit(
        &self,
        message: &Message,
        aggregate: &str,
        state: serde_json::Value,
        event: ExplanationPhrased,
    ) -> Result<(), Failure> {
        let Envelope { org, source, subject, sequence, .. } = &message.envelope;
        let handled = Handled {
            consumer: CONSUMER.to_owned(),
            topic: source.topic(),
            aggregate: subject.clone(),
            sequence: *sequence,
        };
        loop {
            let stored = self.parts.store.load(*org, aggregate).await?;
            let (version, last) = stored.map_or((0, 0), |stored| (stored.version, stored.sequence));
            let envelope = self.envelope(message, aggregate, last + 1);
            let record = events::encode(&Message { envelope, event: event.clone().into() });
            let record = record.map_err(|error| Failure::unhandled(error.code(), error.to_string()))?;
            let commit = Commit {
                org: *org,
                aggregate: aggregate.to_owned(),
                expected_version: version,
                sequence: last + 1,
                state: state.clone(),
                handled: Some(handled.clone()),
                command: None,
                outbox: vec![Outgoing { topic: Service::Explain.topic(), record }],
            };
            match self.parts.store.commit(commit).await {
                Ok(()) | Err(StoreError::Duplicate { .. }) => return Ok(()),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Of what follows from a message, as the event of this number of an aggregate.
    fn envelope(&self, message: &Message, aggregate: &str, sequence: u64) -> Envelope {
        let Envelope { id, org, correlation, traceparent, .. } = &message.envelope;
        Envelope {
            id: output_event_id(*id, ExplanationPhrased::TYPE),
            source: Service::Explain,
            subject: aggregate.to_owned(),
            time: self.parts.clock.now(),
            org: *org,
            sequence,
            causation: Some(*id),
            correlation: *correlation,
            traceparent: traceparent.clone(),
        }
    }
}

fn document(explanation: Explanation) -> ExplanationDocument {
    ExplanationDocument { text: explanation.to_text(), markdown: explanation.to_markdown(), explanation }
}

#[async_trait]
impl Handler for Phraser {
    fn consumer(&self) -> &'static str {
        CONSUMER
    }

    fn service(&self) -> Service {
        Service::Explain
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Service::Promotion.topic()]
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        match &message.event {
            Event::PreviewCompleted(completed) if self.is_asked_for(message, completed) => {
                self.completed(message, completed).await
            }
            _ => Ok(()),
        }
    }
}
