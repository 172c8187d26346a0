//! Whether the parts of a process are well.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::failure::Failure;

/// Whether the components of a process are alive, whether it may be asked, and whether all is well with it.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<BTreeMap<String, Condition>>>);

/// One component, which says how it is.
#[derive(Debug, Clone)]
pub struct Component {
    health: Health,
    name: String,
}

#[derive(Debug, Default)]
struct Condition {
    /// Whether requests are answered by it, or none without it.
    serves: bool,
    stage: Stage,
    away: BTreeMap<String, Reason>,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Starting,
    Ready,
    Finished,
    /// It ended with an error and will be started again.
    Restarting(Reason),
    /// Starting it again did not help: the process should be started again.
    Dead(Reason),
}

/// Why a component is not well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The stable code.
    pub code: String,
    /// The error, for the log: readiness is told to anybody, and an error may name what only operators should know.
    #[serde(skip_serializing)]
    pub message: String,
}

/// How a component is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentReport {
    /// `starting`, `ready`, `waiting`, `finished`, `restarting` or `dead`.
    pub status: &'static str,
    /// Whether it counts for readiness: requests are answered by it, or none without it.
    #[serde(skip_serializing_if = "is_not")]
    pub serves: bool,
    /// What it waits for, or why it ended, by what is concerned.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, Reason>,
}

/// What `/healthz`, `/readyz` and `/statusz` answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthReport {
    /// `ok`, or `unavailable` (which is answered with status 503).
    pub status: &'static str,
    /// Each component.
    pub components: BTreeMap<String, ComponentReport>,
}

impl HealthReport {
    /// Whether all is well.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.status == "ok"
    }
}

impl Health {
    /// The component of this name, which is starting if it is new. What it misses keeps no request from being answered.
    #[must_use]
    pub fn component(&self, name: impl Into<String>) -> Component {
        let name = name.into();
        self.lock().entry(name.clone()).or_default();
        Component { health: self.clone(), name }
    }

    /// The component of this name, by which requests are answered, or without which none is: while it is not well, the process is not
    /// ready.
    #[must_use]
    pub fn serving(&self, name: impl Into<String>) -> Component {
        let component = self.component(name);
        component.change(|condition| condition.serves = true);
        component
    }

    /// Whether every component does its work now, and there is one.
    #[must_use]
    pub fn status(&self) -> HealthReport {
        self.report(|conditions| !conditions.is_empty() && conditions.values().all(Condition::is_well))
    }

    /// Whether requests may come: every component that serves does its work, and there is one. A consumer that waits for a log that is away
    /// is told, and takes nobody's request away: commands are acknowledged in just that hour.
    #[must_use]
    pub fn readiness(&self) -> HealthReport {
        self.report(|conditions| {
            let mut serving = conditions.values().filter(|condition| condition.serves).peekable();
            serving.peek().is_some() && serving.all(Condition::is_well)
        })
    }

    /// Whether no component needs the process to be started again. What is away for now is no such need.
    #[must_use]
    pub fn liveness(&self) -> HealthReport {
        self.report(|conditions| {
            !conditions.values().any(|condition| matches!(condition.stage, Stage::Dead(_)))
        })
    }

