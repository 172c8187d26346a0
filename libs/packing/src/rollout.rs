//! Whether a rollout's new pods find a place beside the old ones.

use std::collections::BTreeMap;

use kube_model::Object;
use serde::Deserialize;
use serde_json::Value;

use crate::cluster::Cluster;
use crate::pack::{running, settle};
use crate::read::{or_default, part};
use crate::workload::Workload;
use crate::{Controller, PackingError};

/// A rollout that does not go on: it may take no old pod away before a new one runs, and none of the new ones finds a
/// place beside the old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StuckRollout {
    /// Whose pods they are.
    pub controller: Controller,
    /// How many more pods the rollout makes at once.
    pub surge: u32,
    /// A sentence with the reason: `1 pod stays Pending: no node has 24 GiB of memory free`.
    pub text: String,
}

const TEMPLATE: [&str; 2] = ["spec", "template"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StrategyFields {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(rename = "rollingUpdate", deserialize_with = "or_default")]
    rolling: RollingFields,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RollingFields {
    max_surge: Option<Value>,
    max_unavailable: Option<Value>,
}

/// How many pods each Deployment whose template changes makes beside the old ones that it may not take away first.
/// Deployments that may take some away, or all (`Recreate`), are left out.
pub(crate) fn surges(
    before: &[Object],
    after: &[Object],
    workloads: &[Workload],
) -> Result<BTreeMap<Controller, u32>, PackingError> {
    let is_deployment = |object: &&Object| (&*object.key.group, &*object.key.kind) == ("apps", "Deployment");
    let templates = before.iter().filter(is_deployment);
    let templates: BTreeMap<Controller, Option<&Value>> =
        templates.map(|object| (Controller::of(object), object.at(&TEMPLATE))).collect();
    let workloads: BTreeMap<&Controller, &Workload> =
        workloads.iter().map(|one| (&one.controller, one)).collect();
    let mut surges = BTreeMap::new();
    for object in after.iter().filter(is_deployment) {
        let controller = Controller::of(object);
        let rolls = templates.get(&controller).is_some_and(|template| *template != object.at(&TEMPLATE));
        let Some(workload) = workloads.get(&controller).filter(|_| rolls) else {
            continue;
        };
        let fields: StrategyFields = part(object, &["spec", "strategy"])?;
        if fields.kind.as_deref() == Some("Recreate") {
            continue;
        }
        let replicas = u32::try_from(workload.pods.len()).unwrap_or(u32::MAX);
        let number = |value: &Option<Value>, key: &str, up| {
            counted(value.as_ref(), replicas, up).ok_or_else(|| {
                PackingError::field(
                    object,
                    format!("spec.strategy.rollingUpdate.{key}"),
                    "it is neither a number nor a share",
                )
            })
        };
        let surge = number(&fields.rolling.max_surge, "maxSurge", Round::Up)?;
        let unavailable = number(&fields.rolling.max_unavailable, "maxUnavailable", Round::Down)?;
        if unavailable == 0 && surge > 0 {
            surges.insert(controller, surge);
        }
    }
    Ok(surges)
}

#[derive(Debug, Clone, Copy)]
enum Round {
    Up,
    Down,
}

/// A number or a share of the replicas, a quarter by default (`ResolveFenceposts` of k8s.io/kubernetes
/// `pkg/controller/deployment/util`: the surge is rounded up and what may be away down).
fn counted(value: Option<&Value>, replicas: u32, round: Round) -> Option<u32> {
    let percent = match value {
        None | Some(Value::Null) => 25,
        Some(Value::Number(number)) => return number.as_u64()?.try_into().ok(),
        Some(Value::String(text)) => text.strip_suffix('%')?.parse::<u64>().ok()?,
        Some(_) => return None,
    };
    let share = u64::from(replicas).checked_mul(percent)?;
    let share = match round {
        Round::Up => share.div_ceil(100),
        Round::Down => share / 100,
    };
    share.try_into().ok()
}

/// The rollouts from the old workloads to the new ones, all at once, that do not go on. `surges` are
/// those of the rollouts.
pub(crate) fn stuck(
    cluster: &Cluster,
    old: &[Workload],
    new: &[Workload],
    surges: &BTreeMap<Controller, u32>,
) -> Vec<StuckRollout> {
    let fresh: Vec<Workload> =
        new.iter().filter_map(|one| beside(one, *surges.get(&one.controller)?)).collect();
    if fresh.is_empty() {
        return Vec::new();
    }
    let stays = running(cluster, old);
    let all: Vec<Workload> = old.iter().chain(&fresh).cloned().collect();
    let packed = settle(cluster, &all, &stays).likely;
    let waiting = packed.pending.into_iter().filter_map(|one| {
        let name = one.controller.name.strip_prefix(BEHIND)?.to_owned();
        let controller = Controller { name, ..one.controller };
        let surge = *surges.get(&controller)?;
        // Where one of several runs, it takes the place of an old pod, and so on.
        (one.pods == surge).then(|| StuckRollout { controller, surge, text: one.text.clone() })
    });
    waiting.collect()
}

/// What no name in Kubernetes begins with, and what comes after all that one may begin with: the new pods wait behind what is
/// there.
const BEHIND: char = '~';

fn beside(workload: &Workload, surge: u32) -> Option<Workload> {
    let pod = workload.pods.first()?;
    let Controller { kind, namespace, name } = workload.controller.clone();
    let controller = Controller { kind, namespace, name: format!("{BEHIND}{name}") };
    let pods = (0..surge).map(|_| pod.clone()).collect();
    Some(Workload { controller, pods, daemon: None })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A quarter of 1 is up 1 and down 0; of 10 up 3 and down 2 (2.5).
    #[test]
    fn shares_are_rounded_as_the_controller_does() {
        for (replicas, up, down) in [(1, 1, 0), (4, 1, 1), (10, 3, 2), (0, 0, 0)] {
            let counts = (counted(None, replicas, Round::Up), counted(None, replicas, Round::Down));
            assert_eq!(counts, (Some(up), Some(down)), "{replicas}");
        }
        assert_eq!(counted(Some(&json!(2)), 10, Round::Up), Some(2));
        assert_eq!(counted(Some(&json!("50%")), 3, Round::Down), Some(1));
        for wrong in [json!(-1), json!("half"), json!([1])] {
            assert_eq!(counted(Some(&wrong), 3, Round::Up), None, "{wrong}");
        }
    }
}
