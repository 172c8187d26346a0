//! For how long how many pods of a workload run in a month.

use crate::assumptions::{Assumptions, HOURS_A_MONTH};
use crate::autoscaler;
use crate::cursor::Cursor;
use crate::error::CostError;
use crate::kinds::Kind;
use crate::ratio::Ratio;
use crate::schedule::Schedule;
use crate::surroundings::Surroundings;

/// The pods of a workload over a month.
#[derive(Debug)]
pub(crate) struct Occupancy {
    /// How many there are at once, while it runs.
    pub(crate) pods: u32,
    /// Their hours in a month, all together.
    pub(crate) pod_hours: Ratio,
    pub(crate) notes: Vec<String>,
}

impl Occupancy {
    fn all_month(pods: u32, note: Option<String>) -> Self {
        let pod_hours = Ratio::whole(i128::from(pods) * i128::from(HOURS_A_MONTH));
        Self { pods, pod_hours, notes: note.into_iter().collect() }
    }

    fn none(note: impl Into<String>) -> Self {
        Self { pods: 0, pod_hours: Ratio::ZERO, notes: vec![note.into()] }
    }

    /// One pod, all month.
    pub(crate) fn one_all_month() -> Self {
        Self::all_month(1, None)
    }

    /// The pods of a workload of this kind. A DaemonSet without a number of nodes has none.
    pub(crate) fn of(
        kind: Kind,
        workload: &Cursor<'_>,
        around: &Surroundings<'_>,
        assumptions: &Assumptions,
    ) -> Result<Self, CostError> {
        match kind {
            Kind::DaemonSet => {
                let nodes = assumptions.node_count.unwrap_or(0);
                Ok(Self::all_month(nodes, Some(format!("a pod on each of {nodes} nodes (assumed)"))))
            }
            Kind::Job => job(workload, assumptions),
            Kind::CronJob => cron_job(workload, assumptions),
            Kind::Pod => Ok(Self::all_month(1, one_that_ends(workload))),
            _ => {
                let replicas = autoscaler::replicas(workload, around)?;
                Ok(Self::all_month(replicas.count, replicas.note))
            }
        }
    }
}

fn one_that_ends(pod: &Cursor<'_>) -> Option<String> {
    let policy = pod.get("spec")?.text("restartPolicy")?;
    (policy != "Always")
        .then(|| format!("restartPolicy {policy}: it may end, and is counted for the whole month"))
}

/// The pods that one run of a Job makes, and how many of them there are at once: `completions` (where it is absent,
/// `parallelism`), `parallelism` at a time; each is 1 where it is absent (kubernetes.io, "Jobs", parallel
/// execution). Pods that fail and are tried again are not counted.
struct Run {
    pods: u32,
    at_once: u32,
}

impl Run {
    fn of(job_spec: &Cursor<'_>) -> Result<Self, CostError> {
        let parallelism = job_spec.count("parallelism")?.unwrap_or(1);
        let completions = job_spec.count("completions")?.unwrap_or(parallelism);
        let pods = if parallelism == 0 { 0 } else { completions };
        Ok(Self { pods, at_once: parallelism.min(completions) })
    }

    /// The hours of its pods, each of the assumed length.
    fn pod_hours(&self, assumptions: &Assumptions) -> Option<Ratio> {
        Ratio::new(i128::from(self.pods).checked_mul(assumptions.run_minutes.into())?, 60)
    }

    fn describe(&self, assumptions: &Assumptions) -> String {
        let minutes = assumptions.run_minutes;
        match self.pods {
            1 => format!("{minutes} minutes (assumed)"),
            pods => format!("{pods} pods, {} at a time, of {minutes} minutes each (assumed)", self.at_once),
        }
    }
}

fn job(workload: &Cursor<'_>, assumptions: &Assumptions) -> Result<Occupancy, CostError> {
    let overflow = || CostError::overflow(&workload.object.key);
    let spec = workload.get("spec").ok_or_else(|| workload.refuse("spec is missing"))?;
    let run = Run::of(&spec)?;
    if spec.is_true("suspend")? {
        return Ok(Occupancy::none("suspended: it starts no pods and costs nothing"));
    }
    let pod_hours = run.pod_hours(assumptions).ok_or_else(overflow)?;
    let notes = vec![format!("counted as one run a month: {}", run.describe(assumptions))];
    Ok(Occupancy { pods: run.at_once, pod_hours, notes })
}

/// Runs a month by the schedule × pods of a run × the assumed length. With a `concurrencyPolicy` other than
/// `Allow` there is never more than one run at a time, so the runs take at most the whole month.
fn cron_job(workload: &Cursor<'_>, assumptions: &Assumptions) -> Result<Occupancy, CostError> {
    let overflow = || CostError::overflow(&workload.object.key);
    let spec = workload.get("spec").ok_or_else(|| workload.refuse("spec is missing"))?;
    let runs = runs_a_month(&spec)?;
    let job_spec =
        spec.at(&["jobTemplate", "spec"]).ok_or_else(|| spec.refuse("jobTemplate.spec is missing"))?;
    let run = Run::of(&job_spec)?;
    if spec.is_true("suspend")? {
        return Ok(Occupancy::none("suspended: it starts no runs and costs nothing"));
    }
    if job_spec.is_true("suspend")? {
        return Ok(Occupancy::none("its Jobs are made suspended: they start no pods and cost nothing"));
    }
    if runs.is_zero() {
        return Ok(Occupancy::none("its schedule never fires"));
    }
    let count = runs.decimal(2).ok_or_else(overflow)?;
    let mut notes = vec![format!("{count} runs a month: {}", run.describe(assumptions))];
    let mut pod_hours =
        run.pod_hours(assumptions).and_then(|hours| hours.times(runs)).ok_or_else(overflow)?;
    let policy = spec.text("concurrencyPolicy").unwrap_or("Allow");
    if policy != "Allow" {
        let whole_month = Ratio::whole(i128::from(run.at_once) * i128::from(HOURS_A_MONTH));
        let held = pod_hours.at_most(whole_month).ok_or_else(overflow)?;
        if held != pod_hours {
            pod_hours = held;
            notes.push(format!(
                "concurrencyPolicy {policy}: one run at a time, so no more than the whole month"
            ));
        }
    }
    Ok(Occupancy { pods: run.at_once, pod_hours, notes })
}

fn runs_a_month(spec: &Cursor<'_>) -> Result<Ratio, CostError> {
    let place = spec.get("schedule").unwrap_or_else(|| spec.clone());
    let refuse = |why: String| CostError::Schedule { at: place.here(), why };
    let text =
        spec.text("schedule").ok_or_else(|| refuse("a CronJob needs a schedule, as a text".to_owned()))?;
    let parsed: Schedule = text.parse().map_err(|error| refuse(format!("{error}")))?;
    parsed.runs_a_month().ok_or_else(|| CostError::overflow(&spec.object.key))
}
