//! No output shows a secret.

use crate::sandbox::{Run, Sandbox};

/// Where secrets hide, each with a marker of its own. The other side of a comparison has other secrets in the same
/// places (`canarz` for `canary`), so that each of them differs.
const CANARIES: &str = include_str!("secrets/canaries.yaml");

const JSON: &str = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "json"}, "spec": {"containers": [
  {"name": "c", "image": "a:1", "env": [{"name": "DB_PASSWORD", "value": "canary-60"}, {"name": "L", "value": "1"}]}]}}"#;

/// What the source adds and the target has no more.
const ADDED: &str = "# password: canary-61\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: added}\ndata:\n  DB_PASSWORD: canary-62\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: added}\nstringData: {a: canary-63}\n";
const REMOVED: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: gone}\ndata:\n  DB_PASSWORD: canary-64\n";

/// What no output may hold.
const MARKERS: [&str; 6] = ["canary", "canarz", "Y2FuYXJ5", "Y2FuYXJ6", "c2lnbmF0dXJl", "AKIAIOSFODNN7"];

fn no_marker(run: &Run, what: &str) {
    for marker in MARKERS {
        for (stream, text) in [("stdout", &run.out), ("stderr", &run.err)] {
            let line = text.lines().find(|line| line.contains(marker));
            assert!(line.is_none(), "{what}: {marker} in {stream}: {}", line.unwrap_or_default());
        }
    }
}

fn sandbox() -> Sandbox {
    let other = |text: &str| {
        text.replace("canary", "canarz")
            .replace("Y2FuYXJ5", "Y2FuYXJ6")
            .replace("AKIAIOSFODNN7CANARYX", "AKIAIOSFODNN7CANARZX")
    };
    // The release: new images, a setting, an init container that has moved.
    let released = CANARIES.replace("a:1", "a:2").replace("value: info", "value: debug");
    let (migrate, rest) = released.split_once("      - name: warm").unwrap();
    let (head, migrate) = migrate.split_once("      - name: migrate").unwrap();
    let (warm, rest) = rest.split_once("      containers:").unwrap();
    let moved =
        format!("{head}      - name: warm{warm}      - name: migrate{migrate}      containers:{rest}");
    let commented = moved.replace(
        "        - {name: LEVEL, value: debug}\n",
        "        - {name: LEVEL, value: debug}\n        # its password: canary-65\n        - {name: ADDED, value: x}\n",
    );
    assert_ne!(moved, commented);
    let sandbox = Sandbox::new();
    for (directory, text) in
        [("before", CANARIES), ("base", CANARIES), ("after", &commented), ("moved", &moved)]
    {
        sandbox.put(&format!("{directory}/all.yaml"), text);
    }
    sandbox.put("other/all.yaml", other(&commented));
    sandbox.put("otherbase/all.yaml", other(CANARIES));
    for (directory, text) in [("before", JSON.to_owned()), ("base", JSON.to_owned()), ("other", other(JSON))]
    {
        sandbox.put(&format!("{directory}/pod.json"), text);
    }
    sandbox.put("after/pod.json", JSON.replace("a:1", "a:2"));
    sandbox.put("moved/pod.json", JSON);
    sandbox.put("otherbase/pod.json", other(JSON));
    for directory in ["after", "other"] {
        sandbox.put(&format!("{directory}/added.yaml"), ADDED);
    }
    for directory in ["before", "base", "otherbase"] {
        sandbox.put(&format!("{directory}/gone.yaml"), REMOVED);
    }
    sandbox
}

#[test]
fn there_are_many_places_and_each_has_its_own_marker() {
    // These stand in base64, and 03 with them.
    const ENCODED: [usize; 8] = [90, 91, 92, 93, 94, 95, 101, 113];
    let numbers = (1..=55).chain(80..=115).filter(|number| *number != 3 && !ENCODED.contains(number));
    for marker in numbers.map(|number| format!("canary-{number:02}")) {
        let ends = |at: usize| !CANARIES[at + marker.len()..].starts_with(|c: char| c.is_ascii_digit());
        assert_eq!(CANARIES.match_indices(&marker).filter(|(at, _)| ends(*at)).count(), 1, "{marker}");
    }
    assert!(CANARIES.matches("Y2FuYXJ5").count() > ENCODED.len());
}

#[test]
fn in_no_form_of_no_verb() {
    let sandbox = sandbox();
    for format in ["text", "json", "markdown"] {
        for verb in ["diff", "cost", "risk"] {
            for (before, after) in [("before", "after"), ("before", "other"), ("other", "before")] {
                let run = sandbox.run(&[verb, before, after, "--format", format]);
                assert_ne!(run.code, 1, "{run:?}");
                no_marker(&run, &format!("{verb} {before} {after} {format}"));
            }
        }
        let run = sandbox.run(&["risk", "after", "--format", format]);
        no_marker(&run, "risk after");
        for more in
            [&["--format", format][..], &["--show-suppressed"], &["--predicted"], &["--apply", "server"]]
        {
            let run = sandbox.run(&[&["diff", "--live", "before", "other"], more].concat());
            assert_ne!(run.code, 1, "{run:?}");
            no_marker(&run, &format!("--live {more:?}"));
        }
    }
}

