//! Held against what a real API server made of the cases.

use kube_model::Object;
use serde_json::Value;

use super::{decode, normalise};
use crate::cluster_answers::{cases, is_allocated};

/// An answer as it was kept, with nothing filled in.
pub(crate) fn kept(object: &Object, answer: &Value) -> Value {
    let mut kept = answer.clone();
    decode::object(kept.as_object_mut().unwrap(), &object.key.schema().root(&object.api_version).unwrap());
    kept
}

fn differences(case: &str, object: &Object, answer: &Value) -> Vec<String> {
    let expected = normalise(object.key.schema(), &object.api_version, &object.value);
    let found = crate::compare(object.key.schema(), &expected, &kept(object, answer));
    let told = found.differences.iter().filter(|one| !is_allocated(object, &one.path));
    told.map(|one| format!("{case} {}: {:?} is really {:?}", one.path, one.before, one.after)).collect()
}

#[test]
fn defaults_are_those_that_the_api_server_fills_in() {
    let (server, cases) = cases();
    let mut wrong = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    for case in &cases {
        for object in &case.before {
            kinds.insert((&object.api_version, &object.key.kind));
            match case.answered("before", object) {
                Ok(answer) => wrong.extend(differences(&case.name, object, answer)),
                Err(refused) => wrong.push(format!("{}: refused: {refused}", case.name)),
            }
        }
    }
    assert!(kinds.len() >= 50, "{} kinds", kinds.len());
    assert!(wrong.is_empty(), "{server}\n{}", wrong.join("\n"));
}
