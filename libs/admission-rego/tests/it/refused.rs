//! What reaches outside is refused, and what takes long ends.

use admission::Outcome;
use serde_json::json;

use crate::DEPLOYMENT;
use crate::conftest::run;

fn why(body: &str) -> String {
    let text = format!("package main\nimport rego.v1\ndeny contains msg if {{ {body} }}\n");
    let found = run(&[("p.rego", &text)], json!({}), "", DEPLOYMENT);
    match &found[..] {
        [one] => match &one.outcome {
            Outcome::NotEvaluated(why) | Outcome::RanOut(why) => why.clone(),
            other => panic!("{body}: {other:?}"),
        },
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn clock_chance_network_and_environment_are_not_there() {
    for (function, call) in [
        ("time.now_ns", "time.now_ns() > 0; msg := \"x\""),
        ("rand.intn", "rand.intn(\"a\", 5) >= 0; msg := \"x\""),
        (
            "http.send",
            "http.send({\"method\": \"get\", \"url\": \"http://localhost\"}).status_code == 200; msg := \"x\"",
        ),
        ("opa.runtime", "opa.runtime().env; msg := \"x\""),
        ("uuid.rfc4122", "msg := uuid.rfc4122(\"a\")"),
        ("net.lookup_ip_addr", "net.lookup_ip_addr(\"localhost\"); msg := \"x\""),
    ] {
        assert_eq!(why(call), format!("it calls the function {function}, which is not supported"));
    }
}

#[test]
fn loops_end_with_the_steps_and_take_as_many_each_time() {
    let loops = "some a in numbers.range(1, 1000); some b in numbers.range(1, 1000); some c in numbers.range(1, 1000); a + b + c == 0; msg := \"x\"";
    assert_eq!(why(loops), "it takes more than 1000000 steps");
}

#[test]
fn functions_that_reach_nowhere_are_there() {
    let text = r#"package main
import rego.v1
deny contains msg if {
  regex.match("^hello:[0-9]+$", input.spec.template.spec.containers[0].image)
  startswith(input.metadata.name, "hel")
  glob.match("*.example", ["."], "a.example")
  semver.compare("1.2.0", "1.10.0") == -1
  units.parse_bytes("1Ki") == 1024
  base64.encode("a") == "YQ=="
  msg := "all there"
}
"#;
    let found = run(&[("p.rego", text)], json!({}), "", DEPLOYMENT);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].outcome, Outcome::Refuses("all there".to_owned()));
}
