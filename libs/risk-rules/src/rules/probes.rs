//! Probes that are taken away.

use kube_model::shown;

use crate::Impact::{Harm, Notice, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Container, Workload};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "probe-removed",
    group: Group::Availability,
    title: "A container loses its readiness, liveness or startup probe",
    levels: [Level::Low, Level::High],
    source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    remedy: "Put the probe back, or say in the change what replaces it.",
    fires: "a container behind a Service loses its readiness probe",
    near_miss: "the path of the probe changes; the container goes with its probe",
    equivalents: &["kube-linter/no-readiness-probe", "kube-linter/no-liveness-probe"],
    check: Check::States(probe_removed),
}];

fn probe_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers().filter(|(_, _, after)| !after.runs_first) {
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            if let (Some(was), None) = (before.at(&[probe]), after.at(&[probe])) {
                let (risk, message) = judge(change, workload, after, probe);
                let path = after.path_of(&[probe]);
                hits.push(Hit::new(risk, workload.object, path, message).values(Some(was), None));
            }
        }
    }
    hits
}

fn judge(change: &Change<'_>, workload: &Workload<'_>, after: &Container<'_>, probe: &str) -> (Risk, String) {
    let services = change.services_of(workload);
    let has_liveness = after.at(&["livenessProbe"]).is_some();
    let (risk, name, why) = match (probe, services.first()) {
        ("readinessProbe", Some(service)) => {
            let service = shown(service);
            let why = format!("Service {service} sends it traffic as soon as it runs, ready or not");
            (Harm.likely(), "readiness", why)
        }
        ("readinessProbe", None) => {
            (Safeguard.likely(), "readiness", "a rollout goes on before its pods are ready".to_owned())
        }
        ("startupProbe", _) if has_liveness => {
            let why = "its liveness probe counts from the start and may kill it before it is up";
            (Harm.likely(), "startup", why.to_owned())
        }
        ("startupProbe", _) => (Notice.likely(), "startup", "nothing says any more when it is up".to_owned()),
        _ => (Safeguard.certain(), "liveness", "if it hangs, nothing restarts it".to_owned()),
    };
    (risk, format!("The {name} probe of {} is gone: {why}.", after.named()))
}
