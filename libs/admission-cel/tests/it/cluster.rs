//! What a real API server said to the same policies and objects: `tests/cluster`, recorded by `scripts/cluster/record_policies.py`.

use std::collections::BTreeMap;

use admission::Outcome;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::case::outcomes;

#[derive(Deserialize)]
struct Cases {
    object: Value,
    expressions: Vec<String>,
    policies: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    spec: Value,
    #[serde(default)]
    binding: Value,
    #[serde(default)]
    given: Vec<Value>,
    before: Option<Value>,
    after: Value,
}

fn cases() -> (Cases, BTreeMap<String, Value>) {
    let cases = serde_json::from_str(include_str!("../cluster/cases.json")).unwrap();
    (cases, serde_json::from_str(include_str!("../cluster/answers.json")).unwrap())
}

/// In a namespace, as the server had it.
fn applied(mut value: Value) -> Value {
    value["metadata"]["namespace"] = "NAMESPACE".into();
    value
}

fn documents(values: impl IntoIterator<Item = Value>) -> String {
    values.into_iter().map(|value| format!("---\n{value}\n")).collect()
}

/// What we say, in the server's words: none where it passes.
fn said(case: Case) -> Option<String> {
    let head = |kind: &str, spec: Value| json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": "p"}, "spec": spec});
    let mut binding = json!({"policyName": "p", "validationActions": ["Deny"]});
    for (key, value) in case.binding.as_object().into_iter().flatten() {
        binding[key] = value.clone();
    }
    let policies = documents([
        head("ValidatingAdmissionPolicy", case.spec),
        head("ValidatingAdmissionPolicyBinding", binding),
    ]);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "NAMESPACE"}});
    let given: Vec<Value> = case.given.into_iter().map(applied).chain([namespace]).collect();
    let before = documents(given.iter().cloned().chain(case.before.map(applied)));
    let after = documents(given.into_iter().chain([applied(case.after)]));
    let mut said = outcomes(&policies, &before, &after).into_iter().map(|outcome| match outcome {
        Outcome::Refuses(text) | Outcome::Fails(text) => text,
        other => format!("{other:?}"),
    });
    // The server tells the first.
    said.next()
}

#[test]
fn expressions_have_the_values_that_the_api_server_gives_them() {
    let (cases, answers) = cases();
    let (mut wrong, mut held) = (Vec::new(), 0);
    for expression in cases.expressions {
        let answer = &answers[&expression];
        // What the server does not compile nobody can have applied.
        if answer.get("invalid").is_some() {
            continue;
        }
        let rule = json!({"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]});
        let validation = json!({
            "expression": format!("size([{expression}]) > 5"), "messageExpression": format!("'%s'.format([{expression}])"),
        });
        let spec = json!({"matchConstraints": {"resourceRules": [rule]}, "validations": [validation]});
        let name = expression.clone();
        let after = cases.object.clone();
        let case = Case { name, spec, binding: Value::Null, given: Vec::new(), before: None, after };
        held += 1;
        let ours = said(case);
        if !is_same(ours.as_deref(), answer.as_str()) {
            wrong.push(format!("{expression}: {ours:?}, and the server {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {held}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(held > 130, "{held}");
}

/// Errors of Go's own functions are worded as Go words them: what counts is which expression failed.
fn is_same(ours: Option<&str>, server: Option<&str>) -> bool {
    const ERROR: &str = " resulted in error: ";
    match (ours, server) {
        (Some(ours), Some(server)) => {
            ours == server
                || ours.split_once(ERROR).zip(server.split_once(ERROR)).is_some_and(|(a, b)| a.0 == b.0)
        }
        (ours, server) => ours == server,
    }
}

#[test]
fn policies_say_what_the_api_server_says() {
    let (cases, answers) = cases();
    let mut wrong = Vec::new();
    for case in cases.policies {
        let (name, answer) = (case.name.clone(), answers[&case.name].as_str());
        let ours = said(case);
        if ours.as_deref() != answer {
            wrong.push(format!("{name}: {ours:?}, and the server {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
