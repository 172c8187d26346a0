//! No output shows a secret.

use crate::sandbox::Sandbox;

const BEFORE: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  user: canary-user\n  password: canary-one\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - name: web\n        image: a:1\n        args: [\"--api-token=canary-arg\"]\n        env:\n        - {name: DB_PASSWORD, value: canary-env}\n        - {name: URL, value: \"amqp://u:canary-url@mq/x\"}\n        # old password: canary-comment\n";

fn sandbox() -> Sandbox {
    let after =
        BEFORE.replace("a:1", "a:2").replace("canary-one", "canary-two").replace("canary-env", "canary-new");
    Sandbox::new().file("before/all.yaml", BEFORE).file("after/all.yaml", after)
}

#[test]
fn in_no_form_of_no_verb() {
    let sandbox = sandbox();
    for format in ["text", "json", "markdown"] {
        for arguments in [
            &["diff", "before", "after"][..],
            &["cost", "before", "after"],
            &["risk", "before", "after"],
            &["risk", "after"],
            &["preview", "--from", "after", "--to", "before", "--verbose"],
            &["preview", "--from", "after", "--to", "before", "--base", "before"],
            &["preview", "--from", "after", "--to", "before", "--base", "before", "--rendered"],
            &["preview", "--from", "after", "--to", "before", "--base", "before", "--patch"],
        ] {
            let run = sandbox.run(&[arguments, &["--format", format]].concat());
            assert_ne!(run.code, 1, "{run:?}");
            assert!(
                !run.out.contains("canary") && !run.err.contains("canary"),
                "{arguments:?} {format}: {run:?}"
            );
        }
    }
}

#[test]
fn marks_compare_within_a_run_and_between_runs_only_under_a_key() {
    let sandbox = sandbox().file("key", "0123456789abcdef").file("short", "0123");
    let diff = |more: &[&str]| sandbox.run(&[&["diff", "before", "after"], more].concat());
    assert!(diff(&[]).out.contains("stringData.password: (secret "));
    assert_ne!(diff(&[]).out, diff(&[]).out);
    let key = ["--redaction-key-file", "key"];
    assert_eq!(diff(&key).out, diff(&key).out);
    for file in ["short", "none"] {
        let run = diff(&["--redaction-key-file", file]);
        assert_eq!((run.code, run.error_code()), (1, "REDACTION_KEY"));
    }
}
