//! How many pods a workload with replicas runs.

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::pod::PodRequest;
use crate::ratio::Ratio;
use crate::scaling::{Scaler, Target};
use crate::spread::Spread;
use crate::usage::WorkloadUsage;

/// The replicas that are counted, and what to say of them.
#[derive(Debug)]
pub(crate) struct Replicas {
    pub(crate) count: Spread,
    pub(crate) note: Option<String>,
    /// Why the number is a guess; none where it is declared or measured.
    pub(crate) assumed: Option<String>,
    /// What moves it.
    pub(crate) driver: Option<String>,
    /// Where it comes from.
    pub(crate) why: String,
}

/// What is known of a workload beside its `spec`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Known<'a, 'b> {
    pub(crate) scaler: Option<&'b Scaler<'a>>,
    pub(crate) usage: Option<&'b WorkloadUsage>,
    pub(crate) request: Option<&'b PodRequest<'a>>,
    /// Of a DaemonSet on nodes that are known.
    pub(crate) daemon_pods: Option<u32>,
}

/// The replicas of a workload: `spec.replicas` (1 where it is absent), or what is measured, held within the bounds of the
/// autoscaler that targets it. An autoscaler lets a workload be that was scaled to zero by hand (kubernetes.io,
/// "Horizontal Pod Autoscaling", implicit maintenance-mode deactivation); KEDA does not.
pub(crate) fn replicas(workload: &Cursor<'_>, known: Known<'_, '_>) -> Result<Replicas, CostError> {
    let spec = workload.get("spec");
    let declared = spec.map(|spec| spec.count("replicas")).transpose()?.flatten();
    let plain = declared.unwrap_or(1);
    let says = match declared {
        Some(declared) => format!("spec.replicas is {declared}"),
        None => "spec.replicas is absent, which is 1".to_owned(),
    };
    let Some(scaler) = known.scaler else {
        return Ok(Replicas::exactly(plain, None, says));
    };
    let (kind, name) = (scaler.kind, scaler.name);
    if let Some(paused) = scaler.paused {
        let note = format!("{kind}/{name} is paused: it keeps {paused} replicas");
        return Ok(Replicas::exactly(paused, Some(note.clone()), note));
    }
    if plain == 0 && scaler.least > 0 && kind == "HorizontalPodAutoscaler" {
        let note = format!("scaled to 0, which switches {kind}/{name} off");
        return Ok(Replicas::exactly(0, Some(note.clone()), note));
    }
    within(scaler, known, plain, &says).ok_or_else(|| CostError::overflow(&workload.object.key))
}

fn within(scaler: &Scaler<'_>, known: Known<'_, '_>, plain: u32, says: &str) -> Option<Replicas> {
    let (kind, name, most) = (scaler.kind, scaler.name, scaler.most);
    let least = scaler.floor();
    let bounds = |count: Ratio| count.at_least(Ratio::whole(least))?.at_most(Ratio::whole(most));
    let (expected, from, measured) = match measured(scaler, known)? {
        Some((count, from)) => (bounds(count)?, from, true),
        None => (Ratio::whole(plain.clamp(scaler.least, most)), says.to_owned(), false),
    };
    let text = expected.decimal(2)?;
    let note = format!("{kind}/{name} keeps {least} to {most} replicas, {from}: counted with {text}");
    let count = Spread { least: Ratio::whole(least), expected, most: Some(Ratio::whole(most)) };
    let is_guess = !measured && least != most;
    Some(Replicas {
        count,
        why: note.clone(),
        note: Some(note),
        assumed: is_guess.then(|| format!("how far {kind}/{name} scales is not known")),
        driver: (least != most).then(|| scaler.identity()),
    })
}

/// How many pods there are by what is measured: their number, or the one that the autoscaler's targets ask for (usage over
/// request × target, or over the value a pod; the largest of several, rounded up; kubernetes.io, "Algorithm details").
fn measured(scaler: &Scaler<'_>, known: Known<'_, '_>) -> Option<Option<(Ratio, String)>> {
    let Some(usage) = known.usage else { return Some(None) };
    if let Some(replicas) = usage.replicas() {
        return Some(Some((replicas, format!("{} are measured", replicas.decimal(2)?))));
    }
    if scaler.aims_at_more || scaler.targets.is_empty() {
        return Some(None);
    }
    let Some(request) = known.request else { return Some(None) };
    let mut most = None;
    for target in &scaler.targets {
        let Some(pods) = asked_for(*target, usage, request) else { return Some(None) };
        most = most.max(Some(pods));
    }
    Some(most.map(|pods| (Ratio::whole(pods), format!("its target asks for {pods} by the measured usage"))))
}

/// The pods that a target asks for.
fn asked_for(target: Target<'_>, usage: &WorkloadUsage, request: &PodRequest<'_>) -> Option<i128> {
    let (resource, a_pod) = match target {
        Target::Utilisation(resource, percent) => {
            (resource, Ratio::new(request.running(resource).checked_mul(percent.into())?, 100)?)
        }
        Target::Average(resource, nanos) => (resource, Ratio::whole(nanos)),
    };
    Some(usage.used_nanos(resource)?.over(a_pod)?.ceiling())
}

impl Replicas {
    fn exactly(count: u32, note: Option<String>, why: String) -> Self {
        Self { count: Spread::exact(Ratio::whole(count)), note, assumed: None, driver: None, why }
    }
}
