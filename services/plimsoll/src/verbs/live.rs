//! `plimsoll diff --live LIVE DESIRED`.

use std::collections::BTreeMap;
use std::sync::Arc;

use diff_engine::{Choice, Method, Prediction, compare_live, predict};
use kube_model::{Object, ObjectRef, Path};
use serde::Serialize;
use serde_json::Value;

use crate::cli::{Apply, Diff};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::session::{Input, Session, standard_input_twice};
use crate::verbs::{Gates, Reports, diff};
use crate::yaml;

/// Who applies, where nobody has said or applied before.
const KUBECTL: &str = "kubectl";

pub(super) fn run(session: &Session, arguments: &Diff) -> Result<Outcome, Failure> {
    let [live, desired] = arguments.sources.as_slice() else {
        return Err(Failure::new("USAGE", "what is live and what is desired are expected"));
    };
    if live == "-" && desired == "-" {
        return Err(standard_input_twice());
    }
    let (of_live, live) = session.read_plain(live)?;
    let (of_desired, desired) = session.read_plain(desired)?;
    let predictions = predict(arguments.namespace.as_deref(), &live, &desired, &choice(arguments));
    let [live, desired] = [live, desired].map(|objects| session.redactor.redact_all(&objects));
    let predictions: Vec<Prediction> = predictions
        .into_iter()
        .map(|one| Prediction { object: session.redactor.redact(&one.object), ..one })
        .collect();
    let predicted: Vec<Object> = predictions.iter().map(|one| one.object.clone()).collect();
    let ignores = diff::argocd(session, arguments, &desired)?;
    let found = compare_live(arguments.namespace.as_deref(), &live, &desired, &predictions)
        .ignoring(session.ignored())
        .ignoring_argocd(&ignores, &live, &predicted);
    let output = match arguments.predicted {
        true => yaml::stream(&predicted.iter().map(without_managers).collect::<Vec<_>>()),
        false => {
            let states =
                diff::States { namespace: arguments.namespace.as_deref(), before: &live, after: &predicted };
            diff::print(session, arguments, found, &states, applied(&predictions))?
        }
    };
    let before = Input { given: Arc::new(of_live), argument: String::new(), objects: live };
    let after = Input { given: Arc::new(of_desired), argument: String::new(), objects: predicted };
    let Diff { pricing, common, .. } = arguments;
    let gates = Gates { session, pricing, common, before: Some(&before), after: &after };
    Ok(Outcome {
        output,
        against: gates.evaluate(&Reports::default())?,
        notes: notes(&predictions),
        ..Outcome::default()
    })
}

fn choice(arguments: &Diff) -> Choice {
    let manager = || arguments.field_manager.clone().unwrap_or_else(|| KUBECTL.to_owned());
    match (arguments.apply, &arguments.field_manager) {
        (Some(Apply::Client), _) => Choice::Given(Method::ClientSide),
        (Some(Apply::Server), _) | (None, Some(_)) => Choice::Given(Method::ServerSide(manager())),
        (None, None) => Choice::AsBefore,
    }
}

/// Who manages which field is kept beside the object, and is no part of what was asked for.
fn without_managers(object: &Object) -> Object {
    let mut object = object.clone();
    if let Some(Value::Object(metadata)) = Arc::make_mut(&mut object.value).get_mut("metadata") {
        metadata.remove("managedFields");
    }
    object
}

/// What the document of `--format json` says beside the difference: how the objects are applied.
#[derive(Serialize)]
struct Document {
    applied: Vec<Applied>,
}

#[derive(Serialize)]
struct Applied {
    object: ObjectRef,
    method: String,
    conflicts: Vec<Conflict>,
}

#[derive(Serialize)]
struct Conflict {
    path: Path,
    manager: String,
}

fn applied(predictions: &[Prediction]) -> Document {
    let conflicts = |one: &Prediction| {
        let conflicts = one.conflicts.iter();
        conflicts.map(|one| Conflict { path: one.path.clone(), manager: one.manager.clone() }).collect()
    };
    let applied = predictions.iter().map(|one| Applied {
        object: ObjectRef::of(&one.object),
        method: one.method.to_string(),
        conflicts: conflicts(one),
    });
    Document { applied: applied.collect() }
}

/// How the objects are applied, and who is in the way.
fn notes(predictions: &[Prediction]) -> Vec<String> {
    let mut methods: BTreeMap<String, usize> = BTreeMap::new();
    for one in predictions {
        *methods.entry(one.method.to_string()).or_default() += 1;
    }
    let methods: Vec<String> = methods.iter().map(|(method, count)| format!("{count} {method}")).collect();
    let mut notes = vec![format!("applied {}", methods.join(", "))];
    for one in predictions {
        notes.extend(one.conflicts.iter().map(|conflict| {
            let (object, path, manager) = (&one.object.key, &conflict.path, &conflict.manager);
            format!("{object}:{path} is also applied by {manager}: refused unless forced")
        }));
    }
    notes
}
