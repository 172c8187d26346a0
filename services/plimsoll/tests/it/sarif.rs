//! `--format sarif`, held against the schema that OASIS publishes.

use jsonschema::Validator;
use serde_json::Value;

use crate::sandbox::{Run, Sandbox, deployment, workspace};

fn schema() -> Validator {
    let path = workspace().join("services/plimsoll/tests/it/sarif/sarif-2.1.0.schema.json");
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    // As published it is no regular expression of ECMA 262 (`]?` closes nothing); we write no language.
    for definition in schema["definitions"].as_object_mut().unwrap().values_mut() {
        if let Some(language) = definition.pointer_mut("/properties/language") {
            language.as_object_mut().unwrap().remove("pattern");
        }
    }
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn log(run: &Run) -> Value {
    let log = run.json();
    let errors: Vec<String> =
        schema().iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    log
}

fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().unwrap()
}

#[track_caller]
fn of_rule<'l>(log: &'l Value, rule: &str) -> &'l Value {
    let found = results(log).iter().find(|result| result["ruleId"] == rule);
    found.unwrap_or_else(|| panic!("no {rule} in {:#?}", results(log)))
}

fn region(result: &Value) -> (&str, [Option<u64>; 3]) {
    let place = &result["locations"][0]["physicalLocation"];
    let region = ["startLine", "startColumn", "endLine"].map(|field| place["region"][field].as_u64());
    (place["artifactLocation"]["uri"].as_str().unwrap(), region)
}

const IMAGE: &str = "image-unpinned";

/// `deployment` has the image on line 13: `        image: shop/web:latest`.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new()
        .file("before/web.yaml", deployment("web", "shop/web:1.4"))
        .file("before/old.yaml", deployment("old", "shop/old:1"))
        .file("deploy/after/web.yaml", format!("# the shop\n{}", deployment("web", "shop/web:latest")));
    sandbox.commit();
    sandbox
}

#[test]
fn a_result_has_its_rule_its_place_and_its_lines() {
    let run = sandbox().run(&["risk", "before", "deploy/after", "--format", "sarif"]);
    let log = log(&run);
    let result = of_rule(&log, IMAGE);
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][index];
    assert_eq!(rule["id"], IMAGE);
    assert!(rule["helpUri"].as_str().unwrap().starts_with("https://"));
    assert!(rule["properties"]["tags"].as_array().unwrap().iter().any(|tag| tag == "supply-chain"));
    // A comment before it; `        image` starts in column 9.
    assert_eq!(region(result), ("deploy/after/web.yaml", [Some(14), Some(9), None]));
    let place = "Deployment.apps/web:spec.template.spec.containers[name=web].image";
    assert_eq!(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], place);
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    assert!(
        result["properties"]["equivalents"]
            .as_array()
            .unwrap()
            .iter()
            .any(|check| check == "kube-linter/latest-tag")
    );
    let level = result["properties"]["riskLevel"].as_str().unwrap();
    let expected = match level {
        "critical" | "high" => "error",
        "medium" => "warning",
        _ => "note",
    };
    assert_eq!(result["level"], expected);
}

/// From a subdirectory, paths are still those of the repository.
#[test]
fn paths_are_from_the_root_of_the_repository() {
    let run = sandbox().run_in("deploy", &["risk", "../before", "after", "--format", "sarif"]);
    assert_eq!(region(of_rule(&log(&run), IMAGE)).0, "deploy/after/web.yaml");
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let sandbox = sandbox();
    let prints = || {
        let log = log(&sandbox.run(&["risk", "before", "deploy/after", "--format", "sarif"]));
        let prints: Vec<Value> =
            results(&log).iter().map(|result| result["partialFingerprints"].clone()).collect();
        (prints, region(of_rule(&log, IMAGE)).1[0])
    };
    let (before, line) = prints();
    sandbox
        .put("deploy/after/web.yaml", format!("# more\n# lines\n\n{}", deployment("web", "shop/web:latest")));
    let (after, moved) = prints();
    assert_eq!((before, line, moved), (after.clone(), Some(14), Some(16)));
    let mut distinct: Vec<String> = after.iter().map(ToString::to_string).collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), after.len());
}

#[test]
fn what_is_waived_is_suppressed_and_what_was_not_evaluated_is_said() {
    let sandbox = sandbox();
    let waiver = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec:\n  environments: [{name: before, path: before}]\n  waivers:\n  - {rule: image-unpinned, place: Deployment/web, reason: it is known, who: ana, until: 2999-12-31}\n  - {rule: image-unpinned, place: Deployment/web, reason: it was known, who: bob, until: 2020-12-31}\n";
    sandbox.put("plimsoll.yaml", waiver);
    let run = sandbox.run(&["risk", "before", "deploy/after", "--format", "sarif", "--fail-on", "low"]);
    let log = log(&run);
    let suppression = &of_rule(&log, IMAGE)["suppressions"][0];
    assert_eq!((&suppression["kind"], &suppression["status"]), (&"external".into(), &"accepted".into()));
    assert_eq!(suppression["justification"], "it is known, by ana until 2999-12-31 (plimsoll.yaml)");
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["exitCode"].as_i64(), Some(i64::from(run.code)));
    let notes: Vec<&str> = invocation["toolExecutionNotifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["descriptor"]["id"].as_str().unwrap())
        .collect();
    assert!(notes.contains(&"not-evaluated") && notes.contains(&"waiver-without-effect"), "{notes:?}");
}

