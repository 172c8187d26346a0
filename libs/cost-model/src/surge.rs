//! What there is more of while a new version is rolled out.

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::item::Item;
use crate::ratio::Ratio;

/// Pods beside the ones that are counted, for as long as a rollout takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Surge {
    pub(crate) pods: Ratio,
    /// What a pod holds at once, in the resource's unit.
    pub(crate) each: Vec<(Item, Ratio)>,
    /// By what strategy.
    pub(crate) how: &'static str,
}

/// How many pods a rollout adds at most, and by what strategy; none where it adds none.
///
/// A Deployment's `maxSurge` is 25 % where it is absent, of which parts of a pod count as one; `Recreate` adds none. A
/// DaemonSet's is 0, a StatefulSet has none (kubernetes.io, "Deployments", "Max Surge"). A Rollout's canary is as a
/// Deployment's, and with traffic routing ends in full beside the full number of stable pods, whatever its last weight;
/// blue-green is scaled to as many as are live before the switch, whatever `previewReplicaCount` runs until then
/// (argo-rollouts.readthedocs.io, "Canary", "Traffic Management", "BlueGreen: Sequence of Events").
pub(crate) fn most_pods(root: &Cursor<'_>, pods: Ratio) -> Result<Option<(Ratio, &'static str)>, CostError> {
    let Some(spec) = root.get("spec") else { return Ok(None) };
    let kind = (root.object.key.group.as_str(), root.object.key.kind.as_str());
    let found = match kind {
        ("apps" | "extensions", "Deployment") => match spec.get("strategy") {
            Some(strategy) if strategy.text("type") == Some("Recreate") => None,
            strategy => Some((
                of_strategy(strategy.and_then(|s| s.get("rollingUpdate")), pods, 25)?,
                "a rolling update",
            )),
        },
        ("apps" | "extensions", "DaemonSet") => match spec.get("updateStrategy") {
            Some(strategy) if strategy.text("type") == Some("OnDelete") => None,
            strategy => Some((
                of_strategy(strategy.and_then(|s| s.get("rollingUpdate")), pods, 0)?,
                "a rolling update",
            )),
        },
        ("argoproj.io", "Rollout") => match spec.get("strategy") {
            Some(strategy) => rollout(&strategy, pods)?,
            None => None,
        },
        _ => None,
    };
    Ok(found.filter(|(surge, _)| surge.is_positive()))
}

fn rollout(strategy: &Cursor<'_>, pods: Ratio) -> Result<Option<(Ratio, &'static str)>, CostError> {
    if strategy.get("blueGreen").is_some() {
        return Ok(Some((pods, "blue-green")));
    }
    let Some(canary) = strategy.get("canary") else { return Ok(None) };
    if canary.get("trafficRouting").is_none() {
        return Ok(Some((of_strategy(Some(canary), pods, 25)?, "a canary")));
    }
    let how = "a canary beside the stable pods";
    let is_dynamic = canary.get("dynamicStableScale").is_some_and(|value| value.value() == true);
    let added = if is_dynamic { beside_dynamic_stable(&canary, pods)? } else { pods };
    Ok(Some((added, how)))
}

/// The most that a canary adds whose stable pods are scaled down behind it (`dynamicStableScale`): they are fewer only once
/// the traffic of a step has moved, so what stands beside them is the largest step. A step that scales the canary by
/// itself (`setCanaryScale`) may put all of its pods beside all stable ones.
fn beside_dynamic_stable(canary: &Cursor<'_>, pods: Ratio) -> Result<Ratio, CostError> {
    let mut weights = Vec::new();
    for step in canary.items("steps")? {
        if step.get("setCanaryScale").is_some() {
            return Ok(pods);
        }
        weights.extend(step.count("setWeight")?);
    }
    weights.push(100);
    let overflow = || CostError::overflow(&canary.object.key);
    let share = |weight: u32| {
        let share = Ratio::new(weight.into(), 100).and_then(|share| share.times(pods));
        share.map(|share| share.ceiling()).ok_or_else(overflow)
    };
    let (mut most, mut before) = (pods.ceiling(), 0);
    for weight in weights {
        most = most.max(share(weight)? + share(100_u32.saturating_sub(before))?);
        before = weight;
    }
    Ok(Ratio::whole(most - pods.ceiling()))
}

/// `maxSurge`: a number, or a percentage of the pods, rounded up.
fn of_strategy(parent: Option<Cursor<'_>>, pods: Ratio, default_percent: u32) -> Result<Ratio, CostError> {
    let percent = |percent: u32| Ratio::new(percent.into(), 100).and_then(|share| share.times(pods));
    let rounded = |share: Option<Ratio>| share.map_or(Ratio::ZERO, |share| Ratio::whole(share.ceiling()));
    let Some(surge) = parent.and_then(|parent| parent.get("maxSurge")) else {
        return Ok(rounded(percent(default_percent)));
    };
    let value = surge.value();
    let refuse = || surge.refuse(format!("{value} is neither a number of pods nor a percentage"));
    if let Some(number) = value.as_u64() {
        return u32::try_from(number).map(Ratio::whole).map_err(|_| refuse());
    }
    let share =
        value.as_str().and_then(|text| text.strip_suffix('%')?.parse::<u32>().ok()).ok_or_else(refuse)?;
    Ok(rounded(percent(share)))
}
