//! Objects that pods need and that are not there.

use std::collections::BTreeSet;

use kube_model::{Path, shown};
use serde_json::Value;

use super::{Check, Look, Profile, Seen};
use crate::Impact::Harm;
use crate::model::{Providers, Reference, View, Way, Workload, namespace_of, references};
use crate::{Group, Level};

const VALUE_FROM: &str = "kube-linter/env-value-from";

pub(super) const CHECKS: &[Check] = &[Check {
    id: "needed-object-missing",
    group: Group::Configuration,
    title: "A pod refers to an object, or a key of it, that is not in the files",
    levels: [Level::Medium, Level::High],
    profile: Profile::All,
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/#restrictions",
    remedy: "Make sure that it exists in the target.",
    fires: "`serviceAccountName: web` without that ServiceAccount",
    near_miss: "the reference is optional, or a SealedSecret makes the Secret",
    equivalents: &["kube-linter/non-existent-service-account", VALUE_FROM],
    seen_by: &["reference-missing", "config-key-missing"],
    risk: Harm.possible(),
    look: Look::Workload(missing),
}];

fn missing(view: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    let mut providers = Providers::of(view, workload.object);
    let mut needed = references(workload);
    needed.extend(deprecated_account(workload));
    for reference in needed.into_iter().filter(|reference| !reference.optional) {
        let name = shown(reference.name);
        let (risk, message) = match (providers.of_reference(&reference), reference.key) {
            (None, _) if told.insert((reference.kind, reference.name)) => (
                Harm.possible(),
                format!(
                    "It needs {} {name}, which is not in the files; it must exist in {}.",
                    reference.kind,
                    namespace_of(workload.object)
                ),
            ),
            (Some(provided), Some(key)) if provided.lacks(key) => (
                Harm.certain(),
                format!("The key {} that it reads from {} {name} is not there.", shown(key), reference.kind),
            ),
            _ => continue,
        };
        let value = Value::from(reference.name);
        found.push(
            Seen::new(reference.path.clone(), message)
                .value(Some(&value))
                .risk(risk)
                .equal_to(equal(&reference)),
        );
    }
    found
}

fn equal(reference: &Reference<'_>) -> Option<&'static str> {
    match (reference.kind, reference.way, reference.key) {
        ("ServiceAccount", ..) => Some("kube-linter/non-existent-service-account"),
        (_, Way::Environment, Some(_)) => Some(VALUE_FROM),
        _ => None,
    }
}

/// `serviceAccount` counts where `serviceAccountName` says nothing.
fn deprecated_account<'a>(workload: &Workload<'a>) -> Option<Reference<'a>> {
    let text = |field: &str| workload.pod.get(field).and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = text("serviceAccount").filter(|_| text("serviceAccountName").is_none())?;
    let path: Path = workload.path.key("serviceAccount");
    Some(Reference { path, kind: "ServiceAccount", name, key: None, optional: false, way: Way::Name })
}
