//! What a rule is.

use std::fmt;

use kube_model::{Object, ObjectRef, Path};
use serde_json::Value;

use crate::level::Risk;
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
    /// What the cluster has otherwise than its files.
    Drift,
    /// What a promotion leaves behind, or takes along.
    Promotion,
    /// How earlier promotions went.
    History,
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
    /// The lowest and the highest level that it gives.
    pub levels: [Level; 2],
    /// The document that it rests on: a URL.
    pub source: &'static str,
    /// What to do about a finding.
    pub remedy: &'static str,
    /// A change that fires it.
    pub fires: &'static str,
    /// A change close to that one that does not.
    pub near_miss: &'static str,
    /// Checks of other tools that look at the same fact in one state: `kube-linter/latest-tag`.
    pub equivalents: &'static [&'static str],
    pub(crate) check: Check,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    /// Needs the two states alone.
    States(fn(&Change<'_>) -> Vec<Hit>),
    /// Needs the two states, and looks at the facts that are there.
    With(fn(&Change<'_>, &Facts) -> Vec<Hit>),
    /// Needs the plan of a promotion too, and may need to know its base.
    Plan(fn(&Change<'_>, &PlanFacts) -> Result<Vec<Hit>, Missing>),
    /// Needs these facts where the change has something to hold against them.
    Facts(Missing, fn(&Change<'_>, &Facts) -> Result<Vec<Hit>, Missing>),
}

/// Facts that a rule lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The plan of a promotion.
    Plan,
    /// What the source was at the last promotion.
    Base,
    /// What containers used.
    Usage,
    /// The version of the target's API server.
    Version,
    /// The earlier promotions to the target.
    History,
    /// The target's nodes.
    Nodes,
    /// What runs in the target's cluster.
    Live,
    /// How what is merged comes into the target's cluster.
    Delivery,
    /// What runs in the source's cluster.
    SourceLive,
    /// What the policies say that the target has.
    Policies,
}

impl Missing {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Plan,
        Self::Base,
        Self::Usage,
        Self::Version,
        Self::History,
        Self::Nodes,
        Self::Live,
        Self::Delivery,
        Self::SourceLive,
        Self::Policies,
    ];

    /// The facts that documents name so ([`crate::NotEvaluated`]).
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// As documents name them.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Base => "base",
            Self::Usage => "usage",
            Self::Version => "version",
            Self::History => "history",
            Self::Nodes => "nodes",
            Self::Live => "live",
            Self::Delivery => "delivery",
            Self::SourceLive => "source-live",
            Self::Policies => "policies",
        }
    }

    /// As sentences name them, after "needs".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Plan => "the plan of a promotion",
            Self::Base => "the source as it was at the last promotion",
            Self::Usage => "the measured use of the containers",
            Self::Version => "the version of the target's API server",
            Self::History => "the earlier promotions to the target",
            Self::Nodes => "the target's nodes",
            Self::Live => "what is live in the target's cluster",
            Self::Delivery => "how the change is delivered",
            Self::SourceLive => "what is live in the source's cluster",
            Self::Policies => "what the target's policies say",
        }
    }
}

/// What a check sees: a finding without what the table knows.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) risk: Risk,
    pub(crate) object: ObjectRef,
    pub(crate) path: Path,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
    pub(crate) message: String,
    /// Another document than the rule's, where a rule rests on several.
    pub(crate) source: Option<&'static str>,
}

impl Rule {
    /// The facts that the rule needs beside the two states, as [`crate::NotEvaluated`] names them.
    #[must_use]
    pub fn needs(&self) -> Option<&'static str> {
        match self.check {
            Check::States(_) | Check::With(_) => None,
            Check::Plan(_) => Some(Missing::Plan.as_str()),
            Check::Facts(missing, _) => Some(missing.as_str()),
        }
    }

    /// What the rule sees, or the facts that it lacks.
    pub(crate) fn run(&self, change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
        match self.check {
            Check::States(check) => Ok(check(change)),
            Check::With(check) => Ok(check(change, facts)),
            Check::Plan(check) => check(change, facts.plan.as_ref().ok_or(Missing::Plan)?),
            Check::Facts(_, check) => check(change, facts),
        }
    }
}

impl Hit {
    pub(crate) fn new(risk: Risk, object: &Object, path: Path, message: String) -> Self {
        let object = ObjectRef::of(object);
        Self { risk, object, path, before: None, after: None, message, source: None }
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
            Self::Drift => "drift",
            Self::Promotion => "promotion",
            Self::History => "history",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_found_by_their_names() {
        for one in Missing::ALL {
            assert_eq!(Missing::of(one.as_str()), Some(one));
        }
        assert_eq!(Missing::of("luck"), None);
    }
}
