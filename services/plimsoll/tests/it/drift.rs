//! `preview --live`: what the cluster has otherwise than the target's files.

use serde_json::Value;

use crate::sandbox::{Sandbox, deployment};
use crate::schemas::follows;

/// Production as `kubectl get -A -o yaml` shows it: somebody has scaled it and set an image by hand; another application
/// runs beside it. The ConfigMap of the files is not there.
fn live() -> String {
    let web = deployment("web", "a:hotfix").replace("replicas: 2", "replicas: 5");
    let item = |manifest: &str, namespace: &str| {
        let manifest = manifest.replace("metadata:\n", &format!("metadata:\n  namespace: {namespace}\n"));
        let lines: Vec<String> = manifest.lines().map(|line| format!("  {line}")).collect();
        format!("- {}\n", lines.join("\n").trim_start())
    };
    let other = deployment("other", "o:1");
    let elsewhere = deployment("web", "z:9");
    format!(
        "apiVersion: v1\nkind: List\nitems:\n{}{}{}",
        item(&web, "shop"),
        item(&other, "shop"),
        item(&elsewhere, "test")
    )
}

const APPLICATION: &str = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: web}\nspec:\n  environments:\n  - {name: staging, path: staging, namespace: shop-staging}\n  - {name: production, path: production, namespace: shop}\n";

fn sandbox() -> Sandbox {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: info}\n";
    Sandbox::new()
        .file("plimsoll.yaml", APPLICATION)
        .file("staging/web.yaml", deployment("web", "a:2"))
        .file("staging/map.yaml", map)
        .file("production/web.yaml", deployment("web", "a:1"))
        .file("production/map.yaml", map)
        .file("live.yaml", live())
}

const PREVIEW: [&str; 7] = ["preview", "--from", "staging", "--to", "production", "--live", "live.yaml"];

/// Three places drifted: the ConfigMap is not live, the image and the replicas are others. The promotion writes the image.
#[test]
fn drift_stands_apart_and_what_is_written_over_is_marked() {
    let run = sandbox().run(&[&PREVIEW[..], &["--format", "json"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let document = follows("preview", &run);
    let drift = document["drift"]["changes"].as_array().unwrap();
    let told: Vec<(&str, &str, &Value, &Value, bool)> = drift
        .iter()
        .map(|one| {
            let text = |value: &'_ Value| value.as_str().unwrap().to_owned();
            assert_eq!(text(&one["object"]["namespace"]), "shop");
            let kind = one["object"]["kind"].as_str().unwrap();
            (kind, one["path"].as_str().unwrap(), &one["live"], &one["files"], one["written_over"] == true)
        })
        .collect();
    let image = "spec.template.spec.containers[name=web].image";
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!((told[0].0, told[0].1, told[0].4), ("ConfigMap", "", false));
    assert_eq!(told[1], ("Deployment", "spec.replicas", &Value::from(5), &Value::from(2), false));
    assert_eq!(told[2], ("Deployment", image, &Value::from("a:hotfix"), &Value::from("a:1"), true));
    let found: Vec<&Value> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "drift-is-written-over")
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["path"], image);
    // The promotion itself is the same as without the snapshot.
    let without = sandbox().run(&[&PREVIEW[..5], &["--format", "json"]].concat()).json();
    assert_eq!(document["plan"], without["plan"]);
    assert_eq!(document["diff"], without["diff"]);
    assert_eq!(without["drift"], Value::Null);
}

#[test]
fn it_has_a_section_in_text_and_in_markdown() {
    let text = sandbox().run(&PREVIEW).out;
    assert!(
        text.contains(
            "\nDrift, live against the target's files: 3 places\n  ! ConfigMap/shop/settings is not live\n"
        ),
        "{text}"
    );
    let image = "Deployment/shop/web:spec.template.spec.containers[name=web].image";
    assert!(text.contains(&format!("  ! {image}  <- the promotion writes this\n")), "{text}");
    assert!(
        text.contains("  ! Deployment/shop/web:spec.replicas\n      live has 5, the files 2\n"),
        "{text}"
    );
    let page = sandbox().run(&[&PREVIEW[..], &["--format", "markdown"]].concat()).out;
    assert!(page.contains("#### Drift, live against the target's files: 3 places"), "{page}");
    assert!(page.contains("| `5` | `2` |") && page.contains("**writes this**"), "{page}");
}

#[test]
fn what_is_live_as_the_files_say_is_said_too() {
    let sandbox = sandbox();
    let namespaced = deployment("web", "a:1").replace("metadata:\n", "metadata:\n  namespace: shop\n");
    let map =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\ndata: {level: info}\n";
    sandbox.put("live.yaml", format!("{namespaced}---\n{map}"));
    let text = sandbox.run(&PREVIEW).out;
    assert!(text.contains("\nDrift: live is what the target's files say\n"), "{text}");
    assert!(!text.contains("the promotion writes this"), "{text}");
}

#[test]
fn no_secret_of_the_snapshot_is_shown() {
    let sandbox = sandbox();
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: key, namespace: shop}}\nstringData: {{token: {value}}}\n"
        )
    };
    sandbox.put("production/key.yaml", secret("canary-1"));
    sandbox.put("staging/key.yaml", secret("canary-1").replace("shop", "shop-staging"));
    sandbox.put(
        "live.yaml",
        secret("canary-2").replace("stringData", "data").replace("canary-2", "Y2FuYXJ5LTI="),
    );
    for format in ["text", "json", "markdown"] {
        let run = sandbox.run(&[&PREVIEW[..], &["--format", format]].concat());
        assert!(
            run.out.contains("key") && !run.out.contains("canary") && !run.out.contains("Y2FuYXJ5"),
            "{}",
            run.out
        );
    }
}
