//! The facts of the rules beside manifests and plan: what is measured, what the nodes say, which version there is.

use cost_model::{Bill, ContainerPeak, Measured, Usage, WorkloadUsage};
use kube_model::{Object, ObjectKey, Quantity};
use risk_rules::{ClusterFacts, ContainerUse, Facts};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value;

use crate::cli::Known;

/// What the options and the bill for the nodes say. `after` are the objects whose containers may have been measured.
pub(crate) fn facts(known: &Known, usage: &Usage, bill: Option<&Bill>, after: &[Object]) -> Facts {
    let of_nodes = preview::of_nodes(bill);
    let version = known.kubernetes_version.map(|version| ClusterFacts { version: version.0 });
    Facts { usage: measured(usage, after), cluster: version.or(of_nodes.cluster), ..of_nodes }
}

/// The peaks of a usage file, by container; none where it has none.
fn measured(usage: &Usage, objects: &[Object]) -> Option<Vec<ContainerUse>> {
    if usage.workloads.iter().all(|workload| workload.containers.is_empty()) {
        return None;
    }
    let days = usage.days.and_then(|days| days.to_u32());
    let measured = Measured::of(usage);
    let of_object = |object: &Object| {
        let entry = measured.workload(&object.key);
        entry.map_or_else(Vec::new, |entry| containers(&object.key, entry, days))
    };
    Some(objects.iter().flat_map(of_object).collect())
}

fn containers(key: &ObjectKey, entry: &WorkloadUsage, days: Option<u32>) -> Vec<ContainerUse> {
    let one = |(name, peak): (&String, &ContainerPeak)| ContainerUse {
        workload: key.clone(),
        container: name.clone(),
        memory: peak.peak_memory_gib.and_then(|gib| quantity(gib.checked_mul(Decimal::from(1_u64 << 30))?)),
        cpu: peak.peak_cpu_cores.and_then(quantity),
        days,
    };
    entry.containers.iter().map(one).collect()
}

fn quantity(number: Decimal) -> Option<Quantity> {
    Quantity::of(&Value::String(number.normalize().to_string())).ok()
}
