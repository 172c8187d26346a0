//! A SKU of the catalog, and what of it a cluster pays for.

use price_book::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::machines;
use crate::gathered::{HourlyPart, StoragePart};
use crate::{ImportError, price};

/// A SKU, as `services.skus.list` documents it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sku {
    pub(super) sku_id: String,
    pub(super) description: String,
    category: Category,
    #[serde(default)]
    pub(super) service_regions: Vec<String>,
    #[serde(default)]
    pricing_info: Vec<PricingInfo>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Category {
    #[serde(default)]
    resource_family: String,
    #[serde(default)]
    resource_group: String,
    #[serde(default)]
    usage_type: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PricingInfo {
    effective_time: String,
    pricing_expression: Expression,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expression {
    usage_unit: String,
    #[serde(default)]
    tiered_rates: Vec<Tier>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tier {
    unit_price: UnitPrice,
}

/// `units` whole units, an int64 that JSON writes as a text, and `nanos` billionths.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UnitPrice {
    currency_code: String,
    #[serde(default)]
    units: String,
    #[serde(default)]
    nanos: i64,
}

/// How a machine is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Usage {
    OnDemand,
    Spot,
    CommittedYear,
    CommittedThreeYears,
}

/// What of a machine is priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    Core,
    Memory,
}

/// What of a SKU is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Resource { family: String, usage: Usage, resource: Resource },
    Storage { kind: &'static str, part: StoragePart },
    Hourly { part: HourlyPart, kind: String },
}

/// Disks by the beginning of their description; regional disks begin with `Regional`.
const DISKS: [(&str, &str, StoragePart); 9] = [
    ("Storage PD Capacity", "pd-standard", StoragePart::Size),
    ("Balanced PD Capacity", "pd-balanced", StoragePart::Size),
    ("SSD backed PD Capacity", "pd-ssd", StoragePart::Size),
    ("Extreme PD Capacity", "pd-extreme", StoragePart::Size),
    ("Extreme PD IOPS", "pd-extreme", StoragePart::Operations),
    ("Hyperdisk Balanced Capacity", "hyperdisk-balanced", StoragePart::Size),
    ("Hyperdisk Balanced IOPS", "hyperdisk-balanced", StoragePart::Operations),
    ("Hyperdisk Balanced Throughput", "hyperdisk-balanced", StoragePart::Throughput),
    ("Hyperdisk Throughput Capacity", "hyperdisk-throughput", StoragePart::Size),
];

impl Sku {
    /// What a cluster pays for, or why it is passed over.
    pub(super) fn wanted(&self) -> Result<Part, &'static str> {
        let Category { resource_family, resource_group, usage_type } = &self.category;
        let description = self.description.as_str();
        if resource_family == "Storage" {
            let disk = DISKS.iter().find(|(begin, ..)| is_or_in(description, begin));
            return disk.map(|(_, kind, part)| Part::Storage { kind, part: *part }).ok_or("another storage");
        }
        let usage = match usage_type.as_str() {
            "OnDemand" => Usage::OnDemand,
            "Preemptible" => Usage::Spot,
            "Commit1Yr" => Usage::CommittedYear,
            "Commit3Yr" => Usage::CommittedThreeYears,
            _ => return Err("another usage"),
        };
        if resource_group == "GPU" {
            return match (usage, description.split_once(" GPU running in ")) {
                (Usage::OnDemand, Some((model, _))) => {
                    Ok(Part::Hourly { part: HourlyPart::Gpu, kind: model_label(model) })
                }
                _ => Err("a GPU that is spot or committed"),
            };
        }
        if description.starts_with("Network Load Balancing: Forwarding Rule Minimum Service Charge") {
            return Ok(Part::Hourly { part: HourlyPart::LoadBalancer, kind: "forwarding-rule".to_owned() });
        }
        if matches!(description, "Zonal Kubernetes Clusters" | "Regional Kubernetes Clusters") {
            return Ok(Part::Hourly { part: HourlyPart::Cluster, kind: "gke".to_owned() });
        }
        let (family, resource) = machine(description, usage).ok_or("no predefined machine")?;
        if !machines::knows(&family) {
            return Err("a family that has no predefined machines here");
        }
        Ok(Part::Resource { family, usage, resource })
    }

    /// The price of the unit of what is taken, its currency, and the day since which it holds: the newest, the first tier that
    /// costs something. None where the unit is another.
    pub(super) fn price(
        &self,
        part: &Part,
        file: &str,
        today: &Date,
    ) -> Result<Option<(Decimal, String, Date)>, ImportError> {
        let Some(info) =
            self.pricing_info.iter().max_by(|one, other| one.effective_time.cmp(&other.effective_time))
        else {
            return Ok(None);
        };
        let day = price::day(&info.effective_time, file, today)?;
        let is_unit = match (part, info.pricing_expression.usage_unit.as_str()) {
            (Part::Resource { resource: Resource::Core, .. } | Part::Hourly { .. }, unit) => unit == "h",
            (Part::Resource { resource: Resource::Memory, .. }, unit) => unit == "GiBy.h",
            (Part::Storage { part: StoragePart::Size, .. }, unit) => unit == "GiBy.mo",
            (Part::Storage { .. }, unit) => unit == "mo",
        };
        if !is_unit {
            return Ok(None);
        }
        let tiers = &info.pricing_expression.tiered_rates;
        let mut first: Option<(Decimal, &str)> = None;
        for tier in tiers {
            let price = tier.unit_price.exact(file, &self.sku_id)?;
            let is_free = first.is_none_or(|(before, _)| before.is_zero());
            if is_free {
                first = Some((price, &tier.unit_price.currency_code));
            }
        }
        Ok(first.map(|(price, currency)| (price, currency.to_owned(), day)))
    }
}

