//! What is paid for.

use serde::{Deserialize, Serialize};

use crate::HOURS_A_MONTH;

/// What is paid for, in the order in which reports list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// CPU, by the core and hour.
    Cpu,
    /// Memory, by the GiB and hour.
    Memory,
    /// GPUs, by the GPU and hour.
    Gpu,
    /// Volumes, by the GiB and month.
    Storage,
    /// I/O operations a second that are provisioned beyond what comes with a volume, by the month.
    StorageIops,
    /// MiB a second that are provisioned beyond what comes with a volume, by the month.
    StorageThroughput,
    /// Load balancers, by the hour.
    LoadBalancer,
    /// Traffic, by the GB (10⁹ bytes).
    Traffic,
}

impl Resource {
    /// Its name, as JSON has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Gpu => "gpu",
            Self::Storage => "storage",
            Self::StorageIops => "storage_iops",
            Self::StorageThroughput => "storage_throughput",
            Self::LoadBalancer => "load_balancer",
            Self::Traffic => "traffic",
        }
    }

    /// What an amount is counted in.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Cpu => "core",
            Self::Memory | Self::Storage => "GiB",
            Self::Gpu => "GPU",
            Self::StorageIops => "IOPS",
            Self::StorageThroughput => "MiB/s",
            Self::LoadBalancer => "load balancer",
            Self::Traffic => "GB a month",
        }
    }

    /// What a month's usage is counted in, which is what the unit price is for.
    #[must_use]
    pub fn usage_unit(self) -> &'static str {
        match self {
            Self::Cpu => "core-hour",
            Self::Memory => "GiB-hour",
            Self::Gpu => "GPU-hour",
            Self::Storage => "GiB-month",
            Self::StorageIops => "IOPS-month",
            Self::StorageThroughput => "MiB/s-month",
            Self::LoadBalancer => "load-balancer-hour",
            Self::Traffic => "GB",
        }
    }

    /// The usage of one unit that is held for a whole month.
    pub(crate) fn usage_a_month(self) -> u32 {
        match self {
            Self::Storage | Self::StorageIops | Self::StorageThroughput | Self::Traffic => 1,
            Self::Cpu | Self::Memory | Self::Gpu | Self::LoadBalancer => HOURS_A_MONTH,
        }
    }

    /// The resource that a name in `requests` stands for, and how many nano-units of the quantity are one unit of
    /// it; none for what has no price.
    pub(crate) fn of_request(name: &str) -> Option<(Self, i128)> {
        const NANOS: i128 = 1_000_000_000;
        match name {
            "cpu" => Some((Self::Cpu, NANOS)),
            "memory" => Some((Self::Memory, NANOS << 30)),
            // Pages that are set aside are memory of the node, beside what `memory` asks for.
            pages if pages.starts_with("hugepages-") => Some((Self::Memory, NANOS << 30)),
            "nvidia.com/gpu" | "amd.com/gpu" => Some((Self::Gpu, NANOS)),
            _ => None,
        }
    }
}
