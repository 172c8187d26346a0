//! What is measured, or assumed by the user, of how workloads run: the usage file.

use std::collections::BTreeMap;

use kube_model::{ObjectKey, ObjectPattern, PlacePattern, yaml};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ratio::Ratio;

/// Why a usage file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the usage file is not one: {0}")]
pub struct UsageError(String);

impl UsageError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "USAGE_INVALID"
    }
}

/// How workloads run, as a usage file says it (docs/cost.md): for each workload what all its pods use on the mean of a
/// month, and what is billed beside them. What is used is `measured`, and the larger of it and the request counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Who says so: a monitoring system and a span of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What pods run on where nothing in them says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// The prices of traffic that are not OpenCost's defaults.
    #[serde(default, skip_serializing_if = "TrafficPrices::is_empty")]
    pub traffic_prices: TrafficPrices,
    /// Over how many days the peaks were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Decimal>,
    /// The workloads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<WorkloadUsage>,
}

/// On what pods run that are billed by themselves, by rounded requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// AWS Fargate under EKS.
    Fargate,
    /// GKE Autopilot, general-purpose pods.
    Autopilot,
    /// Azure Container Instances, as virtual nodes of AKS.
    VirtualNodes,
}

/// Prices a GB (10⁹ bytes), in the price book's currency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrafficPrices {
    /// Between zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_gb: Option<Decimal>,
    /// Between regions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_gb: Option<Decimal>,
    /// To the internet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internet_gb: Option<Decimal>,
    /// Through a NAT gateway, beside what the traffic itself costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_gb: Option<Decimal>,
    /// Through a load balancer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balancer_gb: Option<Decimal>,
}

impl TrafficPrices {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How one workload runs. What is absent is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkloadUsage {
    /// Which one: `Kind[.group]/[namespace/]name`. Of several that match, the first counts.
    pub object: String,
    /// How many of its pods there are, on the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<Decimal>,
    /// Cores that all its pods use together, on the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_cores: Option<Decimal>,
    /// GiB of memory that all its pods use together, on the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_gib: Option<Decimal>,
    /// How long a pod of its Job runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_minutes: Option<Decimal>,
    /// GB a month between zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_gb: Option<Decimal>,
    /// GB a month between regions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_gb: Option<Decimal>,
    /// GB a month to the internet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internet_gb: Option<Decimal>,
    /// GB a month through a NAT gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_gb: Option<Decimal>,
    /// GB a month through its load balancer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balancer_gb: Option<Decimal>,
    /// The most that its containers used, by their names. Costs do not look at it; risk rules do.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub containers: BTreeMap<String, ContainerPeak>,
}

/// The most that a container of a pod used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContainerPeak {
    /// Cores, on the mean of a minute or so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_cpu_cores: Option<Decimal>,
    /// GiB of its working set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_memory_gib: Option<Decimal>,
}

impl Usage {
    /// Reads a usage file: YAML, of which JSON is a part.
    ///
    /// # Errors
    /// As [`Usage::of`], and when it is not one document of YAML.
    pub fn parse(bytes: &[u8]) -> Result<Self, UsageError> {
        let syntax = |error: yaml::YamlError| UsageError(error.to_string());
        let limits = yaml::Limits::default();
        let text = yaml::text_of(bytes, &limits).map_err(syntax)?;
        let documents = yaml::parse(text, &limits).map_err(syntax)?;
        let [document] = documents.as_slice() else {
            return Err(UsageError(format!("it has {} documents, and not one", documents.len())));
        };
        Self::of(&yaml::to_value(document, &document.root, &limits).map_err(syntax)?)
    }

    /// Reads a usage file's value.
    ///
    /// # Errors
    /// When it has an unknown field, a negative number, or an `object` that names none.
    pub fn of(value: &Value) -> Result<Self, UsageError> {
        let workloads = value.get("workloads").and_then(Value::as_array);
        let mut mappings =
            std::iter::once(value).chain(value.get("traffic_prices")).chain(workloads.into_iter().flatten());
        if let Some(other) = mappings.find(|value| !value.is_object()) {
            // Its kind alone: a file that was given by mistake may be a Secret.
            return Err(UsageError(format!("a mapping is expected, not {}", kind_of(other))));
        }
        let usage: Self =
            serde_json::from_value(numbers_as_texts(value)).map_err(|error| UsageError(error.to_string()))?;
        for workload in &usage.workloads {
            workload.check()?;
        }
        let prices = &usage.traffic_prices;
        let prices =
            [prices.zone_gb, prices.region_gb, prices.internet_gb, prices.nat_gb, prices.balancer_gb];
        match prices.into_iter().flatten().any(|price| price.is_sign_negative()) {
            true => Err(UsageError("a price cannot be negative".to_owned())),
            false => Ok(usage),
        }
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The entries that mean no object of these, but for those that stand for several.
    #[must_use]
    pub fn unmatched<'a>(&'a self, keys: &[&ObjectKey]) -> Vec<&'a str> {
        if self.workloads.is_empty() {
            return Vec::new();
        }
        let mut by_name: BTreeMap<&str, Vec<&ObjectKey>> = BTreeMap::new();
        for key in keys {
            by_name.entry(&key.name).or_default().push(key);
        }
        let is_unused = |one: &&WorkloadUsage| {
            let pattern = one.pattern().filter(|pattern| !pattern.name.contains('*'));
            pattern.is_some_and(|pattern| {
                let named = by_name.get(pattern.name.as_str());
                !named.is_some_and(|keys| keys.iter().any(|key| pattern.matches(key)))
            })
        };
        self.workloads.iter().filter(is_unused).map(|one| one.object.as_str()).collect()
    }
}

impl WorkloadUsage {
    pub(crate) fn pattern(&self) -> Option<ObjectPattern> {
        self.object.parse::<PlacePattern>().ok().map(|pattern| pattern.object)
    }

    fn check(&self) -> Result<(), UsageError> {
        if self.pattern().is_none() {
            let object = &self.object;
            let why = format!("object {object:?} is none: expected Kind[.group]/[namespace/]name");
            return Err(UsageError(why));
        }
        let numbers = [
            self.replicas,
            self.cpu_cores,
            self.memory_gib,
            self.run_minutes,
            self.zone_gb,
            self.region_gb,
            self.internet_gb,
            self.nat_gb,
            self.balancer_gb,
        ];
        let peaks = self.containers.values().flat_map(|peak| [peak.peak_cpu_cores, peak.peak_memory_gib]);
        match numbers.into_iter().chain(peaks).flatten().any(|number| number.is_sign_negative()) {
            true => Err(UsageError(format!("{}: a number is negative", self.object))),
            false => Ok(()),
        }
    }

    pub(crate) fn replicas(&self) -> Option<Ratio> {
        self.replicas.and_then(Ratio::of_decimal)
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// Decimals are read from texts, so that no digit is lost.
fn numbers_as_texts(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), numbers_as_texts(value))).collect(),
        Value::Array(items) => items.iter().map(numbers_as_texts).collect(),
        other => other.clone(),
    }
}

impl WorkloadUsage {
    /// Nano-units of CPU or memory that all pods use.
    pub(crate) fn used_nanos(&self, resource: &str) -> Option<Ratio> {
        const NANO: i128 = 1_000_000_000;
        match resource {
            "cpu" => Ratio::of_decimal(self.cpu_cores?)?.times(Ratio::whole(NANO)),
            "memory" => Ratio::of_decimal(self.memory_gib?)?.times(Ratio::whole(NANO << 30)),
            _ => None,
        }
    }
}
