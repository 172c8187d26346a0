//! The facts of a change: what everything that is said about it is written from.

use kube_model::{ObjectRef, Path};
use risk_rules::{Level, RiskReport};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that may be said about a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactSheet {
    /// What is compared.
    pub subject: Subject,
    /// What changes.
    pub changes: ChangeFacts,
    /// What it costs; none if nobody asked.
    pub cost: Option<CostFacts>,
    /// What it risks; none if nobody asked.
    pub risk: Option<RiskFacts>,
    /// What the plan of the promotion does; none if the change is no promotion.
    pub plan: Option<PlanFacts>,
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

/// One change, as a comparison of two states gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeItem {
    /// The object.
    pub object: ObjectRef,
    /// What happens.
    pub op: Op,
    /// Where in it; empty for the object itself.
    pub path: Path,
    /// The value before.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Something new.
    Add,
    /// Something gone.
    Remove,
    /// Another value.
    Replace,
}

/// What changes, sorted by what it is. [`ChangeFacts::of`] makes it from a list of changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangeFacts {
    /// The objects that are new.
    pub added: Vec<ObjectRef>,
    /// The objects that are gone.
    pub removed: Vec<ObjectRef>,
    /// Of what is gone and new, the pairs that are one thing under another name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renamed>,
    /// The objects that differ.
    pub modified: Vec<ObjectRef>,
    /// The images that differ.
    pub images: Vec<ImageChange>,
    /// Environment variables, arguments and keys of ConfigMaps and Secrets.
    pub settings: Vec<SettingChange>,
    /// Replicas, requests, limits and storage.
    pub sizes: Vec<SizeChange>,
    /// Everything else.
    pub fields: Vec<FieldChange>,
    /// How many differences in writing were left out because they mean the same.
    pub suppressed: usize,
}

/// An object that is called differently after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Renamed {
    /// The object before.
    pub before: ObjectRef,
    /// The object after.
    pub after: ObjectRef,
    /// What that does in a cluster, as a clause.
    pub consequence: String,
}

/// Another image of a container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageChange {
    /// The workload.
    pub object: ObjectRef,
    /// The container.
    pub container: String,
    /// The image before.
    pub before: Option<String>,
    /// The image after.
    pub after: Option<String>,
}

/// Another setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettingChange {
    /// The workload, ConfigMap or Secret.
    pub object: ObjectRef,
    /// What it is.
    pub kind: SettingKind,
    /// Its name: a variable, a flag or a key.
    pub name: String,
    /// What happens to it.
    pub op: Op,
    /// The value before, if it is a plain one.
    pub before: Option<Value>,
    /// The value after, if it is a plain one.
    pub after: Option<Value>,
}

/// What a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingKind {
    /// An environment variable.
    Environment,
    /// An argument.
    Argument,
    /// A key of a ConfigMap.
    Config,
    /// A key of a Secret: its values are never said.
    Secret,
}

/// Another size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SizeChange {
    /// The object.
    pub object: ObjectRef,
    /// What people call the size: `the memory limit of container web`.
    pub what: String,
    /// The size before.
    pub before: Option<Value>,
    /// The size after.
    pub after: Option<Value>,
}

/// Another field that has no name of its own here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The object.
    pub object: ObjectRef,
    /// Where.
    pub path: Path,
    /// What happens.
    pub op: Op,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// In micro-units of the currency.
    pub micros: i64,
    /// As it is shown: `$125.40`.
    pub text: String,
}

/// What a change does to the bill for nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillFacts {
    /// By how much it changes, as words without a full stop: `+$412.00 a month (+6 %), on $6,900.00`.
    pub verdict: String,
    /// What happens to the nodes, as words without a full stop.
    pub deed: String,
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

/// What a change risks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskFacts {
    /// The level of the worst finding.
    pub level: Level,
    /// The findings, worst first.
    pub findings: Vec<FindingFact>,
    /// The rules that lacked their facts.
    pub not_evaluated: Vec<UnevaluatedFact>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingFact {
    /// The rule.
    pub rule: String,
    /// Its level.
    pub level: Level,
    /// The object.
    pub object: ObjectRef,
    /// Whole sentences.
    pub message: String,
    /// What to do: whole sentences.
    pub remedy: String,
}

/// A rule that lacked its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnevaluatedFact {
    /// The rule.
    pub rule: String,
    /// What it lacked: `plan` or `base`.
    pub needs: String,
}

/// What the plan of a promotion does with each difference between source and target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFacts {
    /// Carried over.
    pub carried: Vec<PlanItem>,
    /// Left as the target has it.
    pub kept: Vec<PlanItem>,
    /// Declined or refused.
    pub pending: Vec<PlanItem>,
    /// Carried if somebody takes it.
    pub candidates: Vec<PlanItem>,
    /// To be settled before anybody can approve.
    pub blocked: Vec<PlanItem>,
    /// The files that the edit touches.
    pub edits: Vec<String>,
}

/// One difference between source and target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanItem {
    /// Where: `Deployment/web:spec.replicas`.
    pub place: String,
    /// Why, as part of a sentence.
    pub reason: String,
}

impl From<&RiskReport> for RiskFacts {
    fn from(report: &RiskReport) -> Self {
        let findings = report.findings.iter().map(|finding| FindingFact {
            rule: finding.rule.clone(),
            level: finding.level,
            object: finding.object.clone(),
            message: finding.message.clone(),
            remedy: finding.remedy.clone(),
        });
        let not_evaluated = report
            .not_evaluated
            .iter()
            .map(|rule| UnevaluatedFact { rule: rule.rule.clone(), needs: rule.needs.clone() });
        Self {
            level: report.risk_level,
            findings: findings.collect(),
            not_evaluated: not_evaluated.collect(),
        }
    }
}
