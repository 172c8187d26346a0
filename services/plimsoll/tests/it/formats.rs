//! What people read, in each form.

use std::io::Read as _;
use std::process::{Command, Stdio};

use crate::sandbox::{Sandbox, deployment};

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\ndata:\n  LEVEL: \"1\"\n  app.conf: |\n    retries 3\n    timeout 30\n    color blue\n";

/// A release with one of everything: an image with a long name, a file, a secret, a quantity written differently,
/// something new and something gone.
fn release() -> Sandbox {
    let secret = |value: &str| {
        format!(
            "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData: {{password: {value}}}\n"
        )
    };
    let image = |tag: &str| format!("registry.internal.example/platform/storefront/web-frontend:{tag}");
    let web = |tag: &str, extra: &str| {
        deployment("web", &image(tag)).replace("        resources:", &format!("{extra}        resources:"))
    };
    Sandbox::new()
        .file("key", "a key for tests, and nothing else")
        .file("before/web.yaml", web("2026.9.1-3f2a1c9", ""))
        .file("before/config.yaml", CONFIG.to_owned() + &secret("hunter2"))
        .file("before/old.yaml", deployment("old", "shop/old:1"))
        .file(
            "after/web.yaml",
            web("2026.9.2-77b0d1e", "        env:\n        - {name: MODE, value: \"on | off\"}\n")
                .replace("1Gi", "1024Mi")
                .replace("500m", "250m"),
        )
        .file(
            "after/config.yaml",
            CONFIG.replace("timeout 30", "timeout 5").replace("\"1\"", "\"2\"") + &secret("hunter3"),
        )
        .file("after/worker.yaml", deployment("worker", "shop/worker:1"))
}

fn output(verb: &str, format: &str) -> String {
    let run = release().run(&[verb, "before", "after", "--format", format, "--redaction-key-file", "key"]);
    assert_eq!(run.code, 0, "{run:?}");
    run.out
}

#[test]
fn text() {
    insta::assert_snapshot!("diff_text", output("diff", "text"));
    insta::assert_snapshot!("cost_text", output("cost", "text"));
    insta::assert_snapshot!("risk_text", output("risk", "text"));
}

#[test]
fn markdown() {
    insta::assert_snapshot!("diff_markdown", output("diff", "markdown"));
    insta::assert_snapshot!("cost_markdown", output("cost", "markdown"));
    insta::assert_snapshot!("risk_markdown", output("risk", "markdown"));
}

#[test]
fn preview() {
    let sandbox = release();
    let preview = |more: &[&str]| {
        let arguments = ["preview", "--from", "after", "--to", "before", "--redaction-key-file", "key"];
        let run = sandbox.run(&[&arguments[..], more].concat());
        assert_eq!(run.code, 0, "{run:?}");
        run.out
    };
    insta::assert_snapshot!("preview_text", preview(&[]));
    insta::assert_snapshot!("preview_text_base", preview(&["--base", "before", "--verbose"]));
    insta::assert_snapshot!(
        "preview_markdown_base",
        preview(&["--base", "before", "--format", "markdown", "--patch"])
    );
    insta::assert_snapshot!("preview_rendered", preview(&["--base", "before", "--rendered"]));
}

#[test]
fn one_state_alone() {
    let sandbox = release();
    insta::assert_snapshot!("cost_one", sandbox.run(&["cost", "after"]).out);
    let risk = sandbox.run(&["risk", "after"]);
    assert_eq!(risk.code, 0);
}

