//! VerticalPodAutoscalers: between which bounds they set requests.

use std::collections::BTreeSet;

use kube_model::Object;

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::pod::Requests;

/// What a VerticalPodAutoscaler may do to a workload's containers.
pub(crate) struct Vertical<'a> {
    pub(crate) name: &'a str,
    /// Whether it only recommends (`updateMode: Off`).
    pub(crate) is_off: bool,
    policies: Vec<Policy<'a>>,
}

struct Policy<'a> {
    container: &'a str,
    is_off: bool,
    controlled: Option<Vec<&'a str>>,
    least: Requests<'a>,
    most: Requests<'a>,
}

/// A request as a VerticalPodAutoscaler may set it: the least, what is expected, the most.
pub(crate) type Sized = (i128, i128, Option<i128>);

impl<'a> Vertical<'a> {
    /// Reads `spec.updatePolicy` and `spec.resourcePolicy` (autoscaling.k8s.io/v1). Modes other than `Off` set requests.
    pub(crate) fn of(object: &'a Object) -> Result<Self, CostError> {
        let root = Cursor::root(object);
        let mode = root.at(&["spec", "updatePolicy"]).and_then(|policy| policy.text("updateMode"));
        let mut policies = Vec::new();
        if let Some(resource_policy) = root.at(&["spec", "resourcePolicy"]) {
            for policy in resource_policy.items("containerPolicies")? {
                policies.push(Policy::of(&policy)?);
            }
        }
        Ok(Self { name: &object.key.name, is_off: mode == Some("Off"), policies })
    }

    /// What it may make of a container's request for CPU or memory; none if it leaves it alone. Without a lower bound it
    /// may go down to nothing worth counting, without an upper bound nothing holds it.
    pub(crate) fn size(&self, container: &str, resource: &str, asked: i128) -> Option<Sized> {
        if self.is_off || !matches!(resource, "cpu" | "memory") {
            return None;
        }
        let named = self.policies.iter().find(|policy| policy.container == container);
        let policy = named.or_else(|| self.policies.iter().find(|policy| policy.container == "*"));
        let Some(policy) = policy else { return Some((0, asked, None)) };
        let controls = policy.controlled.as_ref().is_none_or(|controlled| controlled.contains(&resource));
        if policy.is_off || !controls {
            return None;
        }
        let least = policy.least.get(resource).copied().unwrap_or(0);
        let most = policy.most.get(resource).copied();
        let expected = asked.max(least);
        Some((least, most.map_or(expected, |most| expected.min(most)), most))
    }
}

impl<'a> Policy<'a> {
    fn of(policy: &Cursor<'a>) -> Result<Self, CostError> {
        let nanos = |key: &str| -> Result<Requests<'a>, CostError> {
            Ok(policy.quantities(key)?.into_iter().map(|(name, quantity)| (name, quantity.nanos())).collect())
        };
        let (least, most) = (nanos("minAllowed")?, nanos("maxAllowed")?);
        let above = least.iter().find(|(name, least)| most.get(*name).is_some_and(|most| *least > most));
        if let Some((name, _)) = above {
            return Err(policy.refuse(format!("minAllowed of {name} is above its maxAllowed")));
        }
        let controlled = match policy.get("controlledResources") {
            Some(_) => Some(policy.texts("controlledResources")?),
            None => None,
        };
        Ok(Self {
            container: policy.text("containerName").unwrap_or("*"),
            is_off: policy.text("mode") == Some("Off"),
            controlled,
            least,
            most,
        })
    }
}

/// The resources of which a pod may ask for any amount.
pub(crate) type Unbounded<'a> = BTreeSet<&'a str>;
