//! The findings of an assessment, as documents hold them (`schemas/json/risk.schema.json`).

use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;

use kube_model::{ObjectRef, Path};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{IdleWaiver, Impact, Level, Likelihood, Profile, Waived};

/// What a change risks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RiskReport {
    /// What it tells of.
    #[serde(default)]
    pub profile: Profile,
    /// The level of the worst finding; `none` without any. What is waived does not count.
    pub risk_level: Level,
    /// The rules of the findings that have this level, in the order of the findings.
    pub risk_level_from: Vec<String>,
    /// The findings: the worst first, then by kind, namespace, name, path and rule.
    pub findings: Vec<Finding>,
    /// The findings that somebody has accepted, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Waived>,
    /// The waivers that have ended, or that name a rule or an object that is not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers_idle: Vec<IdleWaiver>,
    /// The rules that lacked their facts, in the order of the table.
    pub not_evaluated: Vec<NotEvaluated>,
    /// The users' policies that could not say all, by name and what they lack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies_not_evaluated: Vec<PolicyNotEvaluated>,
}

/// One thing that the change introduces or worsens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The id of the rule.
    pub rule: String,
    /// How bad it is: by its impact and its likelihood.
    pub level: Level,
    /// What the harm would be.
    pub impact: Impact,
    /// How likely the harm is by this evidence.
    pub likelihood: Likelihood,
    /// The object that it is about.
    pub object: ObjectRef,
    /// The place in the object; empty for the object itself.
    pub path: Path,
    /// The value before; null if there was none.
    pub before: Option<Value>,
    /// The value after; null if there is none.
    pub after: Option<Value>,
    /// Who is affected: workloads, Services, hosts, subjects, as sentences name them; sorted.
    pub affected: Vec<String>,
    /// One or two sentences, with the values.
    pub message: String,
    /// The document that the rule rests on: a URL.
    pub source: String,
    /// What to do about it.
    pub remedy: String,
    /// Checks of other tools that look at the same fact: `kube-linter/latest-tag`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equivalents: Vec<String>,
    /// Where it stands in the files of the target, as far as whoever prints it knows them. An assessment leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The file, from the repository's root, with `/`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The last line of what stands there.
    pub end_line: usize,
    /// Whether the file has that line: not where an edit that is not written would put it, or where one that is written took
    /// it away.
    #[serde(default = "is_there", skip_serializing_if = "Clone::clone")]
    pub exists: bool,
}

fn is_there() -> bool {
    true
}

/// A rule that lacked its facts: it says nothing, which is not "fine".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotEvaluated {
    /// The id of the rule.
    pub rule: String,
    /// What it needs, a word of ours: `plan`, the plan of a promotion; `base`, what the source was at the last promotion;
    /// `usage`, what containers used; `version`, the version of the target's API server; `history`, the earlier promotions;
    /// `nodes`, the target's nodes; `live`, what runs in the target's cluster; `delivery`, how changes come there;
    /// `source-live`, what runs in the source's cluster; `policies`, what the target's policies say.
    pub needs: String,
}

/// A user's policy that could not be held against some objects: of those it says nothing, which is not "fine".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyNotEvaluated {
    /// The policy, as people find it: `ValidatingAdmissionPolicy/replicas (binding all)`.
    pub policy: String,
    /// The objects, by kind, namespace and name, of which at most [`Self::MOST_OBJECTS`] are here; none where it is about
    /// the whole change.
    pub objects: Vec<ObjectRef>,
    /// How many more objects there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: usize,
    /// What would have to be known: `who applies it`. Names that anybody chose may be in it.
    pub why: String,
}

impl PolicyNotEvaluated {
    /// How many objects are named.
    pub const MOST_OBJECTS: usize = 20;

    /// How many objects it could not be held against; 0 where it is about the whole change.
    #[must_use]
    pub fn count(&self) -> usize {
        self.objects.len() + self.more
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl RiskReport {
    /// The level, and the rules that it is from, as the findings say.
    pub(crate) fn settle(&mut self) {
        self.risk_level = Level::of_all(self.findings.iter().map(|finding| finding.level));
        let worst = self.findings.iter().filter(|finding| finding.level == self.risk_level);
        let mut told = HashSet::new();
        let rules = worst.map(|finding| finding.rule.clone()).filter(|rule| told.insert(rule.clone()));
        self.risk_level_from = rules.collect();
    }
}

impl Finding {
    fn order(&self) -> (Reverse<Level>, &str, Option<&str>, &str, &Path, &str) {
        let object = &self.object;
        let place = (&*object.kind, object.namespace.as_deref(), &*object.name, &self.path);
        (Reverse(self.level), place.0, place.1, place.2, place.3, &self.rule)
    }

    pub(crate) fn by_order(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}
