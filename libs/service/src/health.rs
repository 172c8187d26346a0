//! Whether the parts of a process are well.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::failure::Failure;

/// Whether the components of a process are alive and ready.
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
    /// What it waits for, or why it ended, by what is concerned.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, Reason>,
}

/// What `/healthz` and `/readyz` answer.
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
    /// The component of this name, which is starting if it is new.
    #[must_use]
    pub fn component(&self, name: impl Into<String>) -> Component {
        let name = name.into();
        self.lock().entry(name.clone()).or_default();
        Component { health: self.clone(), name }
    }

    /// Whether every component does its work now, and there is one.
    #[must_use]
    pub fn readiness(&self) -> HealthReport {
        let mut report = self.report(|condition| {
            matches!(condition.stage, Stage::Ready | Stage::Finished) && condition.away.is_empty()
        });
        if report.components.is_empty() {
            report.status = "unavailable";
        }
        report
    }

    /// Whether no component needs the process to be started again. What is away for now is no such need.
    #[must_use]
    pub fn liveness(&self) -> HealthReport {
        self.report(|condition| !matches!(condition.stage, Stage::Dead(_)))
    }

    fn report(&self, is_well: impl Fn(&Condition) -> bool) -> HealthReport {
        let conditions = self.lock();
        let status = if conditions.values().all(is_well) { "ok" } else { "unavailable" };
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
        ComponentReport { status, reasons }
    }
}

impl From<&Failure> for Reason {
    fn from(failure: &Failure) -> Self {
        Self { code: failure.code().to_owned(), message: failure.message().to_owned() }
    }
}