#[test]
fn colour_is_for_terminals_and_never_with_no_color() {
    let sandbox = release();
    let escapes = |arguments: &[&str], variables: &[(&str, &str)]| {
        let run = sandbox.run_with(&[&["diff", "before", "after"], arguments].concat(), b"", variables);
        run.out.contains('\u{1b}')
    };
    assert!(!escapes(&[], &[]), "a pipe is no terminal");
    assert!(escapes(&["--color", "always"], &[]));
    assert!(!escapes(&["--color", "never"], &[]));
    assert!(!escapes(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(
        escapes(&["--color", "always"], &[("NO_COLOR", "")]),
        "an empty NO_COLOR says nothing (no-color.org)"
    );
}

#[test]
fn a_manifest_cannot_drive_the_terminal_or_the_page() {
    let evil = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: \"x\\e[2J\\e]0;title\\a\"\n  \"k|`<img src=x>\": \"@ops <b> | [x](javascript:1)\"\n";
    let sandbox = Sandbox::new()
        .file("a.yaml", evil.replace("x\\e", "y\\e").replace("@ops", "@dev"))
        .file("b.yaml", evil);
    let text = sandbox.run(&["diff", "a.yaml", "b.yaml"]).out;
    assert!(text.contains("\\u{1b}[2J") && !text.contains('\u{1b}'), "{text}");
    let page = sandbox.run(&["diff", "a.yaml", "b.yaml", "--format", "markdown"]).out;
    insta::assert_snapshot!("markdown_escapes", page);
}

/// `plimsoll … | head -1`: the reader closes the pipe while there is more to print.
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let many: String =
        (0..20_000).map(|n| format!("---\n{}", deployment(&format!("web-{n}"), "a:1"))).collect();
    let sandbox = Sandbox::new().file("few.yaml", deployment("web-1", "a:1")).file("many.yaml", many);
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .current_dir(sandbox.path())
        .args(["diff", "few.yaml", "many.yaml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_same_input_gives_the_same_output() {
    for verb in ["diff", "cost", "risk"] {
        assert_eq!(output(verb, "json"), output(verb, "json"));
    }
}

/// What an application calls noise is left out, and counted.
#[test]
fn noise_is_left_out_and_counted() {
    let sandbox = release().file(
        "plimsoll.yaml",
        "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: s}\nspec:\n  environments: [{name: before, path: before}, {name: after, path: after}]\n  ignore: [\"ConfigMap/*:data\"]\n",
    );
    let run = sandbox.run(&["diff", "before", "after"]);
    assert!(
        run.out.starts_with(
            "2 changed, 1 added, 1 removed; 3 left out (1 equal-quantity, 2 user-ignore:ConfigMap/*:data)\n"
        ),
        "{}",
        run.out
    );
    let document = sandbox.run(&["diff", "before", "after", "--format", "json"]).json();
    assert_eq!(document["suppressed"].as_array().unwrap().len(), 3);
}

fn diff_with(more: &[&str]) -> String {
    let arguments = ["diff", "before", "after", "--redaction-key-file", "key"];
    let run = release().run(&[&arguments[..], more].concat());
    assert_eq!(run.code, 0, "{run:?}");
    run.out
}

#[test]
fn lines_and_counts() {
    insta::assert_snapshot!("diff_yaml", diff_with(&["--format", "yaml-diff", "--context", "1"]));
    insta::assert_snapshot!("diff_stat", diff_with(&["--stat"]));
}

#[test]
fn a_filter_shows_what_is_asked_for_and_says_what_it_hides() {
    let shown = diff_with(&["--filter", "Deployment/web:spec.template.spec.containers[name=web].image"]);
    // Hidden: two settings of the ConfigMap, env and cpu of web, the Deployments old and worker, the Secret.
    assert!(
        shown.starts_with("1 changed, 0 added, 0 removed; nothing left out; the filter hides 7 changes, all of 4 objects, and 1 left out\n"),
        "{shown}"
    );
    assert!(shown.contains(".image: ") && !shown.contains("cpu"), "{shown}");
    let refused = release().run(&["diff", "before", "after", "--filter", "Pod/x", "--format", "json-patch"]);
    assert_eq!((refused.code, refused.error_code()), (1, "USAGE"));
}

#[test]
fn what_is_around_a_change_in_a_text_is_shown_when_asked_for() {
    let context = diff_with(&["--context", "1"]);
    let lines = "      \u{20} retries 3\n      - timeout 30\n      + timeout 5\n      \u{20} color blue\n";
    assert!(context.contains(lines), "{context}");
    assert!(!diff_with(&[]).contains("retries"));
}

#[test]
fn what_is_around_a_change_in_a_mapping_is_shown_when_asked_for() {
    let text = |replicas: u8| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  minReadySeconds: 5\n  paused: true\n  \
             replicas: {replicas}\n  revisionHistoryLimit: 3\n  selector: {{matchLabels: {{app: web}}}}\n"
        )
    };
    let sandbox = Sandbox::new().file("a.yaml", text(1)).file("b.yaml", text(2));
    let shown = |more: &[&str]| sandbox.run(&[&["diff", "a.yaml", "b.yaml"], more].concat()).out;
    let around = "    spec.paused: true\n  ~ spec.replicas: 1 → 2\n    spec.revisionHistoryLimit: 3\n";
    let context = shown(&["--context", "1"]);
    assert!(context.contains(around) && !context.contains("minReady"), "{context}");
    assert!(!shown(&[]).contains("paused"));
    assert!(shown(&["--context", "9"]).contains("    spec.selector: {matchLabels: {app: web}}\n"));
}

/// GitHub refuses a comment of more than 65,536 characters.
#[test]
fn markdown_stays_below_a_comments_limit_and_says_what_is_left_out() {
    let many = |tag: &str| -> String {
        (0..2_000)
            .map(|n| {
                format!(
                    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}}}\ndata: {{a: 'v{tag}'}}\n"
                )
            })
            .collect()
    };
    let wide: String = (0..200).map(|n| format!("  k{n}: '@'\n")).collect();
    let wide = format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: wide}}\ndata:\n{wide}");
    let sandbox = Sandbox::new()
        .file("before.yaml", many("1") + &wide.replace('@', "1"))
        .file("after.yaml", many("2") + &wide.replace('@', "2"));
    let page = |more: &[&str]| {
        sandbox.run(&[&["diff", "before.yaml", "after.yaml", "--format", "markdown"], more].concat()).out
    };
    let short = page(&[]);
    assert!(short.chars().count() <= 65_000, "{}", short.chars().count());
    assert!(short.starts_with("### 2001 changed, 0 added, 0 removed; nothing left out\n"), "{short}");
    let is_row = |line: &&str| line.starts_with("| `ConfigMap/") && !line.contains("200 places, below");
    let left_out = 2_001 - short.lines().filter(is_row).count();
    // The wide one, which is folded, goes first: its 200 changes, and one of each other.
    let told =
        format!("{left_out} objects with {} changes: `ConfigMap/wide` (200 changes), ", left_out + 199);
    assert!(short.contains(&told), "{told} in {}", short.lines().last().unwrap());
    let whole = page(&["--markdown-limit", "1000000"]);
    assert!(whole.chars().count() > 65_000 && !whole.contains("Left out"));
    let fold = "\n`ConfigMap/wide`\n\n<details><summary>200 places</summary>\n\n| Object |";
    assert!(
        whole.contains("| `ConfigMap/wide` | 200 places, below |  |  |\n") && whole.contains(fold),
        "{fold}"
    );
}

#[test]
fn values_cannot_leave_their_cell() {
    let evil = "```\\n</details>\\n<script>alert(1)</script> | @org/team #1 ``` ![x](http://e.example/y) `";
    let text = |value: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{a: \"{value}\"}}\n")
    };
    let sandbox = Sandbox::new().file("a.yaml", text("x")).file("b.yaml", text(evil));
    let page = sandbox.run(&["diff", "a.yaml", "b.yaml", "--format", "markdown"]).out;
    let row = page.lines().find(|line| line.starts_with("| `ConfigMap/c`")).unwrap();
    // One line, in code whose fence is longer than any run of backticks in it, its pipe escaped.
    assert!(row.contains(" | ````\"") && row.ends_with("\"```` |") && row.contains("\\| @org"), "{row}");
    assert_eq!(page.lines().count(), 5, "{page}");
}
