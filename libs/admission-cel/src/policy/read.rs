//! ValidatingAdmissionPolicy and ValidatingAdmissionPolicyBinding, as manifests write them.

use kube_model::{Object, ObjectRef};
use serde_json::Value;

use crate::program::Program;

const GROUP: &str = "admissionregistration.k8s.io";

/// The policies of a set of objects, with their bindings.
#[derive(Debug, Default)]
pub struct Policies {
    pub(super) bound: Vec<Bound>,
}

/// A policy that the API server would not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {}: {why}", object.kind, object.name)]
pub struct Invalid {
    /// The policy or the binding.
    pub object: ObjectRef,
    /// What is wrong with it, and where.
    pub why: String,
}

/// A policy with one of its bindings.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) policy: std::rc::Rc<Policy>,
    pub(super) binding: Option<Binding>,
}

#[derive(Debug)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) fails_closed: bool,
    pub(super) constraints: Value,
    pub(super) param_kind: Option<(String, String)>,
    pub(super) conditions: Vec<Program>,
    pub(super) variables: Vec<(String, Program)>,
    pub(super) validations: Vec<Validation>,
}

#[derive(Debug)]
pub(super) struct Validation {
    pub(super) expression: Program,
    pub(super) message: Option<String>,
    pub(super) message_expression: Option<Program>,
}

#[derive(Debug)]
pub(super) struct Binding {
    pub(super) name: String,
    pub(super) resources: Value,
    pub(super) param_ref: Option<Value>,
    pub(super) actions: Vec<String>,
}

impl Policies {
    /// The policies among `objects`, and those that the API server would not take. A policy without a binding does nothing,
    /// as in a cluster, unless it is being tried: then it refuses.
    #[must_use]
    pub fn read(objects: &[Object], is_tried: impl Fn(&Object) -> bool) -> (Self, Vec<Invalid>) {
        let of_kind = |kind: &'static str| {
            objects.iter().filter(move |object| object.key.group == GROUP && object.key.kind == kind)
        };
        let (mut bound, mut invalid) = (Vec::new(), Vec::new());
        for object in of_kind("ValidatingAdmissionPolicy") {
            let policy = match Policy::read(&object.key.name, object.at(&["spec"]).unwrap_or(&Value::Null)) {
                Ok(policy) => std::rc::Rc::new(policy),
                Err(why) => {
                    invalid.push(Invalid { object: ObjectRef::of(object), why });
                    continue;
                }
            };
            let its = of_kind("ValidatingAdmissionPolicyBinding")
                .filter(|binding| binding.text(&["spec", "policyName"]) == Some(&policy.name));
            let before = bound.len();
            bound.extend(its.map(|binding| Bound {
                policy: std::rc::Rc::clone(&policy),
                binding: Some(Binding::read(binding)),
            }));
            if bound.len() == before && is_tried(object) {
                bound.push(Bound { policy, binding: None });
            }
        }
        (Self { bound }, invalid)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bound.is_empty()
    }
}

impl Policy {
    pub(super) fn read(name: &str, spec: &Value) -> Result<Self, String> {
        let at = |key: &str| spec.get(key);
        let kind = |key: &str| text(at("paramKind")?, key).map(str::to_owned);
        let list = |key: &str| at(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let named = list("variables").iter().enumerate().map(|(index, variable)| {
            let name =
                text(variable, "name").ok_or_else(|| format!("spec.variables[{index}] has no name"))?;
            Ok((name.to_owned(), program(variable, "expression", &format!("spec.variables[{index}]"))?))
        });
        // Gatekeeper's name is without the `s`.
        let conditions = list("matchConditions").iter().chain(list("matchCondition")).enumerate();
        let validations = list("validations").iter().enumerate();
        Ok(Self {
            name: name.to_owned(),
            fails_closed: text(spec, "failurePolicy") != Some("Ignore"),
            constraints: at("matchConstraints").cloned().unwrap_or_default(),
            param_kind: kind("apiVersion").zip(kind("kind")),
            conditions: conditions
                .map(|(index, one)| program(one, "expression", &format!("spec.matchConditions[{index}]")))
                .collect::<Result<_, String>>()?,
            variables: named.collect::<Result<_, String>>()?,
            validations: validations
                .map(|(index, one)| Validation::read(one, &format!("spec.validations[{index}]")))
                .collect::<Result<_, String>>()?,
        })
    }
}

impl Validation {
    fn read(value: &Value, place: &str) -> Result<Self, String> {
        let words = text(value, "messageExpression").filter(|words| !words.trim().is_empty());
        Ok(Self {
            expression: program(value, "expression", place)?,
            message: text(value, "message").map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
            message_expression: words.map(|_| program(value, "messageExpression", place)).transpose()?,
        })
    }
}

impl Binding {
    fn read(object: &Object) -> Self {
        let at = |key: &str| object.at(&["spec", key]);
        let actions = at("validationActions").and_then(Value::as_array).into_iter().flatten();
        Self {
            name: object.key.name.clone(),
            resources: at("matchResources").cloned().unwrap_or_default(),
            param_ref: at("paramRef").cloned().filter(|reference| !reference.is_null()),
            actions: actions.filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

fn program(value: &Value, key: &str, place: &str) -> Result<Program, String> {
    let text = text(value, key).ok_or_else(|| format!("{place} has no {key}"))?;
    Program::read(text).map_err(|why| format!("{place}.{key}: {why}"))
}
