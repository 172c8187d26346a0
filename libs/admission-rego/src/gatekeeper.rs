//! Gatekeeper's ConstraintTemplates and constraints.
//!
//! Source: the documentation of Gatekeeper ("Constraint Templates", "Constraints", "Replicating data", "Validating Admission
//! Policy") and `pkg/mutation/match` of its sources.

mod inventory;
mod matching;
mod template;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use admission::{Engine, Known, Operation, Outcome, Policy, Request, Verdict};
use admission_cel::{Asked, Steps};
use kube_model::{Object, ObjectRef, Path};
use serde_json::{Value, json};

use crate::steps::Limit;
use template::{Code, Template};

const CONSTRAINTS: &str = "constraints.gatekeeper.sh";

/// A template that Gatekeeper would not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {}: {why}", object.kind, object.name)]
pub struct Invalid {
    /// The template.
    pub object: ObjectRef,
    /// What is wrong with it.
    pub why: String,
}

/// The templates and constraints of a set of objects.
#[derive(Debug, Default)]
pub struct Gatekeeper {
    templates: BTreeMap<String, Template>,
    constraints: Vec<Constraint>,
    inventory: Value,
}

#[derive(Debug)]
struct Constraint {
    object: ObjectRef,
    matches: Value,
    parameters: Value,
    action: Action,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Deny,
    Warn,
}

impl Gatekeeper {
    /// The templates and constraints among `policies`, which see `objects` as `data.inventory`; and the templates that cannot
    /// be read.
    #[must_use]
    pub fn read(policies: &[Object], objects: &[Object], limit: Limit) -> (Self, Vec<Invalid>) {
        let (mut templates, mut invalid) = (BTreeMap::new(), Vec::new());
        let inventory = inventory::inventory(objects);
        for object in policies {
            if object.key.kind != "ConstraintTemplate" || object.key.group != "templates.gatekeeper.sh" {
                continue;
            }
            match Template::read(object, &inventory, limit) {
                Ok(template) => {
                    templates.insert(template.kind.clone(), template);
                }
                Err(why) => invalid.push(Invalid { object: ObjectRef::of(object), why }),
            }
        }
        let constraints = policies.iter().filter(|object| object.key.group == CONSTRAINTS);
        let constraints = constraints.map(Constraint::read).collect();
        (Self { templates, constraints, inventory }, invalid)
    }

    /// Whether there is no constraint.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.constraints.is_empty()
    }

    /// What the constraints have against a request. Gatekeeper is asked when something is made or changed.
    #[must_use]
    pub fn evaluate(&mut self, request: &Request, each: u64, all: &Steps) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        if !is_asked(request) {
            return verdicts;
        }
        let before = request.before();
        let (review, earlier) = (Review::of(request), before.as_ref().map(Review::of));
        for constraint in &self.constraints {
            let Some(template) = self.templates.get_mut(&constraint.object.kind) else { continue };
            let now = constraint.says(template, &review, each, all);
            if now.is_empty() {
                continue;
            }
            let before =
                earlier.as_ref().map_or_else(Vec::new, |one| constraint.says(template, one, each, all));
            verdicts.extend(now.into_iter().map(|outcome| Verdict {
                was_so_before: before.contains(&outcome),
                ..constraint.verdict(Some(request), outcome)
            }));
        }
        verdicts
    }

    /// What constraints cannot say of any change.
    #[must_use]
    pub fn open(&self) -> Vec<Verdict> {
        let why = |constraint: &Constraint| {
            let kind = &constraint.object.kind;
            match self.templates.get(kind) {
                None => Some(format!("its ConstraintTemplate {kind}, which is not among the files")),
                Some(template) if template.reads_inventory => Some(
                    "the other objects of the cluster (`data.inventory`): those of the files alone are known"
                        .to_owned(),
                ),
                Some(_) => None,
            }
        };
        let open = |one: &Constraint| Some(one.verdict(None, Outcome::NotEvaluated(why(one)?)));
        self.constraints.iter().filter_map(open).collect()
    }

    /// The objects that Rego sees as `data.inventory`.
    #[must_use]
    pub fn inventory(&self) -> &Value {
        &self.inventory
    }
}

/// Gatekeeper is not asked about what goes, nor about its own objects.
fn is_asked(request: &Request) -> bool {
    let group = request.resource.group.as_str();
    request.operation != Operation::Delete && group != CONSTRAINTS && !group.ends_with(".gatekeeper.sh")
}

impl Constraint {
    fn read(object: &Object) -> Self {
        let part = |key: &str| object.at(&["spec", key]).cloned();
        Self {
            object: ObjectRef::of(object),
            matches: part("match").unwrap_or_default(),
            parameters: part("parameters").unwrap_or_else(|| json!({})),
            action: action(object),
        }
    }

