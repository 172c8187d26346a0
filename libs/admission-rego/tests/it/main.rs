//! Tests of the whole: conftest's and Gatekeeper's documented forms.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod conftest;
mod gatekeeper;
mod refused;

use admission::{Input, Request};
use kube_model::yaml::Limits;
use kube_model::{Object, State};

const EACH: u64 = 1_000_000;

fn objects(text: &str) -> Vec<Object> {
    State::read([("test.yaml", text)], &Limits::default()).unwrap().objects
}

fn requests(before: &str, after: &str) -> Vec<Request> {
    let (before, after) = (objects(before), objects(after));
    admission::requests(Input { before: &before, after: &after, namespace: None })
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: hello, namespace: shop}
spec:
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec: {containers: [{name: hello, image: 'hello:1'}]}
";
