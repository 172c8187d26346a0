//! What the five unit prices are for.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a unit price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A CPU core for an hour.
    CpuCoreHour,
    /// A GiB (2³⁰ bytes) of memory for an hour.
    RamGibHour,
    /// A GPU for an hour.
    GpuHour,
    /// A GiB (2³⁰ bytes) of a volume for a month of 730 hours.
    StorageGibMonth,
    /// A load balancer for an hour, without its traffic.
    LoadBalancerHour,
}

impl Unit {
    /// All of them, in the order of a file.
    pub const ALL: [Self; 5] =
        [Self::CpuCoreHour, Self::RamGibHour, Self::GpuHour, Self::StorageGibMonth, Self::LoadBalancerHour];

    /// Its name, which is that of the field.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CpuCoreHour => "cpu_core_hour",
            Self::RamGibHour => "ram_gib_hour",
            Self::GpuHour => "gpu_hour",
            Self::StorageGibMonth => "storage_gib_month",
            Self::LoadBalancerHour => "load_balancer_hour",
        }
    }
}

/// The unit prices that a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UnitPrices {
    /// A CPU core for an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_core_hour: Option<Decimal>,
    /// A GiB (2³⁰ bytes) of memory for an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ram_gib_hour: Option<Decimal>,
    /// A GPU for an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu_hour: Option<Decimal>,
    /// A GiB (2³⁰ bytes) of a volume for a month of 730 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_gib_month: Option<Decimal>,
    /// A load balancer for an hour, without its traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer_hour: Option<Decimal>,
}

impl UnitPrices {
    /// The price of a unit, if the list has one.
    #[must_use]
    pub fn get(&self, unit: Unit) -> Option<Decimal> {
        match unit {
            Unit::CpuCoreHour => self.cpu_core_hour,
            Unit::RamGibHour => self.ram_gib_hour,
            Unit::GpuHour => self.gpu_hour,
            Unit::StorageGibMonth => self.storage_gib_month,
            Unit::LoadBalancerHour => self.load_balancer_hour,
        }
    }

    /// Sets the price of a unit.
    pub fn set(&mut self, unit: Unit, price: Decimal) {
        let field = match unit {
            Unit::CpuCoreHour => &mut self.cpu_core_hour,
            Unit::RamGibHour => &mut self.ram_gib_hour,
            Unit::GpuHour => &mut self.gpu_hour,
            Unit::StorageGibMonth => &mut self.storage_gib_month,
            Unit::LoadBalancerHour => &mut self.load_balancer_hour,
        };
        *field = Some(price);
    }
}
