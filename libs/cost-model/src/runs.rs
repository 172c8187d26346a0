//! Jobs: how many pods run, and for how long.

use crate::assumptions::{Assumptions, HOURS_A_MONTH};
use crate::cursor::Cursor;
use crate::error::CostError;
use crate::occupancy::Occupancy;
use crate::ratio::Ratio;
use crate::replicas::Replicas;
use crate::schedule::Schedule;
use crate::spread::Spread;
use crate::usage::WorkloadUsage;

/// How long a pod of a run lasts.
pub(crate) struct Minutes {
    each: Ratio,
    text: String,
    assumed: Option<String>,
}

impl Minutes {
    pub(crate) fn of(usage: Option<&WorkloadUsage>, assumptions: &Assumptions) -> Self {
        let measured = usage.and_then(|usage| usage.run_minutes).and_then(Ratio::of_decimal);
        match measured.and_then(|minutes| Some((minutes, minutes.decimal(2)?))) {
            Some((each, shown)) => Self { each, text: format!("{shown} minutes"), assumed: None },
            None => Self {
                each: Ratio::whole(assumptions.run_minutes),
                text: format!("{} minutes", assumptions.run_minutes),
                assumed: Some("how long a run takes is assumed".to_owned()),
            },
        }
    }

    fn origin(&self) -> &'static str {
        if self.assumed.is_some() { "assumed" } else { "measured" }
    }
}

/// KEDA's ScaledJob: from `minReplicaCount` (0 where it is absent) to `maxReplicaCount` (100) Jobs at a time, each with
/// `parallelism` pods (keda.sh, "ScaledJob specification").
pub(crate) fn scaled_job(
    workload: &Cursor<'_>,
    usage: Option<&WorkloadUsage>,
) -> Result<Replicas, CostError> {
    let overflow = || CostError::overflow(&workload.object.key);
    let spec = workload.get("spec").ok_or_else(|| workload.refuse("spec is missing"))?;
    let least = spec.count("minReplicaCount")?.unwrap_or(0);
    let most = spec.count("maxReplicaCount")?.unwrap_or(100);
    if least > most {
        return Err(spec.refuse(format!("minReplicaCount {least} is above maxReplicaCount {most}")));
    }
    let run = match spec.get("jobTargetRef") {
        Some(job) => Run::of(&job)?,
        None => return Err(spec.refuse("jobTargetRef is missing")),
    };
    let pods = |jobs: u32| Ratio::whole(i128::from(jobs) * i128::from(run.at_once));
    let measured = usage.and_then(WorkloadUsage::replicas);
    let expected = measured.unwrap_or(pods(least));
    let shown = expected.decimal(2).ok_or_else(overflow)?;
    let note = match measured {
        Some(_) => format!("{least} to {most} Jobs at a time: counted with {shown} pods, which are measured"),
        None => format!("{least} to {most} Jobs at a time: counted with the least, {shown} pods"),
    };
    Ok(Replicas {
        count: Spread { least: pods(least), expected, most: Some(pods(most)) },
        why: note.clone(),
        note: Some(note),
        assumed: (measured.is_none() && least != most).then(|| "how many Jobs run is not known".to_owned()),
        driver: (least != most).then(|| format!("{least} to {most} Jobs")),
    })
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

    /// The hours of its pods.
    fn pod_hours(&self, minutes: &Minutes) -> Option<Ratio> {
        minutes.each.times(Ratio::new(self.pods.into(), 60)?)
    }

    fn describe(&self, minutes: &Minutes) -> String {
        let (each, origin) = (&minutes.text, minutes.origin());
        match self.pods {
            1 => format!("{each} ({origin})"),
            pods => format!("{pods} pods, {} at a time, of {each} each ({origin})", self.at_once),
        }
    }
}

pub(crate) fn job(workload: &Cursor<'_>, minutes: &Minutes) -> Result<Occupancy, CostError> {
    let overflow = || CostError::overflow(&workload.object.key);
    let spec = workload.get("spec").ok_or_else(|| workload.refuse("spec is missing"))?;
    let run = Run::of(&spec)?;
    if spec.is_true("suspend")? {
        return Ok(Occupancy::none("suspended: it starts no pods and costs nothing"));
    }
    let pod_hours = run.pod_hours(minutes).ok_or_else(overflow)?;
    let note = format!("counted as one run a month: {}", run.describe(minutes));
    let assumed = Some("how often it runs is assumed".to_owned());
    Ok(Occupancy::runs(run.at_once, pod_hours, vec![note.clone()], assumed, note))
}

/// Runs a month by the schedule × pods of a run × the assumed length. With a `concurrencyPolicy` other than
/// `Allow` there is never more than one run at a time, so the runs take at most the whole month.
pub(crate) fn cron_job(workload: &Cursor<'_>, minutes: &Minutes) -> Result<Occupancy, CostError> {
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
    let mut notes = vec![format!("{count} runs a month: {}", run.describe(minutes))];
    let mut pod_hours = run.pod_hours(minutes).and_then(|hours| hours.times(runs)).ok_or_else(overflow)?;
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
    let why = notes.join("; ");
    Ok(Occupancy::runs(run.at_once, pod_hours, notes, minutes.assumed.clone(), why))
}

fn runs_a_month(spec: &Cursor<'_>) -> Result<Ratio, CostError> {
    let place = spec.get("schedule").unwrap_or_else(|| spec.clone());
    let refuse = |why: String| CostError::Schedule { at: place.here(), why };
    let text =
        spec.text("schedule").ok_or_else(|| refuse("a CronJob needs a schedule, as a text".to_owned()))?;
    let parsed: Schedule = text.parse().map_err(|error| refuse(format!("{error}")))?;
    parsed.runs_a_month().ok_or_else(|| CostError::overflow(&spec.object.key))
}
