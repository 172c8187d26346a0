//! How containers start, are watched and stop.

use kube_model::shown_list;
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Container, Workload};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "probe-tightened",
        group: Group::Availability,
        title: "A probe gives a container half the time that it had, or less",
        levels: [Level::Low, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes",
        remedy: "Leave room for a slow start, a pause and a busy dependency; a startup probe takes the start out of it.",
        fires: "`failureThreshold: 6` of a liveness probe becomes `2`",
        near_miss: "it becomes `4`; it becomes more",
        equivalents: &[],
        check: Check::States(probe_tightened),
    },
    Rule {
        id: "grace-period-shortened",
        group: Group::Availability,
        title: "Pods get less time to stop",
        levels: [Level::Low, Level::High],
        source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
        remedy: "Keep terminationGracePeriodSeconds above what the preStop hook and the last requests take together.",
        fires: "`terminationGracePeriodSeconds: 60` becomes `30`",
        near_miss: "it is removed where it was 30, which is the default",
        equivalents: &[],
        check: Check::States(grace_period_shortened),
    },
    Rule {
        id: "prestop-removed",
        group: Group::Availability,
        title: "A container loses its preStop hook",
        levels: [Level::Low, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/",
        remedy: "Keep the hook, or make sure that the process ends its requests by itself when it is told to stop.",
        fires: "`lifecycle.preStop` of a container behind a Service is removed",
        near_miss: "the hook sleeps longer",
        equivalents: &[],
        check: Check::States(prestop_removed),
    },
];

const PROBES: [(&str, &str); 3] =
    [("livenessProbe", "liveness"), ("readinessProbe", "readiness"), ("startupProbe", "startup")];

fn probe_tightened(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers() {
        for (field, name) in PROBES {
            let (Some(was), Some(is)) = (before.at(&[field]), after.at(&[field])) else { continue };
            // While a startup probe has not succeeded no other is asked (API reference, "Container").
            let starts = field != "startupProbe" && after.at(&["startupProbe"]).is_some();
            let Some(how) = tightening(was, is, !starts) else { continue };
            let (risk, follows) = match field {
                "readinessProbe" => (Safeguard.possible(), "it is taken out of its Services sooner"),
                _ => (Harm.possible(), "a slow answer is enough to kill it"),
            };
            let message = format!("The {name} probe of {} {how}: {follows}.", after.named());
            hits.push(
                Hit::new(risk, workload.object, after.path_of(&[field]), message).values(Some(was), Some(is)),
            );
        }
    }
    hits
}

/// The defaults are those of the API reference, "Probe".
fn tightening(was: &Value, is: &Value, delays_count: bool) -> Option<String> {
    let number = |probe: &Value, field: &str, default: i64| {
        probe.get(field).and_then(Value::as_i64).unwrap_or(default)
    };
    let patience = |probe: &Value| {
        let tries = number(probe, "periodSeconds", 10).saturating_mul(number(probe, "failureThreshold", 3));
        let delay = if delays_count { number(probe, "initialDelaySeconds", 0) } else { 0 };
        delay.saturating_add(tries)
    };
    let answer = |probe: &Value| number(probe, "timeoutSeconds", 1);
    if patience(is).saturating_mul(2) <= patience(was) {
        return Some(format!("gives up after {} s instead of {} s", patience(is), patience(was)));
    }
    (answer(is).saturating_mul(2) <= answer(was))
        .then(|| format!("waits {} s for an answer instead of {} s", answer(is), answer(was)))
}

const GRACE: &str = "terminationGracePeriodSeconds";

/// 30 seconds where the manifest says nothing (API reference, "PodSpec").
fn grace(workload: &Workload<'_>) -> i64 {
    workload.pod.get(GRACE).and_then(Value::as_i64).unwrap_or(30)
}

fn grace_period_shortened(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let (was, is) = (grace(before), grace(after));
        let Some((risk, message)) = judge_grace(after, was, is, cut_short(before).is_some()) else {
            continue;
        };
        let hit = Hit::new(risk, after.object, after.path.key(GRACE), message);
        hits.push(hit.values(before.pod.get(GRACE), after.pod.get(GRACE)));
    }
    hits
}

fn judge_grace(after: &Workload<'_>, was: i64, is: i64, was_cut: bool) -> Option<(Risk, String)> {
    if let (Some((container, pause)), false) = (cut_short(after), was_cut) {
        let message = format!(
            "Its pods get {is} s to stop, and the preStop hook of {container} alone sleeps {pause} s: it is killed before \
             it is told to stop."
        );
        return Some((Harm.likely(), message));
    }
    let message = format!("Its pods get {is} s to stop instead of {was} s: what takes longer is killed.");
    let risk = if is.saturating_mul(2) <= was { Safeguard.likely() } else { Safeguard.possible() };
    (is < was).then_some((risk, message))
}

/// The container whose preStop hook takes all the time that there is, and how long it sleeps.
fn cut_short(workload: &Workload<'_>) -> Option<(String, i64)> {
    let pauses = workload.containers.iter().filter_map(|container| Some((container, pause(container)?)));
    let longest = pauses.max_by_key(|(_, pause)| *pause)?;
    (longest.1 >= grace(workload)).then(|| (longest.0.named(), longest.1))
}

/// How long a preStop hook sleeps, if that can be read: `sleep: {seconds: 10}`, `exec: {command: [sleep, "10"]}`,
/// `exec: {command: [sh, -c, "sleep 10"]}`.
fn pause(container: &Container<'_>) -> Option<i64> {
    let hook = container.at(&["lifecycle", "preStop"])?;
    if let Some(seconds) = hook.get("sleep").and_then(|sleep| sleep.get("seconds")?.as_i64()) {
        return Some(seconds);
    }
    let command = hook.get("exec")?.get("command")?.as_array()?;
    let words: Vec<&str> =
        command.iter().filter_map(Value::as_str).flat_map(|part| part.split([' ', ';', '&'])).collect();
    let sleep = words.iter().position(|word| word.rsplit('/').next() == Some("sleep"))?;
    words.get(sleep + 1)?.trim_end_matches('s').parse().ok()
}

fn prestop_removed(change: &Change<'_>) -> Vec<Hit> {
    let keys = ["lifecycle", "preStop"];
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers() {
        let (Some(was), None) = (before.at(&keys), after.at(&keys)) else { continue };
        let services: Vec<String> = change
            .services_of(workload)
            .iter()
            .map(|name| format!("Service {}", kube_model::shown(name)))
            .collect();
        let (risk, follows) = match services.is_empty() {
            true => (Safeguard.possible(), "it is told to stop at once".to_owned()),
            false => (
                Safeguard.likely(),
                format!("it is told to stop while {} may still send it requests", shown_list(&services, 3)),
            ),
        };
        let message = format!("The preStop hook of {} is gone: {follows}.", after.named());
        hits.push(Hit::new(risk, workload.object, after.path_of(&keys), message).values(Some(was), None));
    }
    hits
}
