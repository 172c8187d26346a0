//! A list of prices: what one source says as of one day. A book is lists, one before the other.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::book::Written;
use crate::{Confidence, Currency, Date, PriceBookError, Rate, Rule, Unit, UnitPrices, exact, file};

/// What one source says as of one day. Every part but its origin may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceList {
    /// What the prices are counted in.
    pub currency: Currency,
    /// The day as of which they hold.
    pub as_of: Date,
    /// Who says so: a contract, a provider's list, the shipped default.
    pub source: String,
    /// How sure they are.
    #[serde(skip_serializing_if = "is_contract")]
    pub confidence: Confidence,
    /// Why they are assumed, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Unit prices.
    #[serde(flatten)]
    pub units: UnitPrices,
    /// Volumes, by their kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub storage: Vec<StorageClass>,
    /// Load balancers, by their kind: `nlb`, `alb`, `classic`, `forwarding-rule`, `standard`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load_balancers: Vec<Hourly>,
    /// The control planes of managed clusters: `eks`, `gke`, `aks`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<Hourly>,
    /// GPUs, by their model, where they are paid apart from the instance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gpus: Vec<Hourly>,
    /// Instances, by provider and region.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<Region>,
    /// What an amount of one currency is in another, on a day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<Rate>,
    /// Discounts, negotiated rates and commitments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

fn is_contract(confidence: &Confidence) -> bool {
    *confidence == Confidence::Contract
}

/// A kind of volume.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageClass {
    /// Whose it is: `aws`, `gcp`, `azure`.
    pub provider: String,
    /// Where it costs that; everywhere, where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Its name in a StorageClass: `gp3`, `pd-balanced`, `StandardSSD_LRS`.
    pub kind: String,
    /// A GiB (2³⁰ bytes) for a month of 730 hours.
    #[serde(deserialize_with = "exact::read")]
    pub gib_month: Decimal,
    /// An operation a second above `free_iops`, for a month.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub iops_month: Option<Decimal>,
    /// The operations a second that the price of the size covers.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub free_iops: u32,
    /// A MiB/s of throughput above `free_mibps`, for a month.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub mibps_month: Option<Decimal>,
    /// The MiB/s that the price of the size covers.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub free_mibps: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What is paid by the hour and told by its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hourly {
    /// Whose it is.
    pub provider: String,
    /// Where it costs that; everywhere, where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Its kind, or the model of a GPU.
    pub kind: String,
    /// An hour of one.
    #[serde(deserialize_with = "exact::read")]
    pub hour: Decimal,
}

/// The instances of a provider in one of its regions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The provider: `aws`, `gcp`, `azure`.
    pub provider: String,
    /// The region, by the provider's name for it; empty for every region.
    pub region: String,
    /// Its instances.
    pub instances: Vec<Instance>,
}

/// An instance type. A list may know one of its prices only.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Its name, as a node's label has it: `m5.large`, `Standard_D2s_v5`, `n2-standard-4`.
    pub name: String,
    /// An hour on demand.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub on_demand: Option<Decimal>,
    /// An hour as spot: the latest price, or a mean where the list is a history.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub spot: Option<Decimal>,
    /// The least that an hour as spot has cost in the history.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub spot_low: Option<Decimal>,
    /// The most.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub spot_high: Option<Decimal>,
    /// An hour of a reservation for a year with nothing paid before: standard class of AWS, Azure's reservation, GCP's committed use.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub reserved_1y: Option<Decimal>,
    /// The same for three years.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub reserved_3y: Option<Decimal>,
    /// An hour in a savings plan for a year.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub savings_1y: Option<Decimal>,
    /// The same for three years.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub savings_3y: Option<Decimal>,
    /// Its CPU cores (the provider's vCPUs).
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Decimal>,
    /// Its memory in GiB.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub memory_gib: Option<Decimal>,
    /// Its GPUs.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub gpus: u32,
}

impl PriceList {
    /// A list with nothing in it yet, of a provider's public prices.
    #[must_use]
    pub fn empty(currency: Currency, as_of: Date, source: String) -> Self {
        Self {
            currency,
            as_of,
            source,
            confidence: Confidence::List,
            why: None,
            units: UnitPrices::default(),
            storage: Vec::new(),
            load_balancers: Vec::new(),
            clusters: Vec::new(),
            gpus: Vec::new(),
            instances: Vec::new(),
            rates: Vec::new(),
            rules: Vec::new(),
        }
    }

    /// The lists of a price file, in their order. They may lack what another file has.
    ///
    /// # Errors
    /// As [`crate::PriceBook::parse`], but for a unit without a price.
    pub fn read(json: &str) -> Result<Vec<Self>, PriceBookError> {
        file::parse(json).map(|file| file.lists)
    }

    /// Lists as the file that they are read from.
    ///
    /// # Errors
    /// When there is none, or JSON cannot be written.
    pub fn write(lists: &[Self]) -> Result<String, PriceBookError> {
        let fail = |error: serde_json::Error| PriceBookError::Fields(error.to_string());
        let (first, below) =
            lists.split_first().ok_or_else(|| PriceBookError::Fields("it holds no list".to_owned()))?;
        serde_json::to_string_pretty(&Written::of(first, None, below)).map(|json| json + "\n").map_err(fail)
    }

    /// Whether it has the five unit prices and nothing else, which is what version 1 of the file can say.
    pub(crate) fn is_units_only(&self) -> bool {
        let Self { storage, load_balancers, clusters, gpus, instances, rates, rules, .. } = self;
        let hourly = [load_balancers, clusters, gpus];
        let nothing_else = storage.is_empty()
            && hourly.iter().all(|list| list.is_empty())
            && instances.is_empty()
            && rates.is_empty()
            && rules.is_empty();
        nothing_else && Unit::ALL.iter().all(|unit| self.units.get(*unit).is_some())
    }
}
