//! The JSON of every verb follows its published schema.

use jsonschema::{Retrieve, Uri, Validator};
use serde_json::Value;

use crate::sandbox::{Run, Sandbox, deployment, workspace};

/// Finds the schemas that a schema refers to beside it.
struct Beside;

impl Retrieve for Beside {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let name = uri.as_str().rsplit('/').next().unwrap_or_default();
        let text = std::fs::read_to_string(workspace().join("schemas/json").join(name))?;
        Ok(serde_json::from_str(&text)?)
    }
}

fn schema(verb: &str) -> Validator {
    let path = workspace().join(format!("schemas/json/{verb}.schema.json"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::options().with_retriever(Beside).build(&schema).unwrap()
}

#[track_caller]
pub(crate) fn follows(verb: &str, run: &Run) -> Value {
    let document = run.json();
    let errors: Vec<String> =
        schema(verb).iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{verb}: {errors:#?}");
    document
}

const ODD: &str = "apiVersion: db.example/v1\nkind: Postgres\nmetadata: {name: main, namespace: data}\n";

fn sandbox() -> Sandbox {
    let quantity = deployment("same", "a:1").replace("500m", "0.5");
    Sandbox::new()
        .file("before/a.yaml", format!("{}---\n{}", deployment("web", "a:1"), deployment("same", "a:1")))
        .file("before/old.yaml", ODD)
        .file(
            "after/a.yaml",
            format!("{}---\n{quantity}", deployment("web", "a:latest").replace("replicas: 2", "replicas: 1")),
        )
        .file("after/new.yaml", deployment("new", "b:1"))
}

#[test]
fn of_diff() {
    let run = sandbox().run(&["diff", "before", "after", "--format", "json"]);
    let document = follows("diff", &run);
    assert_eq!(document["diff_summary"]["added"][0], "deployment/new");
    assert_eq!(document["diff_summary"]["removed"][0], "postgres/main");
    assert_eq!(document["diff_summary"]["modified"][0], "deployment/web");
    assert_eq!(document["suppressed"][0]["reason"], "equal-quantity");
    follows("diff", &sandbox().run(&["diff", "before", "before", "--format", "json"]));
}

const RENAMED: &str = "{apiVersion: v1, kind: Service, metadata: {name: NAME}, spec: {type: ClusterIP, ports: [{port: 80, targetPort: http}], selector: {app: web}}}";

/// A file in a ConfigMap with a hash in its name, a reference to it, a renamed Service, another order of arguments.
fn called_differently() -> Sandbox {
    let state = |hash: &str, port: u16, name: &str, args: &str| {
        let map = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: app-{hash}}}\ndata:\n  app.yaml: |\n    port: {port}\n    host: a\n"
        );
        let pod = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: 'a:1', args: {args}, envFrom: [{{configMapRef: {{name: app-{hash}}}}}]}}]}}\n"
        );
        format!("{map}---\n{pod}---\n{}\n", RENAMED.replace("NAME", name))
    };
    Sandbox::new()
        .file("before/a.yaml", state("6f7d5g2h9k", 80, "web", "[--a, --b]"))
        .file("after/a.yaml", state("c4d4f4g4h4", 81, "store", "[--b, --a]"))
}

