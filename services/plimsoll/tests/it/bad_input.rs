//! Every input that can be wrong gets a message with its place, a stable code and the exit code 1.

use crate::sandbox::{Run, Sandbox, deployment};

/// Runs `diff good.yaml bad.yaml` with this as `bad.yaml`.
fn bad(text: impl AsRef<[u8]>) -> Run {
    let run = Sandbox::new().file("good.yaml", deployment("web", "a:1")).file("bad.yaml", text).run(&[
        "diff",
        "good.yaml",
        "bad.yaml",
    ]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    assert!(run.err.contains(&format!("(runbooks/{}.md)", run.error_code())), "{run:?}");
    assert_eq!(run.err.lines().count(), 2, "one line says what is wrong and one what to do: {run:?}");
    run
}

#[track_caller]
fn says(run: &Run, code: &str, text: &str) {
    assert_eq!(run.error_code(), code, "{run:?}");
    assert!(run.err.contains(text), "{text:?} is not in {run:?}");
}

#[test]
fn yaml_that_does_not_parse() {
    says(
        &bad("kind: Pod\nmetadata: {name: [\n"),
        "MANIFEST_SYNTAX",
        "bad.yaml:2:18: this is not valid YAML: unclosed bracket",
    );
}

#[test]
fn duplicate_keys() {
    let text = deployment("web", "a:1") + "        image: a:2\n";
    says(
        &bad(text),
        "MANIFEST_DUPLICATE_KEY",
        "bad.yaml:16:9: the key \"image\" is given twice in one mapping (first on line 13)",
    );
}

#[test]
fn an_alias_bomb() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    says(&bad(text), "MANIFEST_ALIAS_LIMIT", "bad.yaml:");
}

