//! From two states to the requests that lead from one to the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use diff_engine::normalise;
use kube_model::schema::Schemas;
use kube_model::{Object, ObjectKey, ObjectRef, Path, pod};
use serde_json::{Map, Value};

use crate::{Operation, Request, Resources};

/// Two states, redacted, and where they are applied.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The target before the change.
    pub before: &'a [Object],
    /// The target after it.
    pub after: &'a [Object],
    /// The namespace of objects that name none, where it is known.
    pub namespace: Option<&'a str>,
}

/// The requests of a change, by object: what is created, what differs once the API server has read it, what is deleted, and
/// the pods that the controllers of changed workloads ask for.
#[must_use]
pub fn requests(input: Input<'_>) -> Vec<Request> {
    let world = World::of(input);
    let (before, after) = (world.kept(input.before), world.kept(input.after));
    let mut all = Vec::new();
    for (key, (object, new)) in &after {
        let old = before.get(key).map(|(_, old)| old);
        if old == Some(new) {
            continue;
        }
        all.extend(world.request(object, Some(new), old));
        all.extend(world.pod(object, new, old));
    }
    for (key, (object, old)) in &before {
        if !after.contains_key(key) {
            all.extend(world.request(object, None, Some(old)));
        }
    }
    all.sort_by_cached_key(order);
    all
}

fn order(request: &Request) -> (String, Option<String>, String, usize) {
    let written = &request.written;
    (written.kind.clone(), written.namespace.clone(), written.name.clone(), request.place.segments().len())
}

struct World<'a> {
    schemas: Schemas,
    resources: Resources,
    namespaces: BTreeMap<&'a str, Arc<Value>>,
    namespace: Option<&'a str>,
}

/// Each object by identity, with the value that the API server keeps. Those whose name the server makes share one identity,
/// and are told apart by their order.
type Kept<'a> = BTreeMap<(ObjectKey, usize), (&'a Object, Arc<Value>)>;

impl<'a> World<'a> {
    fn of(input: Input<'a>) -> Self {
        let both = || input.before.iter().chain(input.after);
        let namespaces =
            both().filter(|object| object.key.kind == "Namespace" && object.key.group.is_empty());
        Self {
            schemas: Schemas::built_in().with_crds(both()),
            resources: Resources::of(both()),
            namespaces: namespaces
                .map(|object| (object.key.name.as_str(), Arc::clone(&object.value)))
                .collect(),
            namespace: input.namespace,
        }
    }

    fn kept(&self, objects: &'a [Object]) -> Kept<'a> {
        let mut all = Kept::new();
        for object in objects {
            let mut key = (object.key.clone(), 0);
            while object.key.name.ends_with('*') && all.contains_key(&key) {
                key.1 += 1;
            }
            all.insert(key, (object, Arc::new(self.complete(object))));
        }
        all
    }

    /// The object with its defaults, and with the namespace that it is applied in.
    fn complete(&self, object: &Object) -> Value {
        let schema = self.schemas.of(&object.key.group, &object.key.kind);
        let mut value = normalise(schema, &object.api_version, &object.value);
        let is_namespaced = self.resources.resource(&object.api_version, &object.key.kind).is_namespaced;
        let namespace = object.key.namespace.as_deref().or(self.namespace);
        if let (true, Some(namespace), Some(metadata)) =
            (is_namespaced, namespace, value.get_mut("metadata").and_then(Value::as_object_mut))
        {
            metadata.insert("namespace".to_owned(), namespace.into());
        }
        value
    }

    fn request(
        &self,
        object: &Object,
        new: Option<&Arc<Value>>,
        old: Option<&Arc<Value>>,
    ) -> Option<Request> {
        let resource = self.resources.resource(&object.api_version, &object.key.kind);
        let operation = match (new, old) {
            (Some(_), None) => Operation::Create,
            (Some(_), Some(_)) => Operation::Update,
            (None, Some(_)) => Operation::Delete,
            (None, None) => return None,
        };
        let namespace = object.key.namespace.as_deref().or(self.namespace).filter(|_| resource.is_namespaced);
        Some(Request {
            operation,
            namespace_object: namespace.and_then(|name| self.namespaces.get(name).cloned()),
            namespace: namespace.map(str::to_owned),
            name: if object.key.name.ends_with('*') { String::new() } else { object.key.name.clone() },
            object: new.cloned(),
            old_object: old.cloned(),
            written: ObjectRef::of(object),
            place: Path::root(),
            earlier: None,
            resource,
        })
    }

    /// The pod that the workload's controller asks for, if its template is another than before.
    fn pod(&self, object: &Object, new: &Value, old: Option<&Arc<Value>>) -> Option<Request> {
        let (_, template) = pod::spec_path(&object.key.kind)?.split_last()?;
        let at = |value: &Value| template.iter().try_fold(value, |value, key| value.get(key)).cloned();
        let pod = (!template.is_empty()).then(|| at(new))??;
        let earlier = old.and_then(|old| at(old));
        if earlier.as_ref() == Some(&pod) {
            return None;
        }
        let resource = self.resources.resource("v1", "Pod");
        let request = self.request(object, Some(&Arc::new(new.clone())), None)?;
        let of = |template: Value| Arc::new(self.as_pod(&request, template));
        Some(Request {
            operation: Operation::Create,
            resource,
            name: String::new(),
            object: Some(of(pod)),
            old_object: None,
            place: Path::keys(template),
            earlier: earlier.map(of),
            ..request.clone()
        })
    }

    fn as_pod(&self, workload: &Request, mut template: Value) -> Value {
        let empty = || Value::Object(Map::new());
        if let Some(template) = template.as_object_mut() {
            template.insert("apiVersion".to_owned(), "v1".into());
            template.insert("kind".to_owned(), "Pod".into());
            let metadata = template.entry("metadata").or_insert_with(empty);
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.insert("generateName".to_owned(), format!("{}-", workload.name).into());
                if let Some(namespace) = &workload.namespace {
                    metadata.insert("namespace".to_owned(), namespace.as_str().into());
                }
            }
        }
        normalise(self.schemas.of("", "Pod"), "v1", &template)
    }
}
