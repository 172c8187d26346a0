//! States from text, and a price book that is easy to compute with by hand.

use cost_model::{Assumptions, CostError, CostReport, estimate};
use kube_model::yaml::Limits;
use kube_model::{Object, State};
use price_book::PriceBook;

/// A month of 730 hours costs: a core 21.90, a GiB of memory 2.92, a GPU 730.00, a GiB of storage 0.10, a load
/// balancer 14.60. In micro-units:
pub(crate) const CORE: i64 = 21_900_000;
pub(crate) const GIB: i64 = 2_920_000;
pub(crate) const GPU: i64 = 730_000_000;
pub(crate) const DISK: i64 = 100_000;
pub(crate) const BALANCER: i64 = 14_600_000;

pub(crate) fn book() -> PriceBook {
    PriceBook::parse(
        r#"{"currency": "USD", "as_of": "2026-01-31", "source": "by hand", "cpu_core_hour": "0.03",
            "ram_gib_hour": "0.004", "gpu_hour": "1", "storage_gib_month": "0.1", "load_balancer_hour": "0.02"}"#,
    )
    .unwrap()
}

pub(crate) fn objects(yaml: &str) -> Vec<Object> {
    State::read([("state.yaml", yaml)], &Limits::default()).unwrap().objects
}

pub(crate) fn assumptions() -> Assumptions {
    Assumptions { node_count: Some(3), run_minutes: 10, ..Assumptions::default() }
}

pub(crate) fn try_cost(yaml: &str) -> Result<CostReport, CostError> {
    estimate(None, &objects(yaml), &book(), &assumptions())
}

/// The cost of a state by itself.
pub(crate) fn cost(yaml: &str) -> CostReport {
    try_cost(yaml).unwrap()
}

/// The cost of a change.
pub(crate) fn change(before: &str, after: &str) -> CostReport {
    estimate(Some(&objects(before)), &objects(after), &book(), &assumptions()).unwrap()
}

pub(crate) fn micros(report: &CostReport) -> i64 {
    report.total.projected.money.micros
}

/// One case of a table: what it shows, a state, and what it costs in micro-units.
pub(crate) type Case = (&'static str, String, i64);

pub(crate) fn check(cases: &[Case]) {
    for (name, yaml, expected) in cases {
        let report = try_cost(yaml).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(micros(&report), *expected, "{name}: {:#?}", report.objects);
        assert!(report.unknown.is_empty(), "{name}: {:?}", report.unknown);
    }
}

/// A workload in `apps/v1` with one container.
pub(crate) fn workload(kind: &str, spec: &str, requests: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: web, namespace: shop}}, spec: {{{spec} template: \
         {{spec: {{containers: [{{name: web, resources: {{requests: {{{requests}}}}}}}]}}}}}}}}\n"
    )
}

/// A bare Pod with this spec.
pub(crate) fn pod(spec: &str) -> String {
    format!("{{apiVersion: v1, kind: Pod, metadata: {{name: one}}, spec: {{{spec}}}}}\n")
}
