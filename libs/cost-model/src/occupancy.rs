//! For how long how many pods of a workload run in a month.

use crate::assumptions::{Assumptions, HOURS_A_MONTH};
use crate::cursor::Cursor;
use crate::error::CostError;
use crate::kinds::Kind;
use crate::knative;
use crate::ratio::Ratio;
use crate::replicas::{Known, Replicas, replicas};
use crate::runs::{Minutes, cron_job, job, scaled_job};
use crate::spread::Spread;

/// The pods of a workload over a month.
#[derive(Debug)]
pub(crate) struct Occupancy {
    /// How many there are at once, while it runs.
    pub(crate) pods: Spread,
    /// Their hours in a month, all together.
    pub(crate) pod_hours: Spread,
    pub(crate) notes: Vec<String>,
    /// Why the number is a guess; none where it is declared or measured.
    pub(crate) assumed: Option<String>,
    /// What moves it.
    pub(crate) driver: Option<String>,
    /// Where it comes from.
    pub(crate) why: String,
}

impl Occupancy {
    fn all_month(replicas: Replicas) -> Option<Self> {
        Some(Self {
            pods: replicas.count,
            pod_hours: replicas.count.scaled(Ratio::whole(HOURS_A_MONTH))?,
            notes: replicas.note.into_iter().collect(),
            assumed: replicas.assumed,
            driver: replicas.driver,
            why: replicas.why,
        })
    }

    pub(crate) fn none(note: impl Into<String>) -> Self {
        let note = note.into();
        Self::runs(0, Ratio::ZERO, vec![note.clone()], None, note)
    }

    pub(crate) fn runs(
        at_once: u32,
        pod_hours: Ratio,
        notes: Vec<String>,
        assumed: Option<String>,
        why: String,
    ) -> Self {
        let pods = Spread::exact(Ratio::whole(at_once));
        Self { pods, pod_hours: Spread::exact(pod_hours), notes, assumed, driver: None, why }
    }

    /// So many pods, all month.
    pub(crate) fn steady(pods: u32, why: String, note: Option<String>, assumed: Option<String>) -> Self {
        let hours = Ratio::whole(i128::from(pods) * i128::from(HOURS_A_MONTH));
        Self::runs(pods, hours, note.into_iter().collect(), assumed, why)
    }

    /// The pods of a workload of this kind. A DaemonSet without a number of nodes has none.
    pub(crate) fn of(
        kind: Kind,
        workload: &Cursor<'_>,
        known: Known<'_, '_>,
        assumptions: &Assumptions,
    ) -> Result<Self, CostError> {
        let overflow = || CostError::overflow(&workload.object.key);
        let minutes = Minutes::of(known.usage, assumptions);
        match kind {
            Kind::DaemonSet if known.daemon_pods.is_some() => {
                let pods = known.daemon_pods.unwrap_or_default();
                let note = format!("a pod on each of the {pods} nodes that it lands on");
                Ok(Self::steady(pods, note.clone(), Some(note), None))
            }
            Kind::DaemonSet => {
                let nodes = assumptions.node_count.unwrap_or(0);
                let note = format!("a pod on each of {nodes} nodes (assumed)");
                let assumed = "how many nodes it runs on is assumed".to_owned();
                Ok(Self::steady(nodes, note.clone(), Some(note), Some(assumed)))
            }
            Kind::Job => job(workload, &minutes),
            Kind::CronJob => cron_job(workload, &minutes),
            Kind::Pod => {
                let note = one_that_ends(workload);
                let assumed = note.is_some().then(|| "how long it runs is not known".to_owned());
                Ok(Self::steady(1, "one pod".to_owned(), note, assumed))
            }
            Kind::ScaledJob => Self::all_month(scaled_job(workload, known.usage)?).ok_or_else(overflow),
            Kind::Knative => Self::all_month(knative::replicas(workload, known.usage)?).ok_or_else(overflow),
            _ => Self::all_month(replicas(workload, known)?).ok_or_else(overflow),
        }
    }
}

fn one_that_ends(pod: &Cursor<'_>) -> Option<String> {
    let policy = pod.get("spec")?.text("restartPolicy")?;
    (policy != "Always")
        .then(|| format!("restartPolicy {policy}: it may end, and is counted for the whole month"))
}