#[test]
fn of_an_overlay_it_is_the_file_that_sets_the_field() {
    let overlay =
        |tag: &str| format!("resources: [../../base]\nimages:\n- name: shop/web\n  newTag: {tag}\n");
    let sandbox = Sandbox::new()
        .file("base/kustomization.yaml", "resources: [web.yaml]\n")
        .file("base/web.yaml", deployment("web", "shop/web"))
        .file("overlays/staging/kustomization.yaml", overlay("latest"))
        .file("overlays/production/kustomization.yaml", overlay("\"1.4\""));
    sandbox.commit();
    let log = log(&sandbox.run(&["risk", "overlays/production", "overlays/staging", "--format", "sarif"]));
    let (file, [line, ..]) = region(of_rule(&log, IMAGE));
    assert_eq!((file, line), ("overlays/staging/kustomization.yaml", Some(4)));
}

/// A preview names the target's files: as they are before the edit, and after one that is written.
#[test]
fn a_preview_names_the_targets_files() {
    let sandbox = Sandbox::new()
        .file("staging/web.yaml", deployment("web", "shop/web:latest"))
        .file("production/web.yaml", format!("# ours\n{}", deployment("web", "shop/web:1.4")));
    sandbox.commit();
    let preview = ["preview", "--from", "staging", "--to", "production", "--format"];
    let log_of = |more: &[&str]| log(&sandbox.run(&[&preview[..], more].concat()));
    let log = log_of(&["sarif"]);
    assert_eq!(region(of_rule(&log, IMAGE)), ("production/web.yaml", [Some(14), Some(9), None]));
    assert_eq!(log["runs"][0]["automationDetails"]["id"], "plimsoll/preview/staging/production/");
    let document = sandbox.run(&[&preview[..], &["json"]].concat()).json();
    let found = document["findings"].as_array().unwrap().iter().find(|one| one["rule"] == IMAGE).unwrap();
    let text = sandbox.run(&["preview", "--from", "staging", "--to", "production"]).out;
    assert_eq!(
        (&found["location"]["file"], &found["location"]["line"]),
        (&"production/web.yaml".into(), &14.into())
    );
    assert!(text.contains("(production/web.yaml:14)"), "{text}");
    let written = log_of(&["sarif", "--write"]);
    assert_eq!(region(of_rule(&written, IMAGE)), ("production/web.yaml", [Some(14), Some(9), None]));
}

/// GitHub shows nothing in a file that the commit does not have: until the edit is written, the closest file stands for it.
#[test]
fn a_file_that_is_not_written_yet_is_stood_in_for() {
    let sandbox = Sandbox::new()
        .file("staging/web.yaml", deployment("web", "shop/web:1.4"))
        .file("staging/mail.yaml", deployment("mail", "shop/mail:latest"))
        .file("production/web.yaml", deployment("web", "shop/web:1.4"));
    sandbox.commit();
    let preview = [
        "preview",
        "--from",
        "staging",
        "--to",
        "production",
        "--take",
        "Deployment.apps/mail",
        "--format",
        "sarif",
    ];
    let planned = log(&sandbox.run(&preview));
    let result = of_rule(&planned, IMAGE);
    assert_eq!(region(result), ("production/web.yaml", [None, None, None]));
    let properties = &result["locations"][0]["properties"];
    assert_eq!((&properties["exists"], &properties["uri"]), (&false.into(), &"production/mail.yaml".into()));
    let written = log(&sandbox.run(&[&preview[..], &["--write"]].concat()));
    let result = of_rule(&written, IMAGE);
    assert_eq!(region(result).0, "production/mail.yaml");
    assert!(region(result).1[0].is_some() && result["locations"][0]["properties"].is_null());
}

#[test]
fn many_previews_are_a_run_each() {
    let sandbox = Sandbox::new();
    for name in ["api", "web"] {
        sandbox.put(&format!("apps/{name}/overlays/staging/kustomization.yaml"), "resources: [web.yaml]\n");
        sandbox.put(&format!("apps/{name}/overlays/staging/web.yaml"), deployment(name, "shop/x:latest"));
        sandbox
            .put(&format!("apps/{name}/overlays/production/kustomization.yaml"), "resources: [web.yaml]\n");
        sandbox.put(&format!("apps/{name}/overlays/production/web.yaml"), deployment(name, "shop/x:1"));
    }
    sandbox.commit();
    let run =
        sandbox.run(&["preview", "--all", "--from", "staging", "--to", "production", "--format", "sarif"]);
    let log = log(&run);
    let ids: Vec<&str> = log["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["automationDetails"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["plimsoll/preview/api/staging/production/", "plimsoll/preview/web/staging/production/"]);
}

/// A name, an annotation and an image that would be links and mark-up.
#[test]
fn nothing_of_a_manifest_is_a_link() {
    let evil = "\"shop/web](http://evil.example):latest\"";
    let sandbox = Sandbox::new()
        .file("before/web.yaml", deployment("web", "shop/web:1"))
        .file("after/web.yaml", deployment("web", evil));
    let run = sandbox.run(&["risk", "before", "after", "--format", "sarif"]);
    let log = log(&run);
    for result in results(&log) {
        assert!(!result["message"]["text"].as_str().unwrap().contains("]("), "{result}");
    }
}
