//! `plimsoll rules`, and text that fits a screen.

use std::fmt::Write as _;

use crate::sandbox::{Sandbox, deployment};

#[test]
fn the_list_is_the_catalogue() {
    let sandbox = Sandbox::new();
    let all = sandbox.run(&["rules", "list", "--format", "json"]).json();
    let all = all.as_array().unwrap();
    assert!(all.len() >= 60, "{}", all.len());
    let text = sandbox.run(&["rules", "list"]).out;
    assert_eq!(text.lines().count(), all.len() + 1);
    for rule in all {
        assert!(text.contains(rule["id"].as_str().unwrap()), "{rule}");
    }
    let page = sandbox.run(&["rules", "list", "--format", "markdown"]).out;
    assert_eq!(page.lines().count(), all.len() + 2);
}

#[test]
fn the_list_is_filtered() {
    let sandbox = Sandbox::new();
    let list = |more: &[&str]| {
        let run = sandbox.run(&[&["rules", "list", "--format", "json"], more].concat());
        run.json().as_array().unwrap().clone()
    };
    let of_data = list(&["--group", "data"]);
    assert!(!of_data.is_empty() && of_data.iter().all(|rule| rule["group"] == "data"));
    assert_eq!(list(&["--group", "supply-chain"]), list(&["--group", "supply chain"]));
    let planned = list(&["--needs", "plan"]);
    assert!(!planned.is_empty() && planned.iter().all(|rule| rule["needs"] == "plan"));
    assert!(list(&["--needs", "none"]).iter().all(|rule| rule["needs"].is_null()));
    let critical = list(&["--level", "critical"]);
    assert!(!critical.is_empty() && critical.iter().all(|rule| rule["highest"] == "critical"));
    let wrong = sandbox.run(&["rules", "list", "--group", "dta"]);
    assert_eq!((wrong.code, wrong.error_code()), (1, "USAGE"));
    assert!(wrong.err.contains("availability, capacity, configuration, data"), "{}", wrong.err);
}

#[test]
fn a_rule_is_explained() {
    let sandbox = Sandbox::new();
    let text = sandbox.run(&["rules", "explain", "network-policy-removed"]).out;
    for part in [
        "network-policy-removed: security, medium",
        "fires: the last policy of running pods is removed",
        "does not: another policy selects the same pods",
        "equal to: kube-linter/non-isolated-pod",
        "medium: harm under conditions that the files do not show, or a safeguard lost",
        "its page: docs/rules/security.md#network-policy-removed",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let same = sandbox.run(&["rules", "explain", "kube-linter/non-isolated-pod"]).out;
    assert!(same.contains("network-policy-removed: security"), "{same}");
    let one = sandbox.run(&["rules", "explain", "network-policy-removed", "--format", "json"]).json();
    assert_eq!(one[0]["near_miss"], "another policy selects the same pods");
}

#[test]
fn a_wrong_name_is_answered_with_the_nearest() {
    let run = Sandbox::new().run(&["rules", "explain", "network-policy-remved"]);
    assert_eq!((run.code, run.error_code()), (1, "RULE_UNKNOWN"));
    assert!(run.err.contains("did you mean network-policy-removed?"), "{}", run.err);
    let far = Sandbox::new().run(&["rules", "explain", "qqqqqqqqqq"]);
    assert!(!far.err.contains("did you mean"), "{}", far.err);
}

#[test]
fn shells_complete_the_names() {
    let script = Sandbox::new().run(&["completions", "bash"]).out;
    assert!(script.contains("network-policy-removed"));
}

/// Two hundred workloads of which each has several findings.
#[test]
fn what_many_objects_have_in_common_fits_a_screen() {
    let many = |image: &str, more: &str| {
        let mut text = String::new();
        for n in 0..200 {
            let one = deployment(&format!("web-{n}"), image).replace("replicas: 2", more);
            let _ = write!(text, "---\n{one}");
        }
        text
    };
    let sandbox = Sandbox::new()
        .file("before/all.yaml", many("shop/web:1.4", "replicas: 3"))
        .file("after/all.yaml", many("other.example/web:latest", "replicas: 1"));
    let text = sandbox.run(&["risk", "before", "after"]).out;
    assert!(text.lines().count() <= 40, "{}\n{text}", text.lines().count());
    assert!(text.contains("and 199 more: "), "{text}");
    let whole = sandbox.run(&["risk", "before", "after", "--verbose"]).out;
    assert!(whole.contains("Deployment/web-117"), "{whole}");
    let document = sandbox.run(&["risk", "before", "after", "--format", "json"]).json();
    assert!(document["findings"].as_array().unwrap().len() >= 400);
    let preview = sandbox.run(&["preview", "--from", "after", "--to", "before"]).out;
    assert!(preview.lines().count() <= 60, "{}\n{preview}", preview.lines().count());
}
