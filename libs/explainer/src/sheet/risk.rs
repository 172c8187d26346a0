//! What a change risks.

use kube_model::ObjectRef;
use risk_rules::{Finding, Idle, IdleWaiver, Level, PolicyNotEvaluated, RiskReport, Waived};
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
    /// The waivers that should be looked at: they waive nothing, or for more than a year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub idle_waivers: Vec<IdleWaiverFact>,
    /// The rules that lacked their facts.
    pub not_evaluated: Vec<UnevaluatedFact>,
    /// The users' policies that could not be held against everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_policies: Vec<OpenPolicyFact>,
}

/// A finding that somebody has accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaivedFact {
    /// The finding.
    pub finding: FindingFact,
    /// Who accepted it; none where an annotation does.
    pub who: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which that counts; none where it has no end.
    pub until: Option<String>,
}

/// A waiver that should be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleWaiverFact {
    /// The rule that it names.
    pub rule: String,
    /// The place that it names.
    pub place: String,
    /// Why: `ended`, `no_such_rule` or `no_such_object`, so that it waives nothing, or `too_long`.
    pub why: String,
    /// Its last day, if it has one.
    pub until: Option<String>,
    /// How many findings it would waive, had it not ended, or waives for too long.
    pub findings: usize,
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
    /// What it lacked, as the report has it: `plan`, `base`, `nodes`.
    pub needs: String,
}

/// A policy that could not be held against everything. Anybody may have chosen any of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPolicyFact {
    /// The policy.
    pub name: String,
    /// The objects; none where it is about the whole change.
    pub objects: Vec<ObjectRef>,
    /// How many more there are.
    pub more: usize,
    /// What would have to be known.
    pub why: String,
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

impl From<&Waived> for WaivedFact {
    fn from(waived: &Waived) -> Self {
        Self {
            finding: FindingFact::from(&waived.finding),
            who: waived.waiver.who.clone(),
            reason: waived.waiver.reason.clone(),
            until: waived.waiver.until.map(|day| day.to_string()),
        }
    }
}

impl From<&IdleWaiver> for IdleWaiverFact {
    fn from(idle: &IdleWaiver) -> Self {
        let why = match idle.why {
            Idle::Ended => "ended",
            Idle::NoSuchRule => "no_such_rule",
            Idle::NoSuchObject => "no_such_object",
            Idle::TooLong => "too_long",
        };
        Self {
            rule: idle.waiver.rule.clone(),
            place: idle.waiver.place.to_string(),
            why: why.to_owned(),
            until: idle.waiver.until.map(|day| day.to_string()),
            findings: idle.findings,
        }
    }
}

impl From<&PolicyNotEvaluated> for OpenPolicyFact {
    fn from(policy: &PolicyNotEvaluated) -> Self {
        let PolicyNotEvaluated { policy: name, objects, more, why } = policy.clone();
        Self { name, objects, more, why }
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
            waived: report.waived.iter().map(WaivedFact::from).collect(),
            idle_waivers: report.waivers_idle.iter().map(IdleWaiverFact::from).collect(),
            not_evaluated: lacking.collect(),
            open_policies: report.policies_not_evaluated.iter().map(OpenPolicyFact::from).collect(),
        }
    }
}
