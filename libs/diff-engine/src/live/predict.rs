//! What would be live.

use std::sync::Arc;

use kube_model::schema::{Schema, Schemas};
use kube_model::{Object, ObjectKey, Path};
use serde_json::{Map, Value};

use super::manager::{Choice, Method, managers, method, others, previous};
use super::matching::Live;
use super::version::in_version_of;
use crate::apply::{By, applied};
use crate::compare::compare;
use crate::identity::Context;
use crate::normal::normalise;

/// What one apply would make of one object.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// The object as it would be live.
    pub object: Object,
    /// The live object that it is made of; none if there is none yet.
    pub live: Option<ObjectKey>,
    /// How it is applied.
    pub method: Method,
    /// Fields that others have applied, with other values: a server-side apply is refused unless it is forced.
    pub conflicts: Vec<Conflict>,
}

/// A field that somebody else applies too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The field.
    pub path: Path,
    /// Who.
    pub manager: String,
}

/// What applying each of the desired objects would make of the live ones, in the order of `desired`. What names no namespace is
/// applied in `namespace`, if one is given. The definitions of kinds are those among the objects.
#[must_use]
pub fn predict(
    namespace: Option<&str>,
    live: &[Object],
    desired: &[Object],
    choice: &Choice,
) -> Vec<Prediction> {
    let schemas = Schemas::built_in().with_crds(live.iter().chain(desired));
    let context = Context { namespace, schemas: &schemas };
    let live = Live::new(context, live);
    desired.iter().map(|desired| predict_one(context, live.of(desired), desired, choice)).collect()
}

fn predict_one(context: Context<'_>, live: Option<&Object>, desired: &Object, choice: &Choice) -> Prediction {
    let method = method(live, choice);
    let schema = context.schemas.of(&desired.key.group, &desired.key.kind);
    let Some(live) = live else {
        let desired = in_namespace(context, desired);
        let value = normalise(schema, &desired.api_version, &desired.value);
        let object = Object { value: Arc::new(value), ..desired };
        return Prediction { object, live: None, method, conflicts: Vec::new() };
    };
    let by = match method {
        Method::ClientSide => By::Client,
        Method::ServerSide(_) => By::Server,
    };
    let desired = &as_sent(live, in_version_of(schema, live, desired), &method);
    let was = normalise(schema, &live.api_version, &live.value);
    let value = applied(schema, &was, &previous(live, &method), others(live, &method).as_ref(), desired, by);
    let object = Object { key: live.key.clone(), value: Arc::new(value), ..desired.clone() };
    let conflicts = match &method {
        Method::ServerSide(manager) => conflicts(schema, live, manager, &was, &object),
        Method::ClientSide => Vec::new(),
    };
    Prediction { object, live: Some(live.key.clone()), method, conflicts }
}

/// A new object in the namespace that is given, or in none where its kind has none (`EnsureObjectNamespaceMatchesRequestNamespace`
/// of k8s.io/apiserver).
fn in_namespace(context: Context<'_>, desired: &Object) -> Object {
    let mut object = desired.clone();
    object.key.namespace = context.identity(desired).namespace.map(str::to_owned);
    if let Some(Value::Object(metadata)) = Arc::make_mut(&mut object.value).get_mut("metadata") {
        match &object.key.namespace {
            Some(namespace) => metadata.insert("namespace".to_owned(), namespace.as_str().into()),
            None => metadata.remove("namespace"),
        };
    }
    object
}

/// The manifest as it is sent: in the namespace where its object is found, and by kubectl always with an annotation.
fn as_sent(live: &Object, mut desired: Object, method: &Method) -> Object {
    let Some(Value::Object(metadata)) = Arc::make_mut(&mut desired.value).get_mut("metadata") else {
        return desired;
    };
    match &live.key.namespace {
        Some(namespace) => metadata.insert("namespace".to_owned(), namespace.as_str().into()),
        None => metadata.remove("namespace"),
    };
    if *method == Method::ClientSide {
        metadata.entry("annotations").or_insert_with(|| Value::Object(Map::new()));
    }
    desired
}

fn conflicts(
    schema: Schema<'_>,
    live: &Object,
    manager: &str,
    was: &Value,
    predicted: &Object,
) -> Vec<Conflict> {
    let others: Vec<_> = managers(live)
        .into_iter()
        .filter(|(name, _)| name != manager && name != "kubectl-client-side-apply")
        .collect();
    let changed = compare(schema, was, &predicted.value).differences.into_iter();
    let told = changed.filter(|one| one.before.is_some() && one.after.is_some());
    told.filter_map(|one| {
        let (manager, _) = others.iter().find(|(_, owned)| owned.has(&one.path))?;
        Some(Conflict { path: one.path, manager: manager.clone() })
    })
    .collect()
}
