//! What is paid for.

use price_book::PriceBook;
use rust_decimal::Decimal;
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
    /// Load balancers, by the hour.
    LoadBalancer,
}

impl Resource {
    /// What an amount is counted in.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Cpu => "core",
            Self::Memory | Self::Storage => "GiB",
            Self::Gpu => "GPU",
            Self::LoadBalancer => "load balancer",
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
            Self::LoadBalancer => "load-balancer-hour",
        }
    }

    /// The price of a unit of usage.
    #[must_use]
    pub fn price(self, book: &PriceBook) -> Decimal {
        match self {
            Self::Cpu => book.cpu_core_hour,
            Self::Memory => book.ram_gib_hour,
            Self::Gpu => book.gpu_hour,
            Self::Storage => book.storage_gib_month,
            Self::LoadBalancer => book.load_balancer_hour,
        }
    }

    /// The usage of one unit that is held for a whole month.
    pub(crate) fn usage_a_month(self) -> u32 {
        match self {
            Self::Storage => 1,
            _ => HOURS_A_MONTH,
        }
    }

    /// The resource that a name in `requests` stands for, and how many nano-units of the quantity are one unit of
    /// it; none for what has no price.
    pub(crate) fn of_request(name: &str) -> Option<(Self, i128)> {
        const NANOS: i128 = 1_000_000_000;
        match name {
            "cpu" => Some((Self::Cpu, NANOS)),
            "memory" => Some((Self::Memory, NANOS << 30)),
            "storage" => Some((Self::Storage, NANOS << 30)),
            "nvidia.com/gpu" | "amd.com/gpu" => Some((Self::Gpu, NANOS)),
            _ => None,
        }
    }
}
