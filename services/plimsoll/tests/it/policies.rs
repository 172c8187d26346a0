//! `--policy`, the target's own policies and those of `plimsoll.yaml`; and the process that evaluates them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::sandbox::Sandbox;
use crate::schemas::follows;

const POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replicas}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: [deployments]}]}
  validations: [{expression: 'object.spec.replicas <= 5', message: at most five}]
";

const BINDING: &str = "---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: all}
spec: {policyName: replicas, validationActions: [Deny]}
";

const REGO: &str = "package main\nimport rego.v1\ndeny contains msg if { input.spec.replicas > 6; msg := \"more than six\" }\n";

fn web(replicas: u32) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop}}\nspec: {{replicas: {replicas}, selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c, image: 'a:1'}}]}}}}}}\n"
    )
}

fn sandbox() -> Sandbox {
    let target = |replicas| format!("{}---\n{POLICY}{BINDING}", web(replicas));
    Sandbox::new()
        .file("three.yaml", web(3))
        .file("seven.yaml", web(7))
        .file("policy/replicas.yaml", POLICY)
        .file("policy/deny.rego", REGO)
        .file("bound/three.yaml", target(3))
        .file("held/seven.yaml", target(7))
        .file("broken.rego", "package main\ndeny {")
}

#[test]
fn what_a_policy_refuses_is_a_finding() {
    let run = sandbox().run(&["risk", "three.yaml", "seven.yaml", "--policy", "policy", "--format", "json"]);
    let document = follows("risk", &run);
    let found: Vec<&str> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "policy-refuses")
        .map(|finding| finding["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        found,
        [
            "ValidatingAdmissionPolicy/replicas (as if bound) refuses it at apply: \"at most five\"",
            "deny in policy/deny.rego refuses it: \"more than six\"",
        ]
    );
    let gated =
        sandbox().run(&["risk", "three.yaml", "seven.yaml", "--policy", "policy", "--fail-on", "high"]);
    assert_eq!(gated.code, 2);
}

#[test]
fn policies_of_the_target_hold_without_being_asked_for() {
    let text = sandbox().run(&["risk", "bound", "held"]).out;
    assert!(
        text.contains(
            "ValidatingAdmissionPolicy/replicas (binding all) refuses it at apply: \"at most five\""
        ),
        "{text}"
    );
    let text = sandbox().run(&["risk", "three.yaml", "seven.yaml"]).out;
    assert!(!text.contains("policy-refuses"), "{text}");
}

