//! From a request to the documents of the diff.

use std::sync::Arc;

use application::{Application, Policy};
use async_trait::async_trait;
use events::plan::{Compared, PlanInputs};
use events::preview::DiffComputed;
use events::{Event, Message, Service, Topic};
use ids::{OrgId, PromotionId};
use preview::{DiffOutput, KnownNodes, Selection};
use service::{Blocking, Engine, Failure, Key, Parts, Secret};
use store::Blobs;
use tokio::time::Instant;

use crate::key;
use crate::patience::Patience;
use crate::planner::{Asked, Planner, Refusal};

/// The engine.
pub(crate) struct Diff {
    key: Secret<Key>,
    planner: Arc<dyn Planner>,
    patience: Patience,
    blobs: Arc<dyn Blobs>,
    blocking: Blocking,
}

impl Diff {
    pub(crate) fn new(key: Secret<Key>, planner: Arc<dyn Planner>, parts: &Parts) -> Self {
        let (blobs, blocking) = (Arc::clone(&parts.blobs), parts.blocking);
        Self { key, planner, patience: Patience::default(), blobs, blocking }
    }

    /// Reads and plans, where that may take long.
    async fn plan(
        &self,
        org: OrgId,
        promotion: PromotionId,
        inputs: &PlanInputs,
    ) -> Result<Result<(DiffOutput, KnownNodes), Refusal>, Failure> {
        let policy: Policy = documents::read(&*self.blobs, org, inputs.policy).await?;
        let document: Application = documents::read(&*self.blobs, org, inputs.document).await?;
        let (planner, inputs) = (Arc::clone(&self.planner), inputs.clone());
        let redactor = key::redactor(self.key.expose().bytes(), org, promotion);
        let (repository, patience) = (inputs.repository.clone(), self.patience.clone());
        let plan = move || {
            let (inputs, document, policy) = (&inputs, &document, &policy);
            let (selection, redactor) = (&selection(inputs)?, &redactor);
            let within = patience.with(org, &repository, Instant::now());
            let planned = planner.plan(&Asked { inputs, document, policy, selection, redactor, within });
            let refused = planned.as_ref().err().map(|refusal| refusal.code);
            patience.note(org, &repository, within, refused, Instant::now());
            planned
        };
        self.blocking.run("planning", plan).await
    }

    async fn compared(
        &self,
        org: OrgId,
        output: &DiffOutput,
        nodes: &KnownNodes,
    ) -> Result<Compared, Failure> {
        let blobs = &*self.blobs;
        let (before, after) = documents::write_rendered(blobs, org, &output.rendered).await?;
        Ok(Compared {
            plan: documents::write(blobs, org, &output.plan).await?,
            before,
            after,
            changes: documents::write(blobs, org, &output.changes).await?,
            nodes: documents::write(blobs, org, nodes).await?,
        })
    }
}

#[async_trait]
impl Engine for Diff {
    fn service(&self) -> Service {
        Service::Diff
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Service::Promotion.topic()]
    }

    async fn output(&self, message: &Message) -> Result<Option<Message>, Failure> {
        let (promotion, inputs) = match &message.event {
            Event::PreviewRequested(event) => (event.promotion_id, &event.inputs),
            Event::ReplanRequested(event) => (event.promotion_id, &event.inputs),
            _ => return Ok(None),
        };
        let org = message.envelope.org;
        let (output, nodes) = match self.plan(org, promotion, inputs).await? {
            Ok(output) => output,
            Err(Refusal { code, message: why }) => {
                return Ok(self.failed(message, code, why));
            }
        };
        let compared = self.compared(org, &output, &nodes).await?;
        Ok(Some(message.output(Service::Diff, computed(message, promotion, inputs, &output, compared))))
    }

    fn failed(&self, message: &Message, code: &'static str, why: String) -> Option<Message> {
        let promotion = match &message.event {
            Event::PreviewRequested(event) => event.promotion_id,
            Event::ReplanRequested(event) => event.promotion_id,
            _ => return None,
        };
        let names = (promotion, message.envelope.id);
        Some(documents::failed(message, Service::Diff, names, (code, why)))
    }
}

fn computed(
    message: &Message,
    promotion_id: PromotionId,
    inputs: &PlanInputs,
    output: &DiffOutput,
    compared: Compared,
) -> DiffComputed {
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let (plan, changes) = (&output.plan, &output.changes);
    DiffComputed {
        promotion_id,
        request: message.envelope.id,
        from: inputs.from.environment.clone(),
        to: inputs.to.environment.clone(),
        policy: inputs.policy,
        price_book: inputs.price_book,
        compared,
        carried: count(plan.carried.len()),
        kept: count(plan.kept.len()),
        pending: count(plan.pending.len()),
        candidates: count(plan.candidates.len()),
        blocked: count(plan.blocked.len()),
        added: count(changes.summary.added.len()),
        removed: count(changes.summary.removed.len()),
        modified: count(changes.summary.modified.len()),
        suppressed: count(changes.suppressed.len()),
    }
}

/// What a person decided, as the request has it. It was read once before it became an event.
fn selection(inputs: &PlanInputs) -> Result<Selection, Refusal> {
    fn places<T: std::str::FromStr>(texts: &[String]) -> Result<Vec<T>, Refusal> {
        let refuse =
            |text: &String| Refusal { code: "FIELD_INVALID", message: format!("{text} is no place") };
        texts.iter().map(|text| text.parse().map_err(|_| refuse(text))).collect()
    }
    Ok(Selection { take: places(&inputs.take)?, only: places(&inputs.only)?, skip: places(&inputs.skip)? })
}
