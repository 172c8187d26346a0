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
/// Deployment's, and with traffic routing stands beside the full number of stable pods, at its largest weight; blue-green
/// runs `previewReplicaCount` pods, or as many as are live (argo-rollouts.readthedocs.io, "Canary", "BlueGreen").
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
    if let Some(blue_green) = strategy.get("blueGreen") {
        let preview = blue_green.count("previewReplicaCount")?.map(Ratio::whole);
        return Ok(Some((preview.unwrap_or(pods), "blue-green")));
    }
    let Some(canary) = strategy.get("canary") else { return Ok(None) };
    if canary.get("trafficRouting").is_none() {
        return Ok(Some((of_strategy(Some(canary), pods, 25)?, "a canary")));
    }
    let mut heaviest = Ratio::ZERO;
    for step in canary.items("steps")? {
        if let Some(weight) = step.count("setWeight")? {
            heaviest = heaviest.at_least(Ratio::whole(weight)).unwrap_or(heaviest);
        }
    }
    // Without steps, or after the last of them, all pods of the new version stand beside all of the old one.
    let weight = if heaviest.is_positive() { heaviest } else { Ratio::whole(100) };
    let overflow = || CostError::overflow(&canary.object.key);
    let share =
        Ratio::new(1, 100).and_then(|percent| weight.times(percent)?.times(pods)).ok_or_else(overflow)?;
    Ok(Some((Ratio::whole(share.ceiling()), "a canary beside the stable pods")))
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
