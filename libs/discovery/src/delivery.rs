//! How what is merged comes into the cluster: what a deployer leaves alone, and when it waits.

use serde_json::Value;

use crate::argo::application;
use crate::discover::ARGO;
use crate::field::Field;
use crate::glob::{self, Star};
use crate::object::Object;

/// How what is merged comes into the cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// What brings it: `Argo CD Application`.
    pub kind: &'static str,
    /// Its name, with its namespace where it has one: `argocd/shop`.
    pub name: String,
    /// `spec.ignoreDifferences` as it is written: fields in which differences between live and the files do not count.
    pub ignore_differences: Value,
    /// Whether those fields are left as they are live when other differences are applied.
    pub leaves_ignored_alone: bool,
    /// When it may bring anything, or may not.
    pub windows: Vec<SyncWindow>,
    /// Whether somebody has stopped it.
    pub is_suspended: bool,
}

/// A sync window of an AppProject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncWindow {
    /// Whether syncs are denied in it; else they are denied outside it.
    pub denies: bool,
    /// When it begins, as cron writes it.
    pub schedule: String,
    /// How long it is: `1h`.
    pub duration: String,
    /// The zone of the schedule; UTC where none is named.
    pub time_zone: Option<String>,
}

impl Delivery {
    /// Whether it differs from bringing everything at once.
    pub(crate) fn says_something(&self) -> bool {
        let ignores = self.ignore_differences.as_array().is_some_and(|entries| !entries.is_empty());
        ignores || !self.windows.is_empty() || self.is_suspended
    }

    /// What an Application and its AppProject say (Argo CD documentation, "Diff Customization", "Sync Windows", "Skip
    /// Application Reconcile").
    pub(crate) fn of_application(application: &Object, objects: &[Object]) -> Option<Self> {
        let spec = application.root.get("spec")?;
        let options = spec.texts("syncPolicy.syncOptions");
        let delivery = Self {
            kind: "Argo CD Application",
            name: application.full_name(),
            ignore_differences: spec.get("ignoreDifferences").map_or(Value::Null, Field::value),
            leaves_ignored_alone: options.iter().any(|option| option == "RespectIgnoreDifferences=true"),
            windows: windows(application, spec, objects),
            is_suspended: is_true(application.metadata("annotations", "argocd.argoproj.io/skip-reconcile")),
        };
        Some(delivery).filter(Self::says_something)
    }

    /// What a Kustomization or HelmRelease of Flux says (Flux documentation, "Suspend").
    pub(crate) fn of_flux(object: &Object, kind: &'static str) -> Option<Self> {
        let is_suspended = is_true(object.root.at_path("spec.suspend"));
        is_suspended.then(|| Self {
            kind,
            name: object.full_name(),
            ignore_differences: Value::Null,
            leaves_ignored_alone: false,
            windows: Vec::new(),
            is_suspended,
        })
    }
}

fn is_true(field: Option<&Field>) -> bool {
    field.and_then(Field::text).as_deref() == Some("true")
}

/// The windows of its project that are about an application: by its name, its namespace or its cluster.
fn windows(application: &Object, spec: &Field, objects: &[Object]) -> Vec<SyncWindow> {
    let project = spec.text_of("project").unwrap_or_else(|| "default".to_owned());
    let project = objects.iter().find(|object| object.is(ARGO, "AppProject") && object.name == project);
    let windows = project.and_then(|project| project.root.get("spec")).map(|spec| spec.list("syncWindows"));
    let is_about = |window: &&Field| {
        let names = |list: &str, name: Option<String>| {
            let is_it = |name: &str| {
                window.texts(list).iter().any(|pattern| glob::matches(pattern, name, Star::Anything))
            };
            name.is_some_and(|name| is_it(&name))
        };
        names("applications", Some(application.name.clone()))
            || names("namespaces", spec.text_of("destination.namespace"))
            || names("clusters", application::cluster(spec))
            || names("clusters", spec.text_of("destination.server"))
    };
    let read = |window: &Field| {
        Some(SyncWindow {
            denies: window.text_of("kind")? == "deny",
            schedule: window.text_of("schedule")?,
            duration: window.text_of("duration")?,
            time_zone: window.text_of("timeZone"),
        })
    };
    windows.into_iter().flatten().filter(is_about).filter_map(read).collect()
}