    /// How each component is, whatever is asked.
    fn report(&self, is_ok: impl FnOnce(&BTreeMap<String, Condition>) -> bool) -> HealthReport {
        let conditions = self.lock();
        let status = if is_ok(&conditions) { "ok" } else { "unavailable" };
        let components = conditions.iter().map(|(name, condition)| (name.clone(), condition.report()));
        HealthReport { status, components: components.collect() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Condition>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Component {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The health of the process that it is part of.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// It does its work.
    pub fn ready(&self) {
        self.stage(Stage::Ready);
    }

    /// Something that it needs is away: a partition that waits, a server that does not answer.
    pub fn away(&self, what: impl Into<String>, failure: &Failure) {
        self.change(|condition| condition.away.insert(what.into(), Reason::from(failure)));
    }

    /// What was away is back.
    pub fn back(&self, what: &str) {
        self.change(|condition| condition.away.remove(what));
    }

    pub(crate) fn starting(&self) {
        self.stage(Stage::Starting);
    }

    pub(crate) fn finished(&self) {
        self.stage(Stage::Finished);
    }

    pub(crate) fn restarting(&self, failure: &Failure) {
        self.stage(Stage::Restarting(failure.into()));
    }

    pub(crate) fn dead(&self, failure: &Failure) {
        self.stage(Stage::Dead(failure.into()));
    }

    fn stage(&self, stage: Stage) {
        self.change(|condition| {
            // Only who is ready can miss something: the others have a reason of their own.
            if !matches!(stage, Stage::Ready) {
                condition.away.clear();
            }
            condition.stage = stage;
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut Condition) -> T) {
        change(self.health.lock().entry(self.name.clone()).or_default());
    }
}

impl Condition {
    fn is_well(&self) -> bool {
        matches!(self.stage, Stage::Ready | Stage::Finished) && self.away.is_empty()
    }

    fn report(&self) -> ComponentReport {
        let (status, reason) = match &self.stage {
            Stage::Starting => ("starting", None),
            Stage::Ready if !self.away.is_empty() => ("waiting", None),
            Stage::Ready => ("ready", None),
            Stage::Finished => ("finished", None),
            Stage::Restarting(reason) => ("restarting", Some(reason)),
            Stage::Dead(reason) => ("dead", Some(reason)),
        };
        let mut reasons = self.away.clone();
        reasons.extend(reason.map(|reason| ("task".to_owned(), reason.clone())));
        ComponentReport { status, serves: self.serves, reasons }
    }
}

/// What is not so goes without saying.
fn is_not(so: &bool) -> bool {
    !so
}

impl From<&Failure> for Reason {
    fn from(failure: &Failure) -> Self {
        Self { code: failure.code().to_owned(), message: failure.message().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> Failure {
        Failure::unavailable("LOG_UNAVAILABLE", "the words of the error")
    }

    #[test]
    fn a_consumer_that_waits_is_told_and_takes_no_request_away() {
        let health = Health::default();
        let (server, consumer) = (health.serving("gateway/rest"), health.component("gateway/consume"));
        assert!(!health.readiness().is_ok(), "nobody listens yet");
        server.ready();
        assert!(health.readiness().is_ok() && !health.status().is_ok(), "the consumer is not there yet");
        consumer.ready();
        assert!(health.readiness().is_ok() && health.status().is_ok());
        consumer.away("log", &away());
        assert!(health.readiness().is_ok() && !health.status().is_ok());
        consumer.dead(&away());
        assert!(health.readiness().is_ok() && !health.status().is_ok() && !health.liveness().is_ok());
        // Each report has all of it.
        for report in [health.readiness(), health.status(), health.liveness()] {
            let told = &report.components["gateway/consume"];
            assert_eq!((told.status, &*told.reasons["task"].code), ("dead", "LOG_UNAVAILABLE"));
        }
    }

    #[test]
    fn what_serves_and_is_not_well_takes_no_requests() {
        let health = Health::default();
        let (rest, projections) = (health.serving("gateway/rest"), health.serving("gateway/projections"));
        rest.ready();
        projections.ready();
        projections.away("projections", &away());
        assert!(!health.readiness().is_ok() && health.liveness().is_ok());
        projections.back("projections");
        assert!(health.readiness().is_ok());
        rest.restarting(&away());
        assert!(!health.readiness().is_ok() && health.liveness().is_ok());
        rest.finished();
        assert!(health.readiness().is_ok());
    }

    #[test]
    fn who_has_nothing_is_alive_and_neither_ready_nor_well() {
        let health = Health::default();
        assert!(health.liveness().is_ok() && !health.readiness().is_ok() && !health.status().is_ok());
        health.component("cost/consume").ready();
        assert!(health.status().is_ok() && !health.readiness().is_ok(), "nothing says that it may be asked");
    }

    /// Anybody may ask: a report has codes, and no error's words.
    #[test]
    fn a_report_says_what_serves_and_no_words_of_an_error() {
        let health = Health::default();
        health.serving("gateway/rest").ready();
        health.component("gateway/consume").ready();
        health.component("gateway/consume").away("log", &away());
        let told = serde_json::json!({
            "status": "ok",
            "components": {
                "gateway/consume": {"status": "waiting", "reasons": {"log": {"code": "LOG_UNAVAILABLE"}}},
                "gateway/rest": {"status": "ready", "serves": true},
            },
        });
        assert_eq!(serde_json::to_value(health.readiness()).unwrap(), told);
    }
}