#[test]
fn a_policy_that_cannot_be_used_is_an_error_with_its_place() {
    let run = sandbox().run(&["risk", "three.yaml", "seven.yaml", "--policy", "broken.rego"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("POLICY_INVALID") && run.err.contains("broken.rego"), "{}", run.err);
    let run = sandbox().run(&["risk", "three.yaml", "seven.yaml", "--policy", "three.yaml"]);
    assert!(run.err.contains("POLICY_EMPTY"), "{}", run.err);
}

/// What a policy could not say is listed with the policy, the objects and what is missing, in every form, and what it refuses
/// stands beside it.
#[test]
fn what_a_policy_could_not_say_is_told_in_every_form() {
    let unsure = POLICY
        .replace("validations: [", "validations: [{expression: \"request.userInfo.username != 'bob'\"}, ");
    let sandbox = sandbox().file("unsure.yaml", unsure);
    let run = |format: &str| {
        sandbox.run(&["risk", "three.yaml", "seven.yaml", "--policy", "unsure.yaml", "--format", format])
    };
    let document = follows("risk", &run("json"));
    let open = &document["policies_not_evaluated"][0];
    let name = "ValidatingAdmissionPolicy/replicas (as if bound)";
    assert_eq!((&open["policy"], &open["objects"][0]["name"]), (&name.into(), &"web".into()));
    assert_eq!(open["why"], "who applies it (`request.userInfo`)");
    assert!(document["not_evaluated"].as_array().unwrap().iter().all(|one| one["rule"] != "policy-refuses"));
    let text = run("text").out.replace("\n  ", " ");
    let told = format!("{name} against Deployment/shop/web: who applies it (`request.userInfo`)");
    assert!(text.contains(&format!("Policies not evaluated: {told}")), "{text}");
    assert!(text.contains("rules and 1 policy not evaluated"), "{text}");
    assert!(text.contains("refuses it at apply: \"at most five\""), "{text}");
    let markdown = run("markdown").out;
    assert!(markdown.contains("Policies not evaluated: ValidatingAdmissionPolicy/replicas"), "{markdown}");
    assert!(markdown.contains("against Deployment/shop/web: who applies it"), "{markdown}");
    let sarif = run("sarif").out;
    assert!(sarif.contains(&format!("A policy was not evaluated: {told}.")), "{sarif}");
}

/// A promotion of an application whose `plimsoll.yaml` names policies.
#[test]
fn plimsoll_yaml_names_policies() {
    let application = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec:\n  environments:\n  - {name: staging, path: staging}\n  - {name: production, path: production, policies: [policy/replicas.yaml]}\n  promotions:\n  - {from: staging, to: production, promote: ['Deployment.apps/*:spec.replicas']}\n";
    let sandbox = sandbox()
        .file("plimsoll.yaml", application)
        .file("staging/web.yaml", web(7))
        .file("production/web.yaml", web(3));
    let preview = ["preview", "--from", "staging", "--to", "production", "--format", "json"];
    let run = sandbox.run(&[&preview[..], &["--take", "Deployment.apps/shop/web:spec.replicas"]].concat());
    assert!(run.out.contains("at most five"), "{} {}", run.out, run.err);
}

/// One step of it takes gigabytes, and minutes: whoever reads the change waits for neither.
#[test]
fn a_policy_that_takes_too_much_is_ended_and_the_run_goes_on() {
    let greedy = "package main\nimport rego.v1\ndeny contains msg if { count(numbers.range(1, 4000000000)) > 0; msg := \"never\" }\n";
    let sandbox = sandbox().file("greedy.rego", greedy).file("one.yaml", web(1));
    let risk = ["risk", "three.yaml", "one.yaml", "--policy", "greedy.rego"];
    let run = sandbox.run(&[&risk[..], &["--format", "json"]].concat());
    let document = follows("risk", &run);
    assert_eq!(run.code, 0);
    let findings = document["findings"].as_array().unwrap();
    let of = |rule: &str| findings.iter().find(|finding| finding["rule"] == rule);
    let ended = of("policy-not-evaluated").expect("a finding");
    let message = ended["message"].as_str().unwrap();
    assert!(
        message.starts_with(
            "Nobody knows what the policies say of this change: not evaluated, since the process that evaluates them was ended: it took more than "
        ),
        "{message}"
    );
    assert_eq!(ended["level"], "high");
    assert!(findings.len() > 1, "the rules have said nothing: {findings:?}");
    // Nothing else of this change is high.
    let gated = ["risk", "three.yaml", "seven.yaml", "--fail-on", "high"];
    assert_eq!(sandbox.run(&gated).code, 0);
    assert_eq!(sandbox.run(&[&gated[..], &["--policy", "greedy.rego"]].concat()).code, 2);
}

/// What every program of ours starts for policies: the job goes in, the verdicts come out.
#[test]
fn the_process_for_policies_answers_a_job() {
    let job = r#"{"files": [{"path": "a.rego", "text": "package main\nimport rego.v1\ndeny contains \"no\" if true"}], "before": null, "namespace": null,
        "after": [{"key": {"group": "", "kind": "ConfigMap", "namespace": null, "name": "a"}, "api_version": "v1",
                   "value": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}}]}"#;
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("evaluate-policies")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(job.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["verdicts"][0]["outcome"], serde_json::json!({"outcome": "refuses", "text": "no"}));
}
