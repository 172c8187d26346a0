//! What a rule is.

use std::fmt;

use kube_model::{Object, ObjectRef, Path};
use serde_json::Value;

use crate::model::Change;
use crate::{Facts, Level, PlanFacts};

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Whether enough pods serve.
    Availability,
    /// Whether they have what they need.
    Capacity,
    /// Whether data survives.
    Data,
    /// Whether traffic arrives.
    Network,
    /// Whether pods find their configuration, and the one that is meant.
    Configuration,
    /// Whether the API server takes the change.
    Rollout,
    /// Who may do more than before.
    Security,
    /// Which software runs.
    SupplyChain,
    /// What a promotion leaves behind.
    Promotion,
}

/// A rule of the table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its stable id.
    pub id: &'static str,
    /// What it is about.
    pub group: Group,
    /// What it sees, in a few words.
    pub title: &'static str,
    /// The highest level that it gives.
    pub level: Level,
    /// The document that it rests on: a URL.
    pub source: &'static str,
    /// What to do about a finding.
    pub remedy: &'static str,
    pub(crate) check: Check,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    /// Needs the two states alone.
    States(fn(&Change<'_>) -> Vec<Hit>),
    /// Needs the plan of a promotion too, and may need to know its base.
    Plan(fn(&Change<'_>, &PlanFacts) -> Result<Vec<Hit>, Missing>),
}

/// Facts that a rule lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// The plan of a promotion.
    Plan,
    /// What the source was at the last promotion.
    Base,
}

impl Missing {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Base => "base",
        }
    }
}

/// What a check sees: a finding without what the table knows.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) level: Level,
    pub(crate) object: ObjectRef,
    pub(crate) path: Path,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
    pub(crate) message: String,
    /// Another document than the rule's, where a rule rests on several.
    pub(crate) source: Option<&'static str>,
}

impl Rule {
    /// The facts that the rule needs beside the two states: `plan`.
    #[must_use]
    pub fn needs(&self) -> Option<&'static str> {
        match self.check {
            Check::States(_) => None,
            Check::Plan(_) => Some(Missing::Plan.as_str()),
        }
    }

    /// What the rule sees, or the facts that it lacks.
    pub(crate) fn run(&self, change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
        match self.check {
            Check::States(check) => Ok(check(change)),
            Check::Plan(check) => check(change, facts.plan.as_ref().ok_or(Missing::Plan)?),
        }
    }
}

impl Hit {
    pub(crate) fn new(level: Level, object: &Object, path: Path, message: String) -> Self {
        let object = ObjectRef::of(object);
        Self { level, object, path, before: None, after: None, message, source: None }
    }

    pub(crate) fn before(mut self, value: Option<impl Into<Value>>) -> Self {
        self.before = value.map(Into::into);
        self
    }

    pub(crate) fn after(mut self, value: Option<impl Into<Value>>) -> Self {
        self.after = value.map(Into::into);
        self
    }

    /// Both values: what the manifests say, if they say anything.
    pub(crate) fn values(self, before: Option<&Value>, after: Option<&Value>) -> Self {
        self.before(before.cloned()).after(after.cloned())
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Availability => "availability",
            Self::Capacity => "capacity",
            Self::Data => "data",
            Self::Network => "network",
            Self::Configuration => "configuration",
            Self::Rollout => "rollout",
            Self::Security => "security",
            Self::SupplyChain => "supply chain",
            Self::Promotion => "promotion",
        })
    }
}
