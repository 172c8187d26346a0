//! What an application may cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::threshold::{Percent, Threshold};

/// A ceiling on cost: of an environment, of the whole application, or of a team's part of either. It is an amount, or
/// how much a change may add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// What people call it; none leaves it to what it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The environment; none is all of the application's environments together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The labels of the objects that count, with their values; none are all objects.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selector: BTreeMap<String, String>,
    /// The most that a month (730 hours) may cost. Either this or `growth` is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly: Option<Amount>,
    /// The most that a change may add, as a share of what there is before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<Percent>,
}

/// What an application says of its cost beside budgets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct CostRules {
    /// A change that costs more than this has a verdict against it, where the command line names no other limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_above: Option<Threshold>,
}

impl CostRules {
    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Budget {
    /// Whether it is on what this environment costs, alone or with others.
    #[must_use]
    pub fn is_on(&self, environment: Option<&str>) -> bool {
        self.environment.is_none() || self.environment.as_deref() == environment
    }

    /// What people call it: its name, or what it is on: `production, team=checkout`.
    #[must_use]
    pub fn label(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let environment = self.environment.as_deref().unwrap_or("all environments");
        let labels = self.selector.iter().map(|(key, value)| format!("{key}={value}"));
        std::iter::once(environment.to_owned()).chain(labels).collect::<Vec<_>>().join(", ")
    }
}