#[test]
fn in_no_form_of_a_preview() {
    let sandbox = sandbox();
    for format in ["text", "json", "markdown"] {
        for (from, base) in [("after", "base"), ("other", "base"), ("other", "otherbase"), ("moved", "base")]
        {
            for more in
                [&["--verbose"][..], &["--rendered"], &["--patch"], &["--base"], &["--base", "--patch"]]
            {
                let mut arguments = vec!["preview", "--from", from, "--to", "before", "--format", format];
                for word in more {
                    arguments.push(word);
                    arguments.extend((*word == "--base").then_some(base));
                }
                let run = sandbox.run(&arguments);
                let refused = run.error_code() == "PATCH_SECRET";
                assert!(run.code != 1 || refused, "{run:?}");
                no_marker(&run, &arguments.join(" "));
            }
        }
    }
}

#[test]
fn in_no_error() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: canary-70\n";
    let pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    image: a:1\n";
    for (what, text) in [
        ("a key twice", format!("{secret}  a: canary-71\n")),
        ("a broken line", format!("{secret}  b: \"canary-72\n")),
        ("a tab", format!("{secret}\tb: canary-73\n")),
        ("no mapping", format!("{secret}  canary-74\n")),
        ("no object", "password: canary-75\n".to_owned()),
        ("an unknown alias", format!("{secret}  b: *canary-76\n")),
        ("an object twice", format!("{secret}---\n{secret}")),
        (
            "an invalid quantity",
            format!(
                "{pod}    resources: {{requests: {{cpu: many}}}}\n    env: [{{name: DB_PASSWORD, value: canary-77}}]\n"
            ),
        ),
    ] {
        let sandbox = Sandbox::new().file("bad/a.yaml", text).file("good/a.yaml", pod);
        for arguments in [
            &["diff", "bad", "good"][..],
            &["cost", "good", "bad"],
            &["risk", "bad"],
            &["preview", "--from", "bad", "--to", "good"],
            &["preview", "--from", "good", "--to", "bad"],
        ] {
            no_marker(&sandbox.run(arguments), what);
        }
    }
}

#[test]
fn in_no_error_about_what_is_beside_the_manifests() {
    let application = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: s}\nspec:\n  source: {repo: 'https://me:canary-78@git.example/x.git'}\n  password: canary-79\n";
    let sandbox = Sandbox::new()
        .file("good/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n")
        .file("application.yaml", application)
        .file("prices.json", "{\"password\": \"canary-121\",}")
        .file("short", "canary-122")
        .file("argo.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {helm: {parameters: [{name: password, value: canary-123}]}}, ignoreDifferences: canary-124}\n");
    let pair = ["diff", "good", "good"];
    for (more, refused) in [
        (&["--application", "application.yaml"][..], true),
        (&["--price-book", "prices.json", "--fail-above", "1"], true),
        (&["--redaction-key-file", "short"], true),
        (&["--argocd-application", "argo.yaml"], false),
    ] {
        let run = sandbox.run(&[&pair, more].concat());
        assert!(run.code == 1 || !refused, "{more:?}: {run:?}");
        no_marker(&run, &format!("{more:?}"));
    }
    let remote = "git+http://me:canary-120@127.0.0.1:1/x.git//p@main";
    let run = sandbox.run(&["diff", "good", remote]);
    assert_eq!(run.code, 1, "{run:?}");
    no_marker(&run, "a repository that does not answer");
}

#[test]
fn a_comment_with_a_secret_is_not_written() {
    let sandbox = sandbox();
    let run = sandbox.run(&["preview", "--from", "after", "--to", "before", "--base", "base", "--write"]);
    no_marker(&run, "--write");
    for file in ["before/all.yaml", "before/added.yaml"] {
        let text = std::fs::read_to_string(sandbox.path().join(file)).unwrap_or_default();
        for marker in ["canary-61", "canary-62", "canary-63", "canary-65"] {
            assert!(!text.contains(marker), "{marker} in {file}");
        }
    }
}

#[test]
fn a_secret_that_moves_within_its_file_is_masked_in_json() {
    let sandbox = sandbox();
    let arguments = ["preview", "--from", "moved", "--to", "before", "--base", "base", "--format", "json"];
    let plan = sandbox.run(&arguments).json()["plan"].clone();
    let edits = plan["edits"].as_array().unwrap();
    let splices: Vec<_> = edits.iter().flat_map(|edit| edit["splices"].as_array().unwrap()).collect();
    let masked: Vec<_> = splices.iter().filter(|splice| splice["masked"] == true).collect();
    assert!(!masked.is_empty(), "{plan:#}");
    for splice in masked {
        assert!(splice["text"].as_str().unwrap().contains("(secret "), "{splice}");
    }
}

#[test]
fn marks_compare_within_a_run_and_between_runs_only_under_a_key() {
    let sandbox = sandbox().file("key", "0123456789abcdef").file("short", "0123");
    let diff = |more: &[&str]| sandbox.run(&[&["diff", "before", "other"], more].concat());
    assert!(diff(&[]).out.contains("stringData.user: (secret "));
    assert_ne!(diff(&[]).out, diff(&[]).out);
    let key = ["--redaction-key-file", "key"];
    assert_eq!(diff(&key).out, diff(&key).out);
    for file in ["short", "none"] {
        let run = diff(&["--redaction-key-file", file]);
        assert_eq!((run.code, run.error_code()), (1, "REDACTION_KEY"));
    }
}
