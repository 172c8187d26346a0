//! The table: a state, its formula in a comment, and what it costs a month in micro-units, computed by hand.
//!
//! The book is `support::book()`: a core 21.90 a month (0.03 × 730), a GiB of memory 2.92 (0.004 × 730), a GPU 730.00, a
//! GiB of storage 0.10, a load balancer 14.60 (0.02 × 730); `priced()` adds disks, balancers and GPUs by their kinds.

mod balancers;
mod claims;
mod fill;
mod platforms;
mod pods;
mod published;
mod ranges;
mod scaling;
mod surge;
mod usage;

use cost_model::{Assumptions, CostReport, Usage, estimate};
use price_book::PriceBook;

use crate::support::{assumptions, book, objects};

/// A workload of any version.
pub(crate) fn of(api_version: &str, kind: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: web, namespace: shop}}, spec: {{{spec}}}}}\n---\n"
    )
}

/// A pod template with one container that asks for this.
pub(crate) fn template(requests: &str) -> String {
    format!("template: {{spec: {{containers: [{{name: web, resources: {{requests: {{{requests}}}}}}}]}}}}")
}

/// A Deployment of two pods of one core whose pod has this in its `spec`, too.
pub(crate) fn deployment(pod: &str) -> String {
    let requests = "resources: {requests: {cpu: 1, memory: 0}}";
    let template = format!("template: {{spec: {{{pod} containers: [{{name: web, {requests}}}]}}}}");
    of("apps/v1", "Deployment", &format!("replicas: 2, {template}"))
}

/// The book with what is told by its kind. A GiB of gp3 is 0.08 with 3,000 IOPS and 125 MiB/s free, an IOPS more 0.005, a MiB/s
/// more 0.04; a GiB of io1 0.125, an IOPS 0.065. An NLB is 0.0225 an hour, an ALB 0.025, a T4 0.35.
pub(crate) fn priced() -> PriceBook {
    PriceBook::parse(
        r#"{"version": 2, "currency": "USD", "as_of": "2026-01-31", "source": "by hand", "cpu_core_hour": "0.03",
            "ram_gib_hour": "0.004", "gpu_hour": "1", "storage_gib_month": "0.1", "load_balancer_hour": "0.02",
            "storage": [
              {"provider": "aws", "region": "eu-west-1", "kind": "gp3", "gib_month": "0.08", "iops_month": "0.005",
               "free_iops": 3000, "mibps_month": "0.04", "free_mibps": 125},
              {"provider": "aws", "region": "eu-west-1", "kind": "io1", "gib_month": "0.125", "iops_month": "0.065"},
              {"provider": "gcp", "region": "us-central1", "kind": "pd-standard", "gib_month": "0.04"}],
            "load_balancers": [
              {"provider": "aws", "region": "eu-west-1", "kind": "nlb", "hour": "0.0225"},
              {"provider": "aws", "region": "eu-west-1", "kind": "alb", "hour": "0.025"},
              {"provider": "gcp", "region": "us-central1", "kind": "forwarding-rule", "hour": "0.025"}],
            "gpus": [{"provider": "gcp", "region": "us-central1", "kind": "nvidia-tesla-t4", "hour": "0.35"}]}"#,
    )
    .unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn report(yaml: &str, book: &PriceBook, usage: Usage) -> CostReport {
    let assumptions = Assumptions { usage, ..assumptions() };
    estimate(None, &objects(yaml), book, &assumptions).unwrap_or_else(|error| panic!("{yaml}: {error}"))
}

/// Compares a table with the book of kinds.
pub(crate) fn check_priced(cases: &[(&str, String, i64)]) {
    for (name, yaml, expected) in cases {
        let report = report(yaml, &priced(), Usage::default());
        assert_eq!(report.total.projected.money.micros, *expected, "{name}: {:#?}", report.objects);
        assert!(report.unknown.is_empty(), "{name}: {:?}", report.unknown);
    }
}

pub(crate) fn usage(json: &str) -> Usage {
    Usage::of(&serde_json::from_str(json).unwrap()).unwrap_or_else(|error| panic!("{error}"))
}

/// The least, the expected and the most of a state by itself, in micro-units; no most where nothing bounds it.
pub(crate) fn range(yaml: &str) -> (i64, i64, Option<i64>) {
    let report = report(yaml, &book(), Usage::default());
    let projected = report.ranges.projected;
    let low = projected.low.unwrap_or_else(|| panic!("{yaml}")).micros;
    (low, report.total.projected.money.micros, projected.high.map(|money| money.micros))
}
