//! Held against what a real API server made of the next apply.

use kube_model::{Object, State, yaml::Limits};
use serde_json::Value;

use super::*;
use crate::cluster_answers::live_cases;
use crate::normal::answers::kept;

fn object(text: &str) -> Object {
    State::read([("case.yaml", text)], &Limits::default()).unwrap().objects.remove(0)
}

/// kubectl writes its own annotation anew, and prints no managed fields.
fn without_bookkeeping(mut value: Value) -> Value {
    if let Some(metadata) = value["metadata"].as_object_mut() {
        metadata.remove("managedFields");
        metadata.remove("annotations");
    }
    value
}

fn annotations(value: &Value) -> Value {
    let mut annotations = value["metadata"]["annotations"].clone();
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        if annotations.is_empty() {
            return Value::Null;
        }
    }
    annotations
}

#[test]
fn what_is_predicted_is_what_the_api_server_makes_of_the_next_apply() {
    let (server, cases) = live_cases();
    let mut wrong = Vec::new();
    for case in &cases {
        let (live, desired) = (object(&case.live.to_string()), object(&case.desired));
        let choice = match case.name.starts_with("over-") {
            true => Choice::Given(Method::ServerSide("kubectl".into())),
            false => Choice::AsBefore,
        };
        let prediction = predict(None, &[live], std::slice::from_ref(&desired), &choice).remove(0);
        let told = &prediction.object.value;
        let really = kept(&prediction.object, &case.after);
        if annotations(told) != annotations(&really) {
            wrong.push(format!("{}: {} is really {}", case.name, annotations(told), annotations(&really)));
        }
        let (told, really) = (without_bookkeeping(Value::clone(told)), without_bookkeeping(really));
        for one in compare(prediction.object.key.schema(), &told, &really).differences {
            wrong.push(format!("{} {}: {:?} is really {:?}", case.name, one.path, one.before, one.after));
        }
    }
    assert!(cases.len() >= 15, "{} cases", cases.len());
    assert!(wrong.is_empty(), "{server}\n{}", wrong.join("\n"));
}
