//! The deterministic explanation, as the last link of the preview's chain.

use std::sync::Arc;

use async_trait::async_trait;
use cost_model::CostReport;
use diff_engine::Diff;
use events::preview::PreviewExplained;
use events::{Event, Message, Service, Topic};
use preview::{Billed, PlanDocument};
use risk_rules::RiskReport;
use service::{Engine, Failure};
use store::Blobs;

pub(crate) struct Explain {
    blobs: Arc<dyn Blobs>,
}

impl Explain {
    pub(crate) fn new(blobs: Arc<dyn Blobs>) -> Self {
        Self { blobs }
    }
}

#[async_trait]
impl Engine for Explain {
    fn service(&self) -> Service {
        Service::Explain
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Service::Risk.topic()]
    }

    async fn output(&self, message: &Message) -> Result<Option<Message>, Failure> {
        let Event::RiskAssessed(assessed) = &message.event else { return Ok(None) };
        let (org, blobs) = (message.envelope.org, &*self.blobs);
        let plan: PlanDocument = documents::read(blobs, org, assessed.compared.plan).await?;
        let changes: Diff = documents::read(blobs, org, assessed.compared.changes).await?;
        let cost: CostReport = documents::read(blobs, org, assessed.cost).await?;
        let risk: RiskReport = documents::read(blobs, org, assessed.risk).await?;
        let bill: Billed = documents::read(blobs, org, assessed.bill).await?;
        let document = preview::explain(&plan, &changes, (&cost, bill.bill()), &risk);
        let event = PreviewExplained {
            promotion_id: assessed.promotion_id,
            request: assessed.request,
            from: assessed.from.clone(),
            to: assessed.to.clone(),
            policy: assessed.policy,
            price_book: assessed.price_book,
            compared: assessed.compared.clone(),
            cost: assessed.cost,
            bill: assessed.bill,
            risk: assessed.risk,
            explanation: documents::write(blobs, org, &document).await?,
            headline: document.explanation.headline.clone(),
        };
        Ok(Some(message.output(Service::Explain, event)))
    }

    fn failed(&self, message: &Message, code: &'static str, why: String) -> Option<Message> {
        let Event::RiskAssessed(assessed) = &message.event else { return None };
        let names = (assessed.promotion_id, assessed.request);
        Some(documents::failed(message, Service::Explain, names, (code, why)))
    }
}
