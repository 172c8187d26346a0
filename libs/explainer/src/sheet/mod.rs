//! The facts of a change: what everything that is said about it is written from.

mod changes;
mod cost;
mod plan;
mod risk;

use serde::{Deserialize, Serialize};

pub use changes::{
    ChangeFacts, ChangeItem, FieldChange, ImageChange, Op, Renamed, SettingChange, SettingKind, SizeChange,
};
pub use cost::{BillFacts, BudgetFact, CostFacts, CostLine, Money, MoneyRange, UnknownCost, WaitingFact};
pub use plan::{DriftFacts, DriftItem, PlanFacts, PlanItem};
pub use risk::{FindingFact, IdleWaiverFact, OpenPolicyFact, RiskFacts, UnevaluatedFact, WaivedFact};

/// Everything that may be said about a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactSheet {
    /// What is compared.
    pub subject: Subject,
    /// What changes.
    pub changes: ChangeFacts,
    /// What it costs; none if nobody asked.
    pub cost: Option<CostFacts>,
    /// How the budgets on the target stand after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<BudgetFact>,
    /// What it risks; none if nobody asked.
    pub risk: Option<RiskFacts>,
    /// What the plan of the promotion does; none if the change is no promotion.
    pub plan: Option<PlanFacts>,
    /// What the target's cluster has otherwise than its files; none where nobody knows what is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<DriftFacts>,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Subject {
    /// The target of a promotion, before and after it.
    Promotion {
        /// The source's environment: `staging`.
        from: String,
        /// The target's: `production`.
        to: String,
    },
    /// Two states.
    Comparison {
        /// What the state before is called: a file's name.
        before: String,
        /// What the state after is called.
        after: String,
    },
    /// One state, in which everything is new.
    New {
        /// What it is called.
        name: String,
    },
}
