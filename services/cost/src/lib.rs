//! The cost engine as a link of the preview's chain: `DiffComputed` ─▶ `CostEstimated`.

use std::sync::Arc;

use async_trait::async_trait;
use cost_model::CostReport;
use events::preview::{CostEstimated, DiffComputed};
use events::{Event, Message, Service, Topic};
use price_book::PriceBook;
use serde::Deserialize;
use service::{Engine, Failure, Parts, Policy, Task, engine};
use store::Blobs;

/// What the engine assumes where neither manifests nor a cluster say it.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How many nodes a DaemonSet runs on. Without it the cost of a DaemonSet is unknown.
    pub node_count: Option<u32>,
}

/// What the engine runs.
#[must_use]
pub fn tasks(config: Config, parts: Parts) -> Vec<Task> {
    let cost = Arc::new(Cost { config, blobs: Arc::clone(&parts.blobs) });
    vec![engine(cost, parts.clone(), Policy::default()), service::outbox_relay(Service::Cost, parts)]
}

struct Cost {
    config: Config,
    blobs: Arc<dyn Blobs>,
}

#[async_trait]
impl Engine for Cost {
    fn service(&self) -> Service {
        Service::Cost
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Service::Diff.topic()]
    }

    async fn output(&self, message: &Message) -> Result<Option<Message>, Failure> {
        let Event::DiffComputed(diff) = &message.event else { return Ok(None) };
        let (org, blobs) = (message.envelope.org, &*self.blobs);
        let rendered =
            documents::read_rendered(blobs, org, diff.compared.before, diff.compared.after).await?;
        let book: PriceBook = documents::read(blobs, org, diff.price_book).await?;
        let assumptions = cost_model::Assumptions {
            node_count: self.config.node_count,
            ..cost_model::Assumptions::default()
        };
        let report = match preview::cost(&rendered, &book, &assumptions) {
            Ok(report) => report,
            Err(error) => {
                let names = (diff.promotion_id, diff.request);
                return Ok(Some(documents::failed(
                    message,
                    Service::Cost,
                    names,
                    (error.code(), error.to_string()),
                )));
            }
        };
        let hash = documents::write(blobs, org, &report).await?;
        Ok(Some(message.output(Service::Cost, estimated(diff, &report, hash))))
    }

    fn failed(&self, message: &Message, code: &'static str, why: String) -> Option<Message> {
        let Event::DiffComputed(diff) = &message.event else { return None };
        let names = (diff.promotion_id, diff.request);
        Some(documents::failed(message, Service::Cost, names, (code, why)))
    }
}

fn estimated(diff: &DiffComputed, report: &CostReport, cost: ids::BlobHash) -> CostEstimated {
    CostEstimated {
        promotion_id: diff.promotion_id,
        request: diff.request,
        from: diff.from.clone(),
        to: diff.to.clone(),
        policy: diff.policy,
        price_book: diff.price_book,
        compared: diff.compared.clone(),
        cost,
        currency: report.book.currency.to_string(),
        baseline_micros: report.total.baseline.money.micros,
        projected_micros: report.total.projected.money.micros,
        delta_micros: report.total.delta.money.micros,
        unknown: u32::try_from(report.unknown.len()).unwrap_or(u32::MAX),
    }
}
