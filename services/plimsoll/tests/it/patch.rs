//! `preview --patch`: what other tools make of it.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::sandbox::{Sandbox, copy, deployment, workspace};

/// Gives the patch to a program that runs in the sandbox.
fn apply(sandbox: &Sandbox, patch: &str, program: &[&str]) {
    let mut child = Command::new(program[0])
        .current_dir(sandbox.path())
        .args(&program[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(patch.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program:?}: {out}{err}\n{patch}");
    assert!(!out.contains("fuzz") && !out.contains("offset"), "{program:?}: {out}");
}

const GIT: [&str; 3] = ["git", "apply", "-"];
const PATCH: [&str; 4] = ["patch", "-p1", "--binary", "--force"];

/// Everything that a file can be: changed, new, removed, without a last line end, with Windows line ends.
#[test]
fn it_does_what_write_does() {
    let scenarios = workspace().join("tests/scenarios");
    for name in [
        "plain-03-env-and-configmap-delta",
        "plain-05-sidecar-and-volume",
        "plain-09-removed-objects",
        "plain-10-hpa-metrics-and-bounds",
    ] {
        let sandbox = || {
            let sandbox = Sandbox::new().with_copy(&scenarios.join(name).join("repo"), "repo");
            copy(&scenarios.join(name).join("base"), &sandbox.path().join("base"));
            sandbox
        };
        let preview = ["preview", "--from", "repo/staging", "--to", "repo/production", "--base", "base"];
        let written = sandbox();
        written.run(&[&preview[..], &["--write"]].concat());
        let patch = sandbox().run(&[&preview[..], &["--patch"]].concat()).out;
        for program in [&GIT[..], &PATCH] {
            let patched = sandbox();
            apply(&patched, &patch, program);
            let compare =
                Command::new("diff").arg("-r").arg(written.path()).arg(patched.path()).output().unwrap();
            assert!(
                compare.status.success(),
                "{name} by {program:?}: {}",
                String::from_utf8_lossy(&compare.stdout)
            );
        }
    }
}

#[test]
fn it_reads_as_a_patch() {
    let sandbox = Sandbox::new()
        .file("staging/web.yaml", deployment("web", "a:2"))
        .file("production/web.yaml", deployment("web", "a:1"));
    let run = sandbox.run(&["preview", "--from", "staging", "--to", "production", "--patch"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(run.out, @r"
    --- a/production/web.yaml
    +++ b/production/web.yaml
    @@ -10,6 +10,6 @@
         spec:
           containers:
           - name: web
    -        image: a:1
    +        image: a:2
             resources:
               requests: {cpu: 500m, memory: 1Gi}
    ");
}

#[test]
fn without_an_edit_it_is_empty() {
    let sandbox = Sandbox::new().file("a/web.yaml", deployment("web", "a:1"));
    let run = sandbox.run(&["preview", "--from", "a", "--to", "a", "--patch"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
}

fn with_secret(image: &str, position: &str) -> String {
    let env = "        env:\n        - name: DB_PASSWORD\n          value: canary\n";
    let text = deployment("web", image);
    match position {
        "near" => text.replace("        resources:", &format!("        ports: []\n{env}        resources:")),
        _ => {
            text.replace("        resources:", &format!("        # password=canary\n{env}        resources:"))
        }
    }
}

#[test]
fn context_that_shows_a_secret_is_left_out_and_it_still_applies() {
    for (position, git) in [("near", &GIT[..]), ("beside", &["git", "apply", "--unidiff-zero", "-"])] {
        let sandbox = || {
            Sandbox::new()
                .file("staging/web.yaml", with_secret("a:2", position))
                .file("production/web.yaml", with_secret("a:1", position))
        };
        let run = sandbox().run(&["preview", "--from", "staging", "--to", "production", "--patch"]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.out.contains("+        image: a:2") && !run.out.contains("canary"), "{}", run.out);
        assert_eq!(run.err.contains("--unidiff-zero"), position == "beside", "{run:?}");
        for program in [git, &PATCH] {
            let patched = sandbox();
            apply(&patched, &run.out, program);
            let text = fs::read_to_string(patched.path().join("production/web.yaml")).unwrap();
            assert_eq!(text, with_secret("a:2", position));
        }
    }
}

#[test]
fn an_edit_beside_a_secret_on_one_line_is_not_shown_and_can_be_written() {
    let json = |image: &str| {
        format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"web\"}}, \"spec\": {{\"containers\": [{{\"name\": \"web\", \"image\": \"{image}\", \"env\": [{{\"name\": \"DB_PASSWORD\", \"value\": \"canary\"}}]}}]}}}}\n"
        )
    };
    let sandbox =
        Sandbox::new().file("staging/web.json", json("a:2")).file("production/web.json", json("a:1"));
    let preview = ["preview", "--from", "staging", "--to", "production"];
    let run = sandbox.run(&[&preview[..], &["--patch"]].concat());
    assert_eq!((run.code, run.error_code(), run.out.as_str()), (1, "PATCH_SECRET", ""));
    assert!(run.err.contains("production/web.json:1: ") && !run.err.contains("canary"), "{run:?}");
    assert_eq!(sandbox.run(&[&preview[..], &["--write"]].concat()).code, 0);
    assert_eq!(fs::read_to_string(sandbox.path().join("production/web.json")).unwrap(), json("a:2"));
}