impl UnitPrice {
    fn exact(&self, file: &str, sku: &str) -> Result<Decimal, ImportError> {
        let wrong = |why: String| ImportError::Price { file: file.to_owned(), what: sku.to_owned(), why };
        let units: i64 = match self.units.as_str() {
            "" => 0,
            text => text.parse().map_err(|_| wrong(format!("has the units {text:?}")))?,
        };
        if self.nanos.unsigned_abs() > 999_999_999
            || (units != 0 && self.nanos != 0 && (units < 0) != (self.nanos < 0))
        {
            return Err(wrong(format!("has {} nanos", self.nanos)));
        }
        price::checked(Decimal::from(units) + Decimal::new(self.nanos, 9), file, sku)
    }
}

/// `Storage PD Capacity` itself, or `… in Iowa`.
fn is_or_in(description: &str, begin: &str) -> bool {
    description.strip_prefix(begin).is_some_and(|rest| rest.is_empty() || rest.starts_with(" in "))
}

/// What nodes with a GPU are labelled with ("Available GPU models", GKE): `Nvidia Tesla T4` is `nvidia-tesla-t4`.
fn model_label(model: &str) -> String {
    match model {
        "Nvidia Tesla A100 80GB" => "nvidia-a100-80gb".to_owned(),
        other => other.to_ascii_lowercase().replace(' ', "-"),
    }
}

/// The family and the resource: of `N2 Instance Core running in Americas`, `Spot Preemptible N2 Instance Ram running in Virginia`,
/// `Commitment v1: N2 Cpu in Americas for 1 Year`.
fn machine(description: &str, usage: Usage) -> Option<(String, Resource)> {
    let (head, resource) = match usage {
        Usage::OnDemand | Usage::Spot => {
            let (head, _) = description.split_once(" running in ")?;
            let head =
                head.strip_prefix("Spot Preemptible ").or(head.strip_prefix("Preemptible ")).unwrap_or(head);
            let core = head.strip_suffix(" Core").map(|head| (head, Resource::Core));
            let (head, resource) = core.or(head.strip_suffix(" Ram").map(|head| (head, Resource::Memory)))?;
            (head.strip_suffix(" Instance").unwrap_or(head), resource)
        }
        Usage::CommittedYear | Usage::CommittedThreeYears => {
            let rest = description.strip_prefix("Commitment v1: ")?;
            let (what, _) = rest.split_once(" in ")?;
            let core = what.strip_suffix("Cpu").map(|head| (head, Resource::Core));
            let (head, resource) = core.or(what.strip_suffix("Ram").map(|head| (head, Resource::Memory)))?;
            (head.trim_end(), resource)
        }
    };
    let head = head.strip_suffix(" AMD").or(head.strip_suffix(" Arm")).unwrap_or(head);
    let family = match head {
        "N1 Predefined" => "n1".to_owned(),
        // The first commitments were of N1 alone, and name no family.
        "" => "n1".to_owned(),
        "Compute optimized" => "c2".to_owned(),
        // Custom machines, sole tenancy and the rest are of several words.
        one if !one.contains(' ') => one.to_ascii_lowercase(),
        _ => return None,
    };
    Some((family, resource))
}