#[test]
fn of_diff_with_objects_that_are_called_differently() {
    let document =
        follows("diff", &called_differently().run(&["diff", "before", "after", "--format", "json"]));
    let how: Vec<_> = document["matched"].as_array().unwrap().iter().map(|one| &one["how"]).collect();
    assert_eq!(how, ["hash-suffix", "renamed"]);
    assert_eq!(document["changes"][0]["inside"]["changes"][0]["place"], "port");
    assert_eq!(document["changes"][2]["op"], "reorder");
    assert_eq!(document["changes"][3]["follows"], "configmap/app-c4d4f4g4h4");
    let text = called_differently().run(&["diff", "before", "after"]).out;
    for line in [
        "~ data[\"app.yaml\"]: 1 place inside differs",
        "~ port: 80 → 81",
        "args (order): [--a, --b] → [--b, --a]",
        "(follows configmap/app-c4d4f4g4h4)",
        "Service/web → Service/store: renamed, 100 % alike; a new object is created and the old one deleted",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn of_diff_in_a_namespace() {
    let sandbox = Sandbox::new()
        .file("before/a.yaml", RENAMED.replace("NAME", "web"))
        .file("after/a.yaml", RENAMED.replace("name: NAME", "name: web, namespace: shop"));
    let arguments = ["diff", "before", "after", "--format", "json", "--namespace", "shop"];
    let document = follows("diff", &sandbox.run(&arguments));
    assert_eq!(document["suppressed"][0]["reason"], "given-namespace");
    assert_eq!(document["changes"].as_array().unwrap().len(), 0);
}

#[test]
fn of_a_filtered_diff() {
    let run =
        sandbox().run(&["diff", "before", "after", "--format", "json", "--filter", "*/*:spec.replicas"]);
    let document = follows("diff", &run);
    // web's image and the containers' quantities are hidden; new and old objects hold the place.
    assert_eq!(document["hidden"]["changes"], 1, "{document:#}");
    assert_eq!(document["changes"].as_array().unwrap().len(), 3, "{document:#}");
}

#[test]
fn of_json_patch() {
    let run = sandbox().run(&["diff", "before", "after", "--format", "json-patch"]);
    let document = follows("json-patch", &run);
    let actions: Vec<_> =
        document.as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["create", "patch", "patch", "delete"], "{document:#}");
    follows("json-patch", &sandbox().run(&["diff", "before", "before", "--format", "json-patch"]));
}

#[test]
fn of_cost() {
    follows("cost", &sandbox().run(&["cost", "before", "after", "--format", "json"]));
    follows("cost", &sandbox().run(&["cost", "after", "--format", "json", "--node-count", "3"]));
}

#[test]
fn of_risk() {
    let document = follows("risk", &sandbox().run(&["risk", "before", "after", "--format", "json"]));
    assert_ne!(document["risk_level"], "none");
    follows("risk", &sandbox().run(&["risk", "after", "--format", "json"]));
}

/// Two states alike: a change of nothing has no finding, and everything that is there is told when it is asked for.
#[test]
fn the_profile_says_what_is_told() {
    let told = |arguments: &[&str], verb: &str| {
        let document = follows(verb, &sandbox().run(&[arguments, &["--format", "json"]].concat()));
        let findings = document["findings"].as_array().unwrap().len();
        (document["profile"].as_str().unwrap().to_owned(), findings)
    };
    assert_eq!(told(&["risk", "after", "after"], "risk"), ("changed".to_owned(), 0));
    let (profile, findings) = told(&["risk", "after", "after", "--profile", "all"], "risk");
    assert!(profile == "all" && findings > 0, "{profile} {findings}");
    let preview = ["preview", "--from", "after", "--to", "after"];
    assert_eq!(told(&preview, "preview"), ("changed".to_owned(), 0));
    let (profile, findings) = told(&[&preview[..], &["--profile", "all"]].concat(), "preview");
    assert!(profile == "all" && findings > 0, "{profile} {findings}");
}

#[test]
fn of_preview() {
    let sandbox = sandbox();
    let preview = ["preview", "--from", "after", "--to", "before", "--format", "json"];
    let document = follows("preview", &sandbox.run(&preview));
    assert!(document.get("patch").is_none() && document["base"].is_null());
    let with = |more: &[&str]| follows("preview", &sandbox.run(&[&preview[..], more].concat()));
    let patched = with(&["--patch", "--base", "before"]);
    assert!(patched["patch"].as_str().unwrap().starts_with("--- a/before/a.yaml\n"), "{patched}");
    assert!(with(&["--rendered"])["rendered"].as_array().unwrap().len() > 1);
}

/// The documents of the issue that asked for them.
#[test]
fn have_at_least_the_fields_that_were_asked_for() {
    let sandbox = sandbox();
    let cost = sandbox.run(&["cost", "before", "after", "--format", "json"]).json();
    for field in ["baseline", "projected", "delta"] {
        let shown = cost["estimated_cost"][field].to_string();
        assert!(
            shown.parse::<f64>().is_ok() && shown.split('.').nth(1).is_none_or(|part| part.len() <= 2),
            "{shown}"
        );
    }
    assert_eq!(cost["estimated_cost"]["currency"], "USD");
    assert!(cost["objects"].is_array());
    let risk = sandbox.run(&["risk", "before", "after", "--format", "json"]).json();
    for field in ["rule", "level", "object", "path", "before", "after", "message", "source"] {
        assert!(risk["findings"][0].get(field).is_some(), "{field}");
    }
    let preview = sandbox.run(&["preview", "--from", "after", "--to", "before", "--format", "json"]).json();
    for field in ["diff", "diff_summary", "estimated_cost", "risk_level", "findings", "explanation", "plan"] {
        assert!(preview.get(field).is_some(), "{field}");
    }
}

#[test]
fn of_impact() {
    let kustomization = "resources: [../../base]\n";
    let sandbox = Sandbox::new();
    for (root, tag) in [("before", 1), ("after", 2)] {
        sandbox.put(&format!("{root}/base/kustomization.yaml"), "resources: [web.yaml]\n");
        sandbox.put(&format!("{root}/base/web.yaml"), deployment("web", &format!("web:{tag}")));
        sandbox.put(&format!("{root}/overlays/staging/kustomization.yaml"), kustomization);
    }
    sandbox.put("before/overlays/old/kustomization.yaml", kustomization);
    sandbox.put("after/overlays/new/kustomization.yaml", kustomization);
    let run = sandbox.run_in("after", &["impact", "--before", "../before", "--format", "json"]);
    let document = follows("impact", &run);
    for (list, name) in [("created", "new"), ("deleted", "old"), ("changed", "staging")] {
        assert_eq!(document[list][0]["environment"], name, "{document}");
    }
    let text = sandbox.run_in("after", &["impact", "--before", "../before"]).out;
    assert!(text.contains("1 environment changed, 1 environment created, 1 environment deleted"), "{text}");
}
