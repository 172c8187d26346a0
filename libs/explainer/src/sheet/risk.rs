//! What a change risks.

use kube_model::ObjectRef;
use risk_rules::{Finding, Level, RiskReport};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a change risks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskFacts {
    /// The level of the worst finding.
    pub level: Level,
    /// The findings, worst first.
    pub findings: Vec<FindingFact>,
    /// The findings that somebody has accepted. They are in no level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<WaivedFact>,
    /// What is to be said of waivers that do not count: sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiver_notes: Vec<String>,
    /// The rules that lacked their facts.
    pub not_evaluated: Vec<UnevaluatedFact>,
}

/// A finding that somebody has accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaivedFact {
    /// The finding.
    pub finding: FindingFact,
    /// Who accepted it.
    pub who: String,
    /// Why.
    pub reason: String,
    /// The last day on which that counts; none where it has no end.
    pub until: Option<String>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingFact {
    /// The rule.
    pub rule: String,
    /// Its level.
    pub level: Level,
    /// How likely the harm is by the evidence: `possible`, `likely` or `certain`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub likelihood: String,
    /// The object.
    pub object: ObjectRef,
    /// The place in it; empty for the object itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The value before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// Who is affected: workloads, Services, hosts, subjects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<String>,
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
    /// What it lacked: `plan`, `base`, `usage`, `version`, `history` or `nodes`.
    pub needs: String,
}

impl From<&Finding> for FindingFact {
    fn from(finding: &Finding) -> Self {
        let path = if finding.path.is_root() { String::new() } else { finding.path.to_string() };
        Self {
            rule: finding.rule.clone(),
            level: finding.level,
            likelihood: finding.likelihood.as_str().to_owned(),
            object: finding.object.clone(),
            path,
            before: finding.before.clone(),
            after: finding.after.clone(),
            affected: finding.affected.clone(),
            message: finding.message.clone(),
            remedy: finding.remedy.clone(),
        }
    }
}

impl From<&RiskReport> for RiskFacts {
    fn from(report: &RiskReport) -> Self {
        let lacking = report
            .not_evaluated
            .iter()
            .map(|rule| UnevaluatedFact { rule: rule.rule.clone(), needs: rule.needs.clone() });
        Self {
            level: report.risk_level,
            findings: report.findings.iter().map(FindingFact::from).collect(),
            waived: Vec::new(),
            waiver_notes: Vec::new(),
            not_evaluated: lacking.collect(),
        }
    }
}
