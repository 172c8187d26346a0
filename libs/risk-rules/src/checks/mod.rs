//! Static checks: what is wrong in one state, one file a subject.
//!
//! They look at one object and those around it, and give what kube-linter's checks and the Pod Security Standards give,
//! so that nobody needs a second linter. [`run`] decides which of them say something about a change.

mod access;
mod accounts;
mod budgets;
mod containers;
mod environment;
mod host;
mod ignored;
mod images;
mod jobs;
mod kernel;
mod metadata;
mod network;
mod placement;
mod places;
mod ports;
mod privileges;
mod probes;
mod references;
mod refused;
mod replicas;
mod resources;
mod run;
mod scaling;
mod services;
mod users;
mod volumes;

use kube_model::{Object, Path};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::level::Risk;
use crate::model::{Container, View, Workload};
pub(crate) use crate::model::{items, text};
use crate::pod_security::{Pod, Violation};
use crate::{Group, Level, tables};

pub(crate) use ignored::waive_ignored;
pub(crate) use places::Places;
pub(crate) use run::{Equivalents, Found, found};

/// What an assessment tells of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// What the change introduces or worsens.
    #[default]
    Changed,
    /// That, and everything that the static checks find in the state after.
    All,
}

impl Profile {
    /// The profile as documents write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::All => "all",
        }
    }
}

/// A static check of the table.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its stable id.
    pub id: &'static str,
    /// What it is about.
    pub group: Group,
    /// What it sees, in a few words.
    pub title: &'static str,
    /// The lowest and the highest level that it gives.
    pub levels: [Level; 2],
    /// The first profile under which it speaks: `changed` for what is new, or `all` alone.
    pub profile: Profile,
    /// The document that it rests on: a URL.
    pub source: &'static str,
    /// What to do about a finding.
    pub remedy: &'static str,
    /// A state that fires it.
    pub fires: &'static str,
    /// A state close to that one that does not.
    pub near_miss: &'static str,
    /// Checks of other tools that look at the same fact: `kube-linter/latest-tag`, `pod-security-baseline/seccomp`.
    pub equivalents: &'static [&'static str],
    /// The change-aware rules that see the same fact when it changes. Their finding stands for the check's.
    pub seen_by: &'static [&'static str],
    /// How bad it is where the check says nothing else.
    pub(crate) risk: Risk,
    pub(crate) look: Look,
}

/// What a check looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Look {
    /// Each workload.
    Workload(fn(&View<'_>, &Workload<'_>) -> Vec<Seen>),
    /// The pods of each workload, with their ephemeral containers.
    Pod(fn(&Pod<'_>) -> Vec<Seen>),
    /// Each container that has to be there for the pod to run.
    Container(fn(&Workload<'_>, &Container<'_>) -> Vec<Seen>),
    /// Each object of these kinds, whatever their group.
    Object(&'static [&'static str], fn(&View<'_>, &Object) -> Vec<Seen>),
}

/// What a check sees in an object.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) path: Path,
    pub(crate) value: Option<Value>,
    pub(crate) message: String,
    /// Another risk than the check's.
    pub(crate) risk: Option<Risk>,
    /// Not all equivalents of the check, but these.
    pub(crate) equivalents: Option<Vec<&'static str>>,
}

impl Seen {
    pub(crate) fn new(path: Path, message: String) -> Self {
        Self { path, value: None, message, risk: None, equivalents: None }
    }

    /// What a control of the Pod Security Standards found.
    pub(crate) fn violation(violation: Violation, message: String) -> Self {
        Self { value: violation.value, ..Self::new(violation.path, message) }
    }

    pub(crate) fn value(self, value: Option<&Value>) -> Self {
        Self { value: value.cloned(), ..self }
    }

    pub(crate) fn risk(self, risk: Risk) -> Self {
        Self { risk: Some(risk), ..self }
    }

    pub(crate) fn equal_to(self, equivalents: impl IntoIterator<Item = &'static str>) -> Self {
        Self { equivalents: Some(equivalents.into_iter().collect()), ..self }
    }
}

/// `container web`, or `the pods` where a field is the pod's.
pub(crate) fn of_whom(violation: &Violation) -> String {
    match &violation.container {
        Some(name) => format!("container {}", kube_model::shown(name)),
        None => "the pods".to_owned(),
    }
}

const TABLES: [&[Check]; 23] = [
    replicas::CHECKS,
    placement::CHECKS,
    budgets::CHECKS,
    probes::CHECKS,
    scaling::CHECKS,
    jobs::CHECKS,
    resources::CHECKS,
    services::CHECKS,
    network::CHECKS,
    ports::CHECKS,
    references::CHECKS,
    environment::CHECKS,
    metadata::CHECKS,
    refused::CHECKS,
    privileges::CHECKS,
    containers::CHECKS,
    users::CHECKS,
    host::CHECKS,
    kernel::CHECKS,
    volumes::CHECKS,
    accounts::CHECKS,
    access::CHECKS,
    images::CHECKS,
];

static ALL: [Check; tables::count(&TABLES)] = tables::joined(&TABLES);

/// Every static check, by subject.
pub static CHECKS: &[Check] = &ALL;
