//! How an object is applied, and what its applier put into it the last time.

use std::fmt;

use kube_model::{Object, Path};
use serde_json::{Map, Value};

use crate::apply::owned::Owned;

/// How an object is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// By the client: a three-way merge with what the annotation `last-applied-configuration` holds (`kubectl apply`).
    ClientSide,
    /// By the server, as this field manager (`kubectl apply --server-side`).
    ServerSide(String),
}

/// Who chooses how an object is applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Choice {
    /// The live object: as it was applied the last time.
    #[default]
    AsBefore,
    /// It is said.
    Given(Method),
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientSide => f.write_str("client-side"),
            Self::ServerSide(manager) => write!(f, "server-side as {manager}"),
        }
    }
}

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Tools that apply server-side, before others where several did.
const APPLIERS: [&str; 5] =
    ["argocd-controller", "kustomize-controller", "helm-controller", "helm", "kubectl"];
/// What `kubectl apply --server-side` takes over from what it applied client-side before
/// (k8s.io/client-go/util/csaupgrade).
const CLIENT_SIDE_MANAGER: &str = "kubectl-client-side-apply";

/// One entry of `metadata.managedFields`.
struct Entry<'a> {
    manager: &'a str,
    applied: bool,
    of_status: bool,
    subresource: Option<&'a str>,
    fields: &'a Value,
}

fn entries(live: &Object) -> impl Iterator<Item = Entry<'_>> {
    let entries = live.at(&["metadata", "managedFields"]).and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| {
        let text = |field: &str| entry.get(field).and_then(Value::as_str);
        Some(Entry {
            manager: text("manager")?,
            applied: text("operation") == Some("Apply"),
            of_status: text("subresource") == Some("status"),
            subresource: text("subresource"),
            fields: entry.get("fieldsV1")?,
        })
    })
}

/// How an object was applied the last time: by the server where somebody did so, else by the client.
pub(super) fn method(live: Option<&Object>, choice: &Choice) -> Method {
    let chosen = || {
        let appliers: Vec<&str> = entries(live?)
            .filter(|entry| entry.applied && !entry.of_status)
            .map(|entry| entry.manager)
            .collect();
        let known = APPLIERS.iter().find(|known| appliers.contains(known));
        known.copied().or(appliers.first().copied()).map(|manager| Method::ServerSide(manager.to_owned()))
    };
    match choice {
        Choice::Given(method) => method.clone(),
        Choice::AsBefore => chosen().unwrap_or(Method::ClientSide),
    }
}

/// What the applier put into the live object the last time; empty where nobody knows.
pub(super) fn previous(live: &Object, method: &Method) -> Value {
    let nothing = || Value::Object(Map::new());
    match method {
        Method::ClientSide => live
            .text(&["metadata", "annotations", LAST_APPLIED])
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_else(nothing),
        Method::ServerSide(manager) => {
            owned(live, |entry| is_own(entry, manager)).of(&live.value).unwrap_or_else(nothing)
        }
    }
}

/// What others than this manager put into the live object. For an apply by the client nobody else counts.
pub(super) fn others(live: &Object, method: &Method) -> Option<Owned> {
    match method {
        Method::ClientSide => None,
        Method::ServerSide(manager) => Some(owned(live, |entry| !is_own(entry, manager))),
    }
}

fn is_own(entry: &Entry<'_>, manager: &str) -> bool {
    let taken_over = manager == "kubectl" && !entry.applied && entry.manager == CLIENT_SIDE_MANAGER;
    entry.applied && entry.manager == manager || taken_over
}

fn owned(live: &Object, of: impl Fn(&Entry<'_>) -> bool) -> Owned {
    let mut owned = Owned::default();
    entries(live).filter(of).for_each(|entry| owned.merge(Owned::read(entry.fields)));
    owned
}

/// Who has set a place of a live object, beside those who apply files: the name of its field manager. None where nobody else
/// has, or the object does not say (`kubectl get --show-managed-fields`).
#[must_use]
pub fn writer_of(live: &Object, path: &Path) -> Option<String> {
    let applies = |name: &str| APPLIERS.contains(&name) || name == CLIENT_SIDE_MANAGER;
    managers(live).into_iter().find(|(name, owned)| !applies(name) && owned.has(path)).map(|(name, _)| name)
}

/// The managers of the live object with what each has set, those who apply last.
pub(crate) fn managers(live: &Object) -> Vec<(String, Owned)> {
    let mut managers: Vec<(bool, String, Owned)> = entries(live)
        .map(|entry| {
            let scaled = entry.subresource == Some("scale");
            let name = if scaled { "horizontal-pod-autoscaler" } else { entry.manager };
            (entry.applied, name.to_owned(), Owned::read(entry.fields))
        })
        .collect();
    managers.sort_by_key(|(applied, ..)| *applied);
    managers.into_iter().map(|(_, name, owned)| (name, owned)).collect()
}
