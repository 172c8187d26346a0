//! conftest: the policy of its README, and the forms that its documentation lists.

use admission::{Outcome, PolicyFile, Verdict};
use admission_cel::Steps;
use admission_rego::{Conftest, Limit};
use serde_json::{Value, json};

use crate::{DEPLOYMENT, EACH, requests};

/// The README of conftest, in the syntax of Rego 1 and in that before it.
const README: [&str; 2] = [
    r#"package main

deny contains msg if {
  input.kind == "Deployment"
  not input.spec.template.spec.securityContext.runAsNonRoot
  msg := "Containers must not run as root"
}

deny contains msg if {
  input.kind == "Deployment"
  not input.spec.selector.matchLabels.release
  msg := "Containers must provide app label for pod selectors"
}
"#,
    r#"package main

deny[msg] {
  input.kind == "Deployment"
  not input.spec.template.spec.securityContext.runAsNonRoot

  msg := "Containers must not run as root"
}

deny[msg] {
  input.kind == "Deployment"
  not input.spec.selector.matchLabels.release

  msg := "Containers must provide app label for pod selectors"
}
"#,
];

pub(crate) fn run(files: &[(&str, &str)], data: Value, before: &str, after: &str) -> Vec<Verdict> {
    let file =
        |(path, text): &(&str, &str)| PolicyFile { path: (*path).to_owned(), text: (*text).to_owned() };
    let files: Vec<PolicyFile> = files.iter().map(file).collect();
    let mut conftest = Conftest::read(&files, &data, Limit(EACH)).unwrap();
    let steps = Steps::of(10 * EACH);
    requests(before, after).iter().flat_map(|request| conftest.evaluate(request, &steps)).collect()
}

fn outcomes(text: &str, before: &str, after: &str) -> Vec<Outcome> {
    run(&[("policy/p.rego", text)], json!({}), before, after).into_iter().map(|one| one.outcome).collect()
}

fn refuses(text: &str) -> Outcome {
    Outcome::Refuses(text.to_owned())
}

#[test]
fn the_readme_refuses_what_it_says() {
    for text in README {
        assert_eq!(
            outcomes(text, "", DEPLOYMENT),
            [
                refuses("Containers must not run as root"),
                refuses("Containers must provide app label for pod selectors")
            ]
        );
        let good = DEPLOYMENT
            .replace("{app: hello}}\n  template", "{app: hello, release: a}}\n  template")
            .replace("spec: {containers", "spec: {securityContext: {runAsNonRoot: true}, containers");
        assert_eq!(outcomes(text, "", &good), []);
    }
}

#[test]
fn what_was_so_before_is_told_as_such() {
    let after = DEPLOYMENT.replace("hello:1", "hello:2");
    let found = run(&[("p.rego", README[0])], json!({}), DEPLOYMENT, &after);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| one.was_so_before), "{found:?}");
}

#[test]
fn rules_by_suffix_warnings_and_messages_as_objects() {
    let text = r#"package main
import rego.v1
deny_root contains {"msg": "root", "details": {"a": 1}} if input.kind == "Deployment"
warn contains msg if { msg := sprintf("%s is only warned about", [input.metadata.name]) }
violation contains {"msg": "violated"} if true
denying contains "no rule" if true
"#;
    let found = outcomes(text, "", DEPLOYMENT);
    let expected =
        [refuses("root"), refuses("violated"), Outcome::Warns("hello is only warned about".to_owned())];
    assert_eq!(found, expected);
}

#[test]
fn an_exception_leaves_a_rule_out() {
    let text = r#"package main
import rego.v1
deny_run_as_root contains "root" if true
deny_other contains "other" if true
exception contains rules if { input.metadata.name == "hello"; rules := ["run_as_root"] }
"#;
    assert_eq!(outcomes(text, "", DEPLOYMENT), [refuses("other")]);
}

#[test]
fn data_files_libraries_and_tests() {
    let files = [
        (
            "policy/deny.rego",
            "package main\nimport rego.v1\nimport data.lib.names\ndeny contains msg if { names.is_bad(input.metadata.name); msg := data.words.bad }\n",
        ),
        (
            "policy/lib.rego",
            "package lib.names\nimport rego.v1\nis_bad(name) if name in data.bad\ndeny contains \"not of main\" if true\n",
        ),
        ("policy/deny_test.rego", "package main\nimport rego.v1\ntest_it if { undefined_function(1) }\n"),
    ];
    let data = json!({"bad": ["hello"], "words": {"bad": "a bad name"}});
    let found = run(&files, data, "", DEPLOYMENT);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].outcome, refuses("a bad name"));
    assert_eq!(found[0].policy.name, "deny in policy/deny.rego");
}

#[test]
fn what_is_no_rego_is_an_error_with_its_file() {
    let file = PolicyFile { path: "a.rego".to_owned(), text: "package main\ndeny contains if {".to_owned() };
    let error = Conftest::read(&[file], &json!({}), Limit(EACH)).unwrap_err().to_string();
    assert!(error.starts_with("a.rego is not Rego: "), "{error}");
}

/// conftest 0.60 ends with `rule missing msg field`, or `msg field must be string`, whatever kind of rule it is.
#[test]
fn a_result_without_a_message_is_no_pass() {
    for rule in ["deny", "warn", "violation_a"] {
        for result in ["{\"message\": \"nay\"}", "{\"msg\": 1}", "{}"] {
            let text = format!("package main\nimport rego.v1\n{rule} contains {result} if true\n");
            let fails = Outcome::Fails("a result without msg".to_owned());
            assert_eq!(outcomes(&text, "", DEPLOYMENT), [fails], "{rule} {result}");
        }
    }
}
