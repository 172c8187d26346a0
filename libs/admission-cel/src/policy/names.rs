//! What `object`, `oldObject`, `request`, `params`, `namespaceObject`, `variables` and `authorizer` stand for.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use admission::Request;
use serde_json::{Value, json};

use crate::eval::Names;
use crate::fault::Evaluated;
use crate::program::Program;
use crate::steps::Steps;
use crate::value::{Key, Val};

/// A request with its objects as values of CEL, which are made once for all policies.
pub struct Asked<'a> {
    pub(super) request: &'a Request,
    globals: OnceCell<BTreeMap<&'static str, Val>>,
}

impl<'a> Asked<'a> {
    /// A request.
    #[must_use]
    pub fn of(request: &'a Request) -> Self {
        Self { request, globals: OnceCell::new() }
    }

    fn globals(&self) -> &BTreeMap<&'static str, Val> {
        self.globals.get_or_init(|| {
            let request = self.request;
            let object = |value: Option<&Value>| value.map_or(Val::Null, |value| written(value, request));
            BTreeMap::from([
                ("object", object(request.object.as_deref())),
                ("oldObject", object(request.old_object.as_deref())),
                ("request", asked(request)),
                ("namespaceObject", namespace(request)),
                ("authorizer", Val::unknown("what the one who applies it may do (`authorizer`)")),
            ])
        })
    }
}

pub(super) struct Scope<'a> {
    globals: &'a BTreeMap<&'static str, Val>,
    params: Val,
    variables: &'a [(String, Program)],
    /// What variables came to: each is evaluated when it is first read, and once.
    known: RefCell<BTreeMap<usize, Evaluated>>,
    /// Only variables before this one are visible: those of itself, to a variable.
    visible: RefCell<usize>,
    pub(super) steps: &'a Steps,
    /// Variables that somebody else sets.
    given: BTreeMap<&'static str, Val>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(
        asked: &'a Asked<'_>,
        params: Option<Val>,
        variables: &'a [(String, Program)],
        steps: &'a Steps,
    ) -> Self {
        Self {
            globals: asked.globals(),
            params: params.unwrap_or(Val::Null),
            variables,
            known: RefCell::default(),
            visible: RefCell::new(variables.len()),
            steps,
            given: BTreeMap::new(),
        }
    }

    /// With the variables that Gatekeeper sets: the parameters of the constraint, and the object or, if it goes, the one before.
    pub(super) fn with_parameters(mut self, parameters: &Val) -> Self {
        let any = match self.globals.get("object") {
            Some(Val::Null) | None => self.globals.get("oldObject"),
            object => object,
        };
        let any = any.cloned().unwrap_or(Val::Null);
        self.given = BTreeMap::from([("params", parameters.clone()), ("anyObject", any)]);
        self
    }
}

impl Names for Scope<'_> {
    fn global(&self, name: &str) -> Option<Evaluated> {
        let value = if name == "params" { Some(&self.params) } else { self.globals.get(name) };
        value.cloned().map(Ok)
    }

    fn variable(&self, name: &str) -> Option<Evaluated> {
        if let Some(given) = self.given.get(name) {
            return Some(Ok(given.clone()));
        }
        let visible = *self.visible.borrow();
        let index = self.variables[..visible].iter().rposition(|(variable, _)| variable == name)?;
        if let Some(known) = self.known.borrow().get(&index) {
            return Some(known.clone());
        }
        self.visible.replace(index);
        let value = self.variables[index].1.value(self, self.steps);
        self.visible.replace(visible);
        self.known.borrow_mut().insert(index, value.clone());
        Some(value)
    }
}

/// What the API server sets, and no manifest says.
const SET_BY_SERVER: [&str; 6] =
    ["creationTimestamp", "generation", "managedFields", "name", "resourceVersion", "uid"];

/// An object that somebody wrote: what the server adds to it is not known.
fn written(value: &Value, request: &Request) -> Val {
    let Val::Map(fields) = Val::of(value) else { return Val::of(value) };
    let mut fields = (*fields).clone();
    let unknown = |path: &str| Val::unknown(&format!("{path}, which the API server sets"));
    if let Some(Val::Map(metadata)) = fields.get(&Key::text("metadata")) {
        let mut metadata = (**metadata).clone();
        for field in SET_BY_SERVER {
            metadata.entry(Key::text(field)).or_insert_with(|| unknown(&format!("metadata.{field}")));
        }
        if request.resource.is_namespaced {
            metadata
                .entry(Key::text("namespace"))
                .or_insert_with(|| Val::unknown("the namespace, which the manifest does not name"));
        }
        fields.insert(Key::text("metadata"), Val::Map(Rc::new(metadata)));
    }
    fields.entry(Key::text("status")).or_insert_with(|| unknown("status"));
    Val::Map(Rc::new(fields))
}

fn asked(request: &Request) -> Val {
    let resource = &request.resource;
    let kind = json!({"group": resource.group, "version": resource.version, "kind": resource.kind});
    let path = json!({"group": resource.group, "version": resource.version, "resource": resource.plural});
    let Val::Map(fields) = Val::of(&json!({
        "kind": kind, "requestKind": kind, "resource": path, "requestResource": path,
        "operation": request.operation.to_string(), "dryRun": false,
    })) else {
        return Val::Null;
    };
    let mut fields = (*fields).clone();
    fields.insert(Key::text("userInfo"), Val::unknown("who applies it (`request.userInfo`)"));
    fields.insert(Key::text("options"), Val::unknown("how it is applied (`request.options`)"));
    let name = match request.name.as_str() {
        "" => Val::unknown("the name, which the API server makes"),
        name => Val::text(name),
    };
    fields.insert(Key::text("name"), name);
    match &request.namespace {
        Some(namespace) => {
            fields.insert(Key::text("namespace"), Val::text(namespace));
        }
        None if resource.is_namespaced => {
            fields.insert(
                Key::text("namespace"),
                Val::unknown("the namespace, which the manifest does not name"),
            );
        }
        None => {}
    }
    Val::Map(Rc::new(fields))
}

fn namespace(request: &Request) -> Val {
    match (&request.namespace_object, request.resource.is_namespaced) {
        (_, false) => Val::Null,
        (Some(value), true) => {
            let mut value = (**value).clone();
            if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
                let labels = metadata.entry("labels").or_insert_with(|| json!({}));
                if let (Some(labels), Some(name)) = (labels.as_object_mut(), &request.namespace) {
                    labels.insert("kubernetes.io/metadata.name".to_owned(), name.as_str().into());
                }
            }
            Val::of(&value)
        }
        (None, true) => Val::unknown("the Namespace of the object, which is not among the files"),
    }
}
