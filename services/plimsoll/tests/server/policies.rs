//! Users' policies on a server: in a process of their own, which may end.

use serde_json::{Value, json};

use crate::flow::{Shop, id};

const DENY: &str = "package main\nimport rego.v1\ndeny contains msg if { endswith(input.spec.template.spec.containers[_].image, \":1.2.0\"); msg := \"not now\" }\n";

/// One step of it takes gigabytes.
const GREEDY: &str = "package main\nimport rego.v1\ndeny contains msg if { count(numbers.range(1, 4000000000)) > 0; msg := \"never\" }\n";

fn of_rule<'p>(preview: &'p Value, rule: &str) -> Vec<&'p Value> {
    let findings = preview["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["rule"] == rule).collect()
}

#[test]
fn a_policy_that_takes_too_much_is_ended_and_the_preview_goes_on() {
    let shop = Shop::open(&[]);
    let mut application = shop.repository.application("shop", 1);
    application["spec"]["policies"] = json!(["policy"]);
    shop.repository.write("plimsoll.yaml", &application.to_string());
    shop.repository.write("policy/deny.rego", DENY);
    shop.repository.publish("A policy");
    let refused = shop.preview();
    let found = of_rule(&refused, "policy-refuses");
    assert_eq!(found[0]["message"], "deny in policy/deny.rego refuses it: \"not now\"");
    shop.repository.write("policy/deny.rego", GREEDY);
    shop.repository.publish("A policy that takes too much");
    let preview = shop.preview();
    assert_ne!(id(&preview), id(&refused));
    let found = of_rule(&preview, "policy-not-evaluated");
    let [ended] = &found[..] else { panic!("{}", preview["findings"]) };
    let message = ended["message"].as_str().unwrap();
    assert!(message.contains("the process that evaluates them was ended: it took more than "), "{message}");
    assert_eq!((&ended["level"], &preview["risk_level"]), (&json!("high"), &json!("high")));
}
