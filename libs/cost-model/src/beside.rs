//! What of a cost no node pays for.

use crate::report::{CostReport, Part};
use crate::resource::Resource;
use crate::usage::Platform;

impl Part {
    /// Whether the invoice for nodes has it: CPU, memory and GPUs of pods that run on nodes.
    #[must_use]
    pub fn is_paid_with_nodes(&self) -> bool {
        let on_nodes = matches!(self.resource, Resource::Cpu | Resource::Memory | Resource::Gpu);
        let serverless = |class: &str| Platform::ALL.iter().any(|platform| platform.name() == class);
        on_nodes && !self.class.as_deref().is_some_and(serverless)
    }
}

impl CostReport {
    /// What stands on an invoice beside the nodes, before and after, in micro-units: volumes, load balancers, traffic, pods
    /// that run on no node of the customer's. None if it does not fit into 64 bits.
    #[must_use]
    pub fn beside_nodes(&self) -> Option<(i64, i64)> {
        let parts = self.objects.iter().flat_map(|object| &object.parts);
        parts.filter(|part| !part.is_paid_with_nodes()).try_fold((0_i64, 0_i64), |sums, part| {
            let (baseline, projected) =
                (part.figures.baseline.money.micros, part.figures.projected.money.micros);
            Some((sums.0.checked_add(baseline)?, sums.1.checked_add(projected)?))
        })
    }
}
