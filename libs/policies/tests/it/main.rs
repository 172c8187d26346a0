//! Tests of the whole: where policies come from, and what becomes of those that cannot be used.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

use admission::{Outcome, Verdict};
use kube_model::yaml::Limits;
use kube_model::{Object, Redactor, State};
use policies::{Answer, Change, Job, PolicyFile, answer, evaluate};

const POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replicas}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]}
  validations: [{expression: 'object.spec.replicas <= 5'}]
";

const BINDING: &str = "---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: all}
spec: {policyName: replicas, validationActions: [Deny]}
";

fn deployment(replicas: u32) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop}}\nspec: {{replicas: {replicas}, template: {{spec: {{containers: [{{name: web, image: web}}]}}}}}}\n"
    )
}

fn objects(text: &str) -> Vec<Object> {
    State::read([("test.yaml", text)], &Limits::default()).unwrap().objects
}

fn file(path: &str, text: &str) -> PolicyFile {
    PolicyFile { path: path.to_owned(), text: text.to_owned() }
}

fn run(files: &[PolicyFile], before: &str, after: &str) -> Vec<Verdict> {
    let (before, after) = (objects(before), objects(after));
    let change = Change { files, before: Some(&before), after: &after, namespace: None };
    let verdicts = evaluate(change).unwrap();
    // The way over JSON gives the same.
    let job = Job::of(change).write().unwrap();
    let answer: Answer = serde_json::from_slice(&answer(&job).unwrap()).unwrap();
    assert_eq!(answer, Answer::Verdicts(verdicts.clone()));
    verdicts
}

fn names(verdicts: &[Verdict]) -> Vec<&str> {
    verdicts.iter().map(|verdict| verdict.policy.name.as_str()).collect()
}

#[test]
fn policies_of_the_target_hold_where_they_are_bound() {
    let target = format!("{POLICY}{BINDING}");
    let found = run(&[], &format!("{target}{}", deployment(1)), &format!("{target}{}", deployment(6)));
    assert_eq!(names(&found), ["ValidatingAdmissionPolicy/replicas (binding all)"]);
    assert_eq!(found[0].outcome, Outcome::Refuses("failed expression: object.spec.replicas <= 5".to_owned()));
    // Not one that comes with the change, and none without a binding.
    assert_eq!(run(&[], &deployment(1), &format!("{target}{}", deployment(6))), []);
    assert_eq!(run(&[], &format!("{POLICY}{}", deployment(1)), &format!("{POLICY}{}", deployment(6))), []);
}

#[test]
fn a_policy_that_is_given_is_tried_without_a_binding_and_instead_of_the_targets() {
    let given = [file("p.yaml", POLICY)];
    let found = run(&given, &deployment(1), &deployment(6));
    assert_eq!(names(&found), ["ValidatingAdmissionPolicy/replicas (as if bound)"]);
    let looser = [file("p.yaml", &POLICY.replace("<= 5", "<= 9"))];
    let target = format!("{POLICY}{BINDING}");
    let change = (format!("{target}{}", deployment(1)), format!("{target}{}", deployment(6)));
    assert_eq!(run(&looser, &change.0, &change.1), []);
    assert_eq!(names(&run(&looser, &change.0, &change.1.replace("replicas: 6", "replicas: 10"))).len(), 1);
}

#[test]
fn rego_and_its_data_are_told_apart_from_objects() {
    let files = [
        file(
            "policy/a.rego",
            "package main\nimport rego.v1\ndeny contains msg if { input.kind == data.refused[_]; msg := \"refused\" }\n",
        ),
        file("policy/data.yaml", "refused: [Deployment]\n"),
    ];
    let found = run(&files, "", &deployment(1));
    assert_eq!(names(&found), ["deny in policy/a.rego"]);
}

#[test]
fn kyverno_is_not_spoken() {
    let kyverno = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: require-labels}\nspec: {rules: []}\n";
    let found = run(&[], &format!("{kyverno}{}", deployment(1)), &format!("{kyverno}{}", deployment(2)));
    assert_eq!(names(&found), ["ClusterPolicy/require-labels"]);
    assert_eq!(found[0].outcome, Outcome::NotEvaluated("policies of Kyverno are not evaluated".to_owned()));
    let has = |text: &str| {
        let target = objects(text);
        Change { files: &[], before: Some(&target), after: &[], namespace: None }.has_policies()
    };
    assert!(has(kyverno) && has(POLICY) && has(&BINDING[4..]) && !has(&deployment(1)));
}

#[test]
fn a_policy_that_cannot_be_read_is_an_error_only_if_it_is_given() {
    let broken = POLICY.replace("<= 5", "<=");
    let target = format!("{broken}{BINDING}");
    let found = run(&[], &format!("{target}{}", deployment(1)), &format!("{target}{}", deployment(6)));
    assert!(
        matches!(&found[..], [one] if matches!(&one.outcome, Outcome::NotEvaluated(why) if why.starts_with("it cannot be read: spec.validations[0].expression: ")))
    );
    let refused = |files: &[PolicyFile]| {
        let error = evaluate(Change { files, before: None, after: &[], namespace: None }).unwrap_err();
        (error.code(), error.to_string())
    };
    let (code, text) = refused(&[file("p.yaml", &broken)]);
    assert_eq!(code, "POLICY_INVALID");
    assert!(
        text.starts_with("ValidatingAdmissionPolicy/replicas: spec.validations[0].expression: "),
        "{text}"
    );
    assert_eq!(refused(&[file("a.rego", "package main\ndeny {")]).0, "POLICY_INVALID");
    assert_eq!(refused(&[file("a.yaml", "kind: [")]).0, "POLICY_INVALID");
    let (code, text) = refused(&[file("web.yaml", &deployment(1))]);
    assert_eq!(code, "POLICY_EMPTY");
    assert!(text.starts_with("web.yaml holds no policy: "), "{text}");
}

/// Policies see what is masked: a message that holds a value holds its mark.
#[test]
fn a_message_never_holds_a_secret() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\nstringData: {password: hunter2-correct-horse}\n";
    let after = Redactor::new(b"key").redact_all(&objects(secret));
    let files = [
        file(
            "a.rego",
            "package main\nimport rego.v1\nwarn contains msg if { some k, v in input.data; msg := sprintf(\"%s is %s\", [k, v]) }\n",
        ),
        file(
            "p.yaml",
            &POLICY.replace("apps", "''").replace("deployments", "secrets").replace(
                "object.spec.replicas <= 5'",
                "object.data.password == \"x\"', messageExpression: '\"it is \" + object.data.password'",
            ),
        ),
    ];
    let found = evaluate(Change { files: &files, before: None, after: &after, namespace: None }).unwrap();
    let said = format!("{found:?}");
    assert!(!said.contains("hunter2") && said.contains("password is (secret "), "{said}");
    assert_eq!(found.len(), 2, "{said}");
}
