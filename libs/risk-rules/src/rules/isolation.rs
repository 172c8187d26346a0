//! Which NetworkPolicies are about which pods.

use std::collections::HashMap;

use kube_model::{Object, Path};
use serde_json::Value;

use crate::level::Risk;
use crate::model::{Change, Selector, View, Workload};
use crate::rule::Hit;

pub(super) const POLICY: &str = "NetworkPolicy";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    /// The field of a rule that holds its peers.
    pub(super) fn peers(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }

    fn type_name(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Ingress => "to",
            Self::Egress => "from",
        }
    }
}

/// What a policy does with one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stance {
    Open,
    Allows,
    Denies,
}

/// Without `policyTypes` a policy is about ingress, and about egress if it has a rule for it.
pub(super) fn stance(policy: &Object, direction: Direction) -> Stance {
    let rules = policy.at(&["spec", direction.field()]).and_then(Value::as_array);
    let has_rules = rules.is_some_and(|rules| !rules.is_empty());
    let is_about = match policy.at(&["spec", "policyTypes"]).and_then(Value::as_array) {
        Some(types) => types.iter().any(|name| name.as_str() == Some(direction.type_name())),
        None => direction == Direction::Ingress || has_rules,
    };
    match (is_about, has_rules) {
        (false, _) => Stance::Open,
        (true, true) => Stance::Allows,
        (true, false) => Stance::Denies,
    }
}

pub(super) fn selector(policy: &Object) -> Option<Selector<'_>> {
    Selector::of_labels(policy.at(&["spec", "podSelector"])?)
}

/// The policies about one direction of the pods of each workload of a state.
pub(super) struct Isolation<'v, 'a> {
    pub(super) view: &'v View<'a>,
    direction: Direction,
    of_workload: HashMap<*const Object, Vec<&'a Object>>,
}

impl<'v, 'a> Isolation<'v, 'a> {
    pub(super) fn of(view: &'v View<'a>, direction: Direction) -> Self {
        let mut of_workload: HashMap<*const Object, Vec<&'a Object>> = HashMap::new();
        for policy in view.of_kind(POLICY).filter(|policy| stance(policy, direction) != Stance::Open) {
            let Some(selector) = selector(policy) else { continue };
            for workload in view.selected(&selector, policy) {
                of_workload.entry(std::ptr::from_ref(workload.object)).or_default().push(policy);
            }
        }
        Self { view, direction, of_workload }
    }

    pub(super) fn policies(&self, workload: &Workload<'_>) -> &[&'a Object] {
        self.of_workload.get(&std::ptr::from_ref(workload.object)).map_or(&[], Vec::as_slice)
    }

    /// Whether all that is about the pods denies.
    pub(super) fn denies_all(&self, workload: &Workload<'_>) -> bool {
        let policies = self.policies(workload);
        !policies.is_empty() && policies.iter().all(|policy| stance(policy, self.direction) == Stance::Denies)
    }

    /// Whether a policy that denies is about the pods of a workload of the state after, and did not deny before:
    /// `default-deny-added` tells of it.
    pub(super) fn has_new_denial(&self, change: &Change<'_>, workload: &Workload<'_>) -> bool {
        let denies = |policy: &Object| stance(policy, self.direction) == Stance::Denies;
        self.policies(workload)
            .iter()
            .any(|policy| denies(policy) && !change.object_before(policy).is_some_and(denies))
    }
}

/// The policy by which something is not allowed any more.
pub(super) struct Culprit<'a> {
    pub(super) policy: &'a Object,
    pub(super) is_removed: bool,
}

impl Culprit<'_> {
    /// A finding about it, with its rules as evidence.
    pub(super) fn hit(&self, change: &Change<'_>, direction: Direction, risk: Risk, message: String) -> Hit {
        let rules = |policy: &Object| policy.at(&["spec", direction.field()]).cloned();
        let (was, is) = match self.is_removed {
            true => (rules(self.policy), None),
            false => (change.object_before(self.policy).and_then(rules), rules(self.policy)),
        };
        let path = Path::keys(["spec", direction.field()]);
        Hit::new(risk, self.policy, path, message).before(was).after(is)
    }
}

/// Of those that allowed it before the first that is gone or another now; else the first of those after that is new or
/// another, else the first.
pub(super) fn culprit<'a>(
    change: &Change<'a>,
    allowed: &[&'a Object],
    after: &[&'a Object],
) -> Option<Culprit<'a>> {
    for before in allowed {
        match change.object_after(before) {
            None => return Some(Culprit { policy: before, is_removed: true }),
            Some(after) if after.value != before.value => {
                return Some(Culprit { policy: after, is_removed: false });
            }
            Some(_) => {}
        }
    }
    let policy = after
        .iter()
        .copied()
        .find(|policy| !change.is_unchanged(policy))
        .or_else(|| after.first().copied())?;
    Some(Culprit { policy, is_removed: false })
}