#[test]
fn nesting_ten_thousand_deep() {
    let flow = format!("a: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    says(&bad(flow), "MANIFEST_TOO_DEEP", "bad.yaml:1:");
    let block: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    says(&bad(block), "MANIFEST_TOO_DEEP", "bad.yaml:");
    let json = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    says(&bad(json), "MANIFEST_TOO_DEEP", "bad.yaml:1:");
}

#[test]
fn a_document_of_50_megabytes() {
    let large = format!("{}# {}\n", deployment("web", "a:1"), "x".repeat(50_000_000));
    says(&bad(&large), "MANIFEST_TOO_LARGE", "and the limit is 20971520");
    let sandbox = Sandbox::new().file("a.yaml", &large);
    let run = sandbox.run(&["diff", "a.yaml", "a.yaml", "--max-file-bytes", "60000000"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let run = sandbox.run(&["diff", "a.yaml", "a.yaml", "--max-file-bytes", "100"]);
    assert_eq!(run.error_code(), "MANIFEST_TOO_LARGE");
    let run = sandbox.run_with(&["diff", "a.yaml", "-"], large.as_bytes(), &[]);
    assert_eq!(run.error_code(), "MANIFEST_TOO_LARGE");
}

#[test]
fn binary_input() {
    says(
        &bad(b"kind: Pod\n\x00\x01\x02"),
        "MANIFEST_BINARY",
        "bad.yaml:2:1: this is not text: it holds a NUL byte",
    );
    says(&bad(b"kind: \xff\xfe"), "MANIFEST_BINARY", "it is not UTF-8");
}

#[test]
fn an_object_without_kind_or_name() {
    let pod = |text: &str| format!("apiVersion: v1\n---\n{text}");
    says(&bad(pod("apiVersion: v1\nmetadata: {name: a}\n")), "OBJECT_WITHOUT_KIND", "kind is missing");
    let text =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n\napiVersion: v1\nkind: Pod\nmetadata: {}\n";
    says(
        &bad(text),
        "OBJECT_WITHOUT_NAME",
        "bad.yaml:6: this is not a Kubernetes object: metadata.name is missing",
    );
    says(&bad("- just\n- a list\n"), "OBJECT_WITHOUT_KIND", "bad.yaml:1: this is not a Kubernetes object");
}

#[test]
fn two_objects_of_one_identity() {
    let sandbox = Sandbox::new()
        .file("good/web.yaml", deployment("web", "a:1"))
        .file("bad/a.yaml", deployment("web", "a:1"))
        .file("bad/b.yaml", format!("# again\n{}", deployment("web", "a:2")));
    let run = sandbox.run(&["diff", "good", "bad"]);
    assert_eq!(run.code, 1);
    says(
        &run,
        "OBJECT_DUPLICATE",
        "bad/b.yaml:2: Deployment.apps/web is given twice (first in bad/a.yaml, line 1)",
    );
}

#[test]
fn an_invalid_quantity() {
    let sandbox = Sandbox::new()
        .file("good.yaml", deployment("web", "a:1"))
        .file("bad.yaml", deployment("web", "a:1").replace("500m", "500x"));
    let run = sandbox.run(&["cost", "good.yaml", "bad.yaml"]);
    assert_eq!(run.code, 1);
    says(&run, "QUANTITY_INVALID", "bad.yaml:15:27: ");
    says(&run, "QUANTITY_INVALID", "500x");
    let run = sandbox.run(&["cost", "bad.yaml", "good.yaml"]);
    says(&run, "QUANTITY_INVALID", "bad.yaml:15:27: ");
    // What only prices read is no error where nothing is priced.
    assert_eq!(sandbox.run(&["diff", "good.yaml", "bad.yaml"]).code, 0);
}

#[test]
fn an_unknown_kind_is_compared_and_its_cost_is_unknown() {
    let database = |version: u32| {
        format!(
            "apiVersion: db.example/v1\nkind: Postgres\nmetadata: {{name: main}}\nspec: {{version: {version}, size: 10Gi}}\n"
        )
    };
    let sandbox = Sandbox::new().file("a.yaml", database(16)).file("b.yaml", database(17));
    let diff = sandbox.run(&["diff", "a.yaml", "b.yaml", "--format", "json"]).json();
    assert_eq!(diff["changes"][0]["path"], "spec.version");
    let cost = sandbox.run(&["cost", "a.yaml", "b.yaml", "--format", "json"]).json();
    assert_eq!(cost["unknown"][0]["object"]["kind"], "Postgres");
    let text = sandbox.run(&["cost", "a.yaml", "b.yaml"]).out;
    assert!(text.contains("unknown") && text.contains("Postgres/main (changed)"), "{text}");
}

#[test]
fn an_empty_directory_and_one_that_does_not_exist() {
    let sandbox = Sandbox::new().file("empty/README.md", "").file("comment.yaml", "# nothing\n");
    let run = sandbox.run(&["diff", "empty", "empty"]);
    assert_eq!(run.code, 1);
    says(&run, "SOURCE_EMPTY", "empty holds no manifest");
    says(&sandbox.run(&["risk", "comment.yaml"]), "SOURCE_EMPTY", "comment.yaml holds no manifest");
    let run = sandbox.run(&["cost", "nowhere"]);
    assert_eq!(run.code, 1);
    says(&run, "SOURCE_NOT_FOUND", "nowhere does not exist");
}

#[test]
fn a_revision_that_does_not_exist() {
    let sandbox = Sandbox::new().file("app/web.yaml", deployment("web", "a:1"));
    sandbox.commit();
    let run = sandbox.run(&["diff", "git+.//app@v9", "app"]);
    assert_eq!(run.code, 1);
    says(&run, "REVISION_NOT_FOUND", ". has no revision \"v9\"");
}

#[test]
fn a_place_is_named_as_it_lies_in_git() {
    let sandbox = Sandbox::new().file("app/web.yaml", "kind: Pod\n");
    sandbox.commit();
    let run = sandbox.run(&["risk", "git+.//app@main"]);
    says(&run, "OBJECT_WITHOUT_KIND", "git+.//app/web.yaml@main:1: this is not a Kubernetes object");
}

#[test]
fn a_message_cannot_drive_a_terminal() {
    let run = bad("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n\"k\\e[2J\": 1\n\"k\\e[2J\": 2\n");
    says(&run, "MANIFEST_DUPLICATE_KEY", "bad.yaml:5:1");
    assert!(!run.err.contains('\u{1b}'), "{run:?}");
}
