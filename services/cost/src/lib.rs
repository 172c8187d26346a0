//! The cost engine as a link of the preview's chain: `DiffComputed` ─▶ `CostEstimated`.

use std::sync::Arc;

use async_trait::async_trait;
use cost_model::CostReport;
use events::preview::{CostEstimated, DiffComputed};
use events::{Event, Message, Service, Topic};
use ids::BlobHash;
use preview::{Billed, KnownNodes};
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
        let nodes: KnownNodes = documents::read(blobs, org, diff.compared.nodes).await?;
        let costs = nodes.bill(&rendered, &book).and_then(|bill| {
            let daemons = bill.bill().map(|bill| bill.daemons.clone()).unwrap_or_default();
            let assumptions = cost_model::Assumptions { daemons, ..assumptions };
            Ok((preview::cost(&rendered, &book, &assumptions)?, bill))
        });
        let (report, bill) = match costs {
            Ok(costs) => costs,
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
        let cost = documents::write(blobs, org, &report).await?;
        let hashes = (cost, documents::write(blobs, org, &bill).await?);
        Ok(Some(message.output(Service::Cost, estimated(diff, (&report, &bill), hashes))))
    }

    fn failed(&self, message: &Message, code: &'static str, why: String) -> Option<Message> {
        let Event::DiffComputed(diff) = &message.event else { return None };
        let names = (diff.promotion_id, diff.request);
        Some(documents::failed(message, Service::Cost, names, (code, why)))
    }
}

fn estimated(
    diff: &DiffComputed,
    (report, bill): (&CostReport, &Billed),
    (cost, bill_hash): (BlobHash, BlobHash),
) -> CostEstimated {
    let total = bill.bill().and_then(|bill| bill.total);
    let range = bill.bill().and_then(|bill| bill.delta_range);
    CostEstimated {
        promotion_id: diff.promotion_id,
        request: diff.request,
        from: diff.from.clone(),
        to: diff.to.clone(),
        policy: diff.policy,
        price_book: diff.price_book,
        compared: diff.compared.clone(),
        cost,
        bill: bill_hash,
        currency: report.book.currency.to_string(),
        baseline_micros: report.total.baseline.money.micros,
        projected_micros: report.total.projected.money.micros,
        delta_micros: report.total.delta.money.micros,
        bill_baseline_micros: total.map(|total| total.baseline.money.micros),
        bill_delta_micros: total.map(|total| total.delta.money.micros),
        bill_low_micros: range.map(|(low, _)| low.micros),
        bill_high_micros: range.map(|(_, high)| high.micros),
        unknown: u32::try_from(report.unknown.len()).unwrap_or(u32::MAX),
    }
}
