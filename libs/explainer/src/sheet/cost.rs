//! What a change costs.

use kube_model::ObjectRef;
use serde::{Deserialize, Serialize};

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// In micro-units of the currency.
    pub micros: i64,
    /// As it is shown: `$125.40`.
    pub text: String,
}

/// Between which amounts something may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyRange {
    /// The least; none where nothing bounds it.
    pub low: Option<Money>,
    /// The most; none where nothing bounds it.
    pub high: Option<Money>,
}

/// Pods that find no place on the target's nodes, or a rollout that finds none for its new pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingFact {
    /// Whose pods they are: `Deployment/shop/web`.
    pub controller: String,
    /// Why, as a sentence.
    pub text: String,
}

/// What a change does to the bill for nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillFacts {
    /// By how much it changes a month; none where a price is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<Money>,
    /// The bill before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Money>,
    /// The bill after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projected: Option<Money>,
    /// Between which amounts the change may be, where that is left to an autoscaler or to a price that moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<MoneyRange>,
    /// How sure the least sure price is: `measured`, `contract`, `list` or `assumed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// By how much it changes, as words without a full stop: `+$412.00 a month (+6 %), on $6,900.00`.
    pub verdict: String,
    /// What happens to the nodes, as words without a full stop.
    pub deed: String,
    /// The pods that wait for room after the change, and the rollouts that do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<WaitingFact>,
}

/// What a change costs, a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostFacts {
    /// What it does to the bill for nodes, where they are known. The other figures are what is allocated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillFacts>,
    /// Before.
    pub baseline: Money,
    /// After.
    pub projected: Money,
    /// The difference; a sign in its text is optional.
    pub delta: Money,
    /// The difference as a share of what there was: `+14 %`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<String>,
    /// Between which amounts the difference may be; none where it is one amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<MoneyRange>,
    /// How sure the least sure part of the difference is: `measured`, `contract`, `list` or `assumed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// What is assumed, as clauses, what weighs most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
    /// The objects whose cost changes, the largest change first.
    pub lines: Vec<CostLine>,
    /// What no figure includes.
    pub unknown: Vec<UnknownCost>,
    /// Where the prices are from.
    pub source: String,
    /// Of when they are.
    pub as_of: String,
}

/// An object whose cost changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostLine {
    /// The object.
    pub object: ObjectRef,
    /// By how much, a month.
    pub delta: Money,
}

/// An object whose cost is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnknownCost {
    /// The object.
    pub object: ObjectRef,
    /// Why.
    pub reason: String,
}

/// How a budget stands after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetFact {
    /// What it is called.
    pub name: String,
    /// How it stands, after its name: `$57.40 left of $1,200.00 a month`.
    pub standing: String,
    /// Whether that is something against the change.
    pub against: bool,
    /// What is left of it; negative by what it is over; none where that is not known.
    pub left: Option<Money>,
    /// The most that may be spent.
    pub limit: Option<Money>,
}

impl BudgetFact {
    /// Whether more is spent than may be.
    pub(crate) fn is_broken(&self) -> bool {
        self.against && self.left.as_ref().is_some_and(|left| left.micros < 0)
    }
}
