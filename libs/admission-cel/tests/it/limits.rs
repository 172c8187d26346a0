//! Nothing that a policy says takes long or much.

use std::sync::Arc;

use admission::Outcome;
use admission_cel::{Fault, Steps, expression};
use serde_json::json;

use crate::case::{deployment, outcomes, policy};

#[test]
fn loops_within_loops_end_with_the_steps() {
    let many: Vec<u32> = (0..1000).collect();
    let text = "object.all(a, object.all(b, object.all(c, a + b + c >= 0)))";
    assert_eq!(expression(text, &json!(many), &Steps::of(1_000_000)), Err(Fault::Steps));
    assert_eq!(
        expression("object.all(a, a >= 0)", &json!(many), &Steps::of(1_000_000)).as_deref(),
        Ok("true")
    );
}

#[test]
fn a_policy_that_takes_too_long_is_not_evaluated_and_the_next_one_is() {
    // 2²⁰ elements, made by doubling a list twenty times.
    let doubled: String = (1..=30)
        .map(|n| format!("- {{name: v{n}, expression: 'variables.v{0} + variables.v{0}'}}\n", n - 1))
        .collect();
    let spec = format!(
        "variables:\n- {{name: v0, expression: '[1]'}}\n{doubled}validations:\n- {{expression: 'size(variables.v30) > 0'}}"
    );
    let found = outcomes(&policy(&spec), "", &deployment("shop", 1, "web:1"));
    let why = Outcome::RanOut("it takes more than 1000000 steps".to_owned());
    // Of the Deployment, and of the pod that it makes.
    assert_eq!(found, [why.clone(), why]);
}

/// A value that refers to itself twice at each level is small, and a comparison of two of them is not.
#[test]
fn comparisons_are_counted() {
    let nested: String = (1..=40)
        .map(|n| format!("- {{name: v{n}, expression: '[variables.v{0}, variables.v{0}]'}}\n", n - 1))
        .collect();
    let spec = format!(
        "variables:\n- {{name: v0, expression: '[1]'}}\n{nested}validations:\n- {{expression: 'variables.v40 == [variables.v39, variables.v39]'}}"
    );
    let found = outcomes(&policy(&spec), "", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    assert_eq!(found, [Outcome::RanOut("it takes more than 1000000 steps".to_owned())]);
}

#[test]
fn an_expression_that_is_nested_too_deeply_is_refused() {
    let deep = format!("{}1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(expression(&deep, &json!({}), &Steps::of(1000)).is_err());
    let long = Arc::new("1 + ".repeat(20_000) + "1");
    assert!(expression(&long, &json!({}), &Steps::of(1000)).is_err());
}