    fn verdict(&self, request: Option<&Request>, outcome: Outcome) -> Verdict {
        let name = format!("{}/{}", self.object.kind, self.object.name);
        Verdict {
            policy: Policy { engine: Engine::Gatekeeper, name },
            object: request.map(|request| request.written.clone()),
            path: request.map_or_else(Path::root, |request| request.place.clone()),
            outcome,
            was_so_before: false,
        }
    }

    fn says(&self, template: &mut Template, review: &Review<'_>, each: u64, all: &Steps) -> Vec<Outcome> {
        let selected = matching::matches(&self.matches, review.request);
        if selected == Ok(Known::No) {
            return Vec::new();
        }
        let said = match &mut template.code {
            Code::Rego { program, package } => {
                let input =
                    json!({"review": review.value(), "parameters": self.parameters, "constraint": null});
                match program.rule(&format!("{package}.violation"), &input, all) {
                    Ok(value) => value.iter().flat_map(said).collect(),
                    Err(error) => vec![error.outcome()],
                }
            }
            Code::Native(validations) => {
                let granted = each.min(all.left());
                let steps = Steps::of(granted);
                let said = validations.says(&review.asked, &self.parameters, &steps);
                all.use_up(granted - steps.left());
                said
            }
        };
        let unsure = match selected {
            Ok(Known::Unknown(why)) => Some(why),
            Err(error) => Some(error.to_string()),
            Ok(_) => None,
        };
        match unsure.filter(|_| !said.is_empty()) {
            Some(why) => {
                let ran_out = said.into_iter().find(|outcome| matches!(outcome, Outcome::RanOut(_)));
                vec![ran_out.map_or(Outcome::NotEvaluated(why), |outcome| self.action.of(outcome))]
            }
            None => said.into_iter().map(|outcome| self.action.of(outcome)).collect(),
        }
    }
}

/// Gatekeeper reads `msg` of each result; what it makes of one without is not documented.
fn said(value: &Value) -> Vec<Outcome> {
    let open = |outcome| match outcome {
        Outcome::Fails(_) => {
            Outcome::NotEvaluated("the message (`msg`) of its result, which has none".to_owned())
        }
        outcome => outcome,
    };
    crate::conftest::said(value).into_iter().map(open).collect()
}

impl Action {
    fn of(self, outcome: Outcome) -> Outcome {
        match (self, outcome) {
            (Self::Warn, Outcome::Refuses(text) | Outcome::Fails(text)) => Outcome::Warns(text),
            // Nobody waits for one that does not come to an end.
            (Self::Warn, Outcome::RanOut(why)) => Outcome::NotEvaluated(why),
            (_, outcome) => outcome,
        }
    }
}

/// `deny` unless it says otherwise; with `scoped`, what it says for the webhook.
fn action(object: &Object) -> Action {
    let scoped = object.at(&["spec", "scopedEnforcementActions"]).and_then(Value::as_array);
    let of_webhook = |action: &&Value| {
        let points = action.get("enforcementPoints").and_then(Value::as_array).into_iter().flatten();
        let mut names = points.filter_map(|point| point.get("name").and_then(Value::as_str));
        names.any(|name| name == "*" || name == "validation.gatekeeper.sh")
    };
    match object.text(&["spec", "enforcementAction"]).unwrap_or("deny") {
        "deny" => Action::Deny,
        "scoped" => {
            let actions = scoped.into_iter().flatten().filter(of_webhook);
            let denies = actions.filter_map(|action| action.get("action").and_then(Value::as_str));
            if denies.into_iter().any(|action| action == "deny") { Action::Deny } else { Action::Warn }
        }
        _ => Action::Warn,
    }
}

/// A request as templates see it: of each form what is needed, and once.
struct Review<'a> {
    request: &'a Request,
    asked: Asked<'a>,
    value: OnceCell<Value>,
}

impl<'a> Review<'a> {
    fn of(request: &'a Request) -> Self {
        Self { request, asked: Asked::of(request), value: OnceCell::new() }
    }

    fn value(&self) -> &Value {
        self.value.get_or_init(|| review(self.request))
    }
}

/// `input.review`: an AdmissionRequest, with what is not known offline left out.
fn review(request: &Request) -> Value {
    let resource = &request.resource;
    let mut review = json!({
        "kind": {"group": resource.group, "version": resource.version, "kind": resource.kind},
        "resource": {"group": resource.group, "version": resource.version, "resource": resource.plural},
        "operation": request.operation.to_string(),
        "name": request.name,
        "object": request.object.as_deref(),
        "oldObject": request.old_object.as_deref(),
    });
    if let (Some(fields), Some(namespace)) = (review.as_object_mut(), &request.namespace) {
        fields.insert("namespace".to_owned(), namespace.as_str().into());
        if let Some(object) = &request.namespace_object {
            fields.insert("_unstable".to_owned(), json!({"namespace": **object}));
        }
    }
    review
}
