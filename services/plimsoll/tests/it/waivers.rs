//! Findings that somebody has accepted, in the `plimsoll.yaml` of the target.

use serde_json::Value;

use crate::sandbox::{Sandbox, deployment};
use crate::schemas::follows;

const RULE: &str = "image-unpinned";

fn application(waivers: &str) -> String {
    format!(
        "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  environments:\n  - {{name: staging, path: staging}}\n  - {{name: production, path: production}}\n{waivers}"
    )
}

fn waiver(rule: &str, place: &str, until: &str) -> String {
    format!(
        "  waivers:\n  - {{rule: {rule}, place: \"{place}\", reason: the registry has no tags yet, who: ana, until: {until}}}\n"
    )
}

/// Staging has an image that may be another one tomorrow.
fn shop() -> Sandbox {
    Sandbox::new()
        .file("plimsoll.yaml", application(""))
        .file("staging/web.yaml", deployment("web", "shop/web:latest"))
        .file("production/web.yaml", deployment("web", "shop/web:1.4"))
}

const PREVIEW: [&str; 5] = ["preview", "--from", "staging", "--to", "production"];

fn json(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    follows("preview", &sandbox.run(&[arguments, &["--format", "json"]].concat()))
}

fn rules(document: &Value) -> Vec<String> {
    let findings = document["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

fn waived(document: &Value) -> Vec<String> {
    let waived = document["waived"].as_array().into_iter().flatten();
    waived.map(|one| one["finding"]["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_gate_sees_what_is_not_waived() {
    let sandbox = shop();
    let plain = json(&sandbox, &PREVIEW);
    assert!(rules(&plain).contains(&RULE.to_owned()), "{:?}", rules(&plain));
    let gated = [&PREVIEW[..], &["--fail-on", plain["risk_level"].as_str().unwrap()]].concat();
    assert_eq!(sandbox.run(&gated).code, 2);

    sandbox.put("plimsoll.yaml", application(&waiver("\"*\"", "Deployment/web", "2999-12-31")));
    let waived_now = json(&sandbox, &PREVIEW);
    assert_eq!((&waived_now["risk_level"], rules(&waived_now).len()), (&Value::from("none"), 0));
    assert_eq!(waived(&waived_now), rules(&plain));
    assert_eq!(waived_now["waived"][0]["waiver"]["origin"], "application");
    let run = sandbox.run(&gated);
    assert_eq!(run.code, 0, "{run:?}");
    let line = "of the registry";
    assert!(!run.out.contains(line));
    assert!(
        run.out.contains("by ana until 2999-12-31 (plimsoll.yaml): the registry has no tags yet"),
        "{}",
        run.out
    );
    let page = sandbox.run(&[&PREVIEW[..], &["--format", "markdown"]].concat()).out;
    assert!(page.contains("<details><summary>Waived: ") && page.contains("| ana | 2999-12-31 |"), "{page}");
}

#[test]
fn a_waiver_that_has_ended_does_not_count_and_is_said() {
    let sandbox = shop();
    sandbox.put("plimsoll.yaml", application(&waiver(RULE, "Deployment/web", "2020-01-31")));
    let document = json(&sandbox, &PREVIEW);
    assert!(rules(&document).contains(&RULE.to_owned()) && waived(&document).is_empty());
    assert_eq!(
        (&document["waivers_idle"][0]["why"], &document["waivers_idle"][0]["findings"]),
        (&"ended".into(), &1.into())
    );
    let text = sandbox.run(&PREVIEW).out.replace('\n', " ");
    let sentence =
        format!("The waiver of {RULE} at Deployment/web by ana ended on 2020-01-31: 1 finding counts again.");
    assert!(text.contains(&sentence), "{text}");
}

#[test]
fn a_waiver_of_another_environment_does_not_count() {
    let sandbox = shop();
    let staging = waiver(RULE, "Deployment/web", "2999-12-31").replace("who:", "environment: staging, who:");
    sandbox.put("plimsoll.yaml", application(&staging));
    assert!(waived(&json(&sandbox, &PREVIEW)).is_empty());
    sandbox.put(
        "plimsoll.yaml",
        application(&staging.replace("environment: staging", "environment: production")),
    );
    assert_eq!(waived(&json(&sandbox, &PREVIEW)), [RULE]);
}

/// The branch that brings the risk brings a waiver of it too. What counts is the file of the target's commit, whatever lies
/// in the working tree; once the waiver is on the target's branch, it counts.
#[test]
fn what_is_promoted_cannot_waive_its_own_risk() {
    let sandbox = shop().file("staging/web.yaml", deployment("web", "shop/web:1.4"));
    sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "-b", "feature"]);
    sandbox.put("staging/web.yaml", deployment("web", "shop/web:latest"));
    sandbox.put("plimsoll.yaml", application(&waiver(RULE, "Deployment/web", "2999-12-31")));
    sandbox.git(&["commit", "--quiet", "--all", "-m", "latest, and a waiver of it"]);

    let across = ["preview", "--from", "git+.//staging@feature", "--to", "git+.//production@main"];
    for branch in ["feature", "main"] {
        sandbox.git(&["checkout", "--quiet", branch]);
        let document = json(&sandbox, &across);
        assert!(rules(&document).contains(&RULE.to_owned()), "{branch}: {:?}", rules(&document));
        assert!(waived(&document).is_empty(), "{branch}");
    }
    let local = ["preview", "--from", "git+.//staging@feature", "--to", "production"];
    assert!(waived(&json(&sandbox, &local)).is_empty());

    sandbox.git(&["checkout", "--quiet", "feature", "--", "plimsoll.yaml"]);
    sandbox.git(&["commit", "--quiet", "--all", "-m", "the waiver, reviewed"]);
    assert_eq!(waived(&json(&sandbox, &across)), [RULE]);
    assert_eq!(waived(&json(&sandbox, &local)), [RULE]);
}

/// The same holds of two states: the waivers are those of the state before.
#[test]
fn a_change_cannot_waive_its_own_risk() {
    let sandbox = shop();
    sandbox.commit();
    sandbox.put("production/web.yaml", deployment("web", "shop/web:latest"));
    sandbox.put("plimsoll.yaml", application(&waiver(RULE, "Deployment/web", "2999-12-31")));
    let risk = |before: &str| {
        let run = sandbox.run(&["risk", before, "production", "--format", "json"]);
        follows("risk", &run)
    };
    assert!(waived(&risk("git+.//production@main")).is_empty());
    sandbox.git(&["commit", "--quiet", "--all", "-m", "both"]);
    sandbox.put("production/web.yaml", deployment("web", "shop/web:1.4"));
    sandbox.git(&["commit", "--quiet", "--all", "-m", "back"]);
    sandbox.put("production/web.yaml", deployment("web", "shop/web:latest"));
    assert_eq!(waived(&risk("git+.//production@main")), [RULE]);
}
