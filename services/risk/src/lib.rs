//! The risk engine as a link of the preview's chain: `CostEstimated` ─▶ `RiskAssessed`.

mod policies;

use std::sync::Arc;

use async_trait::async_trait;
use events::preview::RiskAssessed;
use events::{Event, Message, Service, Topic};
use preview::{Billed, PlanDocument};
use risk_rules::Facts;
use serde::Deserialize;
use service::{Blocking, Engine, Failure, Parts, Policy, Task, engine};
use store::Blobs;

pub use crate::policies::{EVALUATE, Evaluator, Unsaid, evaluate_policies};

/// There is nothing to set up.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {}

/// What the engine runs.
#[must_use]
pub fn tasks(parts: Parts) -> Vec<Task> {
    let evaluator = Evaluator::of_this_program();
    let (blobs, blocking) = (Arc::clone(&parts.blobs), parts.blocking);
    let risk = Arc::new(Risk { blobs, blocking, evaluator });
    vec![engine(risk, parts.clone(), Policy::default()), service::outbox_relay(Service::Risk, parts)]
}

struct Risk {
    blobs: Arc<dyn Blobs>,
    blocking: Blocking,
    evaluator: Evaluator,
}

#[async_trait]
impl Engine for Risk {
    fn service(&self) -> Service {
        Service::Risk
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Service::Cost.topic()]
    }

    async fn output(&self, message: &Message) -> Result<Option<Message>, Failure> {
        let Event::CostEstimated(cost) = &message.event else { return Ok(None) };
        let (org, blobs) = (message.envelope.org, &*self.blobs);
        let rendered =
            documents::read_rendered(blobs, org, cost.compared.before, cost.compared.after).await?;
        let plan: PlanDocument = documents::read(blobs, org, cost.compared.plan).await?;
        let bill: Billed = documents::read(blobs, org, cost.bill).await?;
        let policy: application::Policy = documents::read(blobs, org, cost.policy).await?;
        let evaluator = self.evaluator.clone();
        let assessed = self.blocking.run("assessing the risk", move || {
            let policies = Some(evaluator.facts(&rendered, &plan));
            let facts = Facts { policies, ..preview::of_nodes(bill.bill()) };
            let report = preview::risk(&rendered, &plan, facts);
            preview::waive(report, &rendered, &policy)
        });
        let report = assessed.await?;
        let event = RiskAssessed {
            promotion_id: cost.promotion_id,
            request: cost.request,
            from: cost.from.clone(),
            to: cost.to.clone(),
            policy: cost.policy,
            price_book: cost.price_book,
            compared: cost.compared.clone(),
            cost: cost.cost,
            bill: cost.bill,
            risk: documents::write(blobs, org, &report).await?,
            level: report.risk_level.as_str().to_owned(),
            findings: u32::try_from(report.findings.len()).unwrap_or(u32::MAX),
        };
        Ok(Some(message.output(Service::Risk, event)))
    }

    fn failed(&self, message: &Message, code: &'static str, why: String) -> Option<Message> {
        let Event::CostEstimated(cost) = &message.event else { return None };
        let names = (cost.promotion_id, cost.request);
        Some(documents::failed(message, Service::Risk, names, (code, why)))
    }
}
