//! How cluster-autoscaler is set.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::read::or_default;

/// Which of several groups is to grow (kubernetes/autoscaler, `cluster-autoscaler/FAQ.md`, "What are Expanders?").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Expander {
    /// Any of them: the answer is a range.
    Random,
    /// The one in which the most pods run.
    MostPods,
    /// The one with the least CPU and memory left over.
    #[default]
    LeastWaste,
    /// The one with the fewest new nodes.
    LeastNodes,
    /// The one of the highest priority.
    Priority,
}

/// cluster-autoscaler's flags, by their defaults where they are not given.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Options {
    #[serde(deserialize_with = "or_default")]
    pub(crate) expander: Expander,
    /// For `priority`: the groups whose names these expressions find, by priority.
    #[serde(deserialize_with = "priorities")]
    pub(crate) priorities: BTreeMap<i64, Vec<Expression>>,
    /// `--scale-down-utilization-threshold`, in thousandths.
    #[serde(rename = "scaleDownUtilizationThreshold", deserialize_with = "thousandths")]
    pub(crate) threshold: i128,
    /// `--skip-nodes-with-local-storage`
    pub(crate) skip_nodes_with_local_storage: bool,
    /// `--skip-nodes-with-system-pods`
    pub(crate) skip_nodes_with_system_pods: bool,
    /// `--scale-down-enabled`
    pub(crate) scale_down_enabled: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            expander: Expander::default(),
            priorities: BTreeMap::new(),
            threshold: 500,
            skip_nodes_with_local_storage: true,
            skip_nodes_with_system_pods: true,
            scale_down_enabled: true,
        }
    }
}

/// A regular expression.
#[derive(Debug, Clone)]
pub(crate) struct Expression(pub(crate) Regex);

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Regex::new(&text).map(Self).map_err(|error| D::Error::custom(format_args!("{text:?}: {error}")))
    }
}

/// The keys of a mapping in a manifest are texts.
fn priorities<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<i64, Vec<Expression>>, D::Error> {
    let written: BTreeMap<String, Vec<Expression>> = or_default(deserializer)?;
    let number = |text: &str| {
        text.parse().map_err(|_| D::Error::custom(format_args!("{text:?} is no priority: a whole number")))
    };
    written.into_iter().map(|(key, expressions)| Ok((number(&key)?, expressions))).collect()
}

fn thousandths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let quantity = kube_model::Quantity::of(&value).map_err(D::Error::custom)?;
    let thousandths = quantity.nanos() / 1_000_000;
    match (0..=1000).contains(&thousandths) {
        true => Ok(thousandths),
        false => Err(D::Error::custom(format_args!("{quantity} is not a share from 0 to 1"))),
    }
}
