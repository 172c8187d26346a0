//! Previews of many applications at once, and how one of many is chosen.

use serde_json::Value;

use crate::sandbox::{Run, Sandbox, deployment};
use crate::schemas::follows;

/// An application of plain manifests below `apps/NAME`.
fn application(sandbox: Sandbox, name: &str, staging: &str, production: &str) -> Sandbox {
    sandbox
        .file(&format!("apps/{name}/envs/staging/web.yaml"), deployment(name, staging))
        .file(&format!("apps/{name}/envs/production/web.yaml"), deployment(name, production))
}

/// Three applications, of which the first has something to carry; and one without production.
fn repository() -> Sandbox {
    let sandbox = application(Sandbox::new(), "bill", "a:2", "a:1");
    let sandbox = application(sandbox, "cart", "c:1", "c:1");
    let sandbox = application(sandbox, "mail", "m:1", "m:1");
    sandbox.file("apps/test/envs/staging/web.yaml", deployment("test", "t:1"))
}

const NAMES: [&str; 4] = ["--from", "staging", "--to", "production"];

fn preview(sandbox: &Sandbox, more: &[&str]) -> Run {
    sandbox.run(&[&["preview"], &NAMES[..], more].concat())
}

fn entries(document: &Value) -> Vec<(&str, Option<&str>)> {
    let entries = document["previews"].as_array().unwrap().iter();
    entries.map(|one| (one["application"].as_str().unwrap(), one["preview"]["headline"].as_str())).collect()
}

#[test]
fn each_application_has_a_line() {
    let run = preview(&repository(), &["--all"]);
    assert_eq!(run.code, 0, "{run:?}");
    let lines: Vec<&str> = run.out.lines().take(4).collect();
    assert_eq!(lines[0], "3 promotions: 1 carries something, 2 have nothing to carry");
    assert!(lines[1].starts_with("  bill  1 image; risk "), "{}", lines[1]);
    assert_eq!(lines[2..], ["  cart  nothing to carry", "  mail  nothing to carry"]);
    assert!(!run.out.contains("Carried over"), "details are folded");
    assert_eq!(run.err, "plimsoll: test has staging, and no production\n");
    let full = preview(&repository(), &["--all", "--verbose"]);
    assert!(full.out.contains("=== bill: staging → production"), "{}", full.out);
    assert!(full.out.contains("Carried over: 1 place"), "{}", full.out);
}

/// The entry of an application is what a preview of it alone prints, and the group is named by the hashes of the plans:
/// the SHA-256 of `["HASH","HASH","HASH"]`, sorted.
#[test]
fn an_entry_is_the_preview_of_the_application_alone() {
    let sandbox = repository().file("key", [7; 32]);
    let key = ["--redaction-key-file", "key", "--format", "json"];
    let all = follows("previews", &preview(&sandbox, &[&["--all"], &key[..]].concat()));
    assert_eq!(
        entries(&all),
        [("bill", Some("1 image")), ("cart", Some("nothing to carry")), ("mail", Some("nothing to carry"))]
    );
    for entry in all["previews"].as_array().unwrap() {
        let name = entry["application"].as_str().unwrap();
        let alone = follows("preview", &preview(&sandbox, &[&["--app", name], &key[..]].concat()));
        assert_eq!(entry["preview"], alone, "{name}");
    }
    let mut hashes: Vec<&str> =
        all["previews"].as_array().unwrap().iter().map(|one| one["plan_hash"].as_str().unwrap()).collect();
    hashes.sort_unstable();
    let list = format!("[\"{}\"]", hashes.join("\",\""));
    assert_eq!(all["group_hash"], source::sha256(list.as_bytes()));
}

#[test]
fn one_that_fails_does_not_stop_the_others() {
    let sandbox = repository().file("apps/cart/envs/staging/zero.yaml", "a: [");
    let run = preview(&sandbox, &["--all", "--format", "json"]);
    assert_eq!((run.code, run.error_code()), (1, "MANIFEST_SYNTAX"), "{run:?}");
    assert!(
        run.err.contains("cart: staging → production: apps/cart/envs/staging/zero.yaml:1"),
        "{}",
        run.err
    );
    let all = follows("previews", &run);
    assert_eq!(entries(&all)[..2], [("bill", Some("1 image")), ("cart", None)]);
    assert_eq!(all["previews"][1]["error"]["code"], "MANIFEST_SYNTAX");
    let text = preview(&sandbox, &["--all"]).out;
    assert!(
        text.starts_with("3 promotions: 1 fails, 1 carries something, 1 has nothing to carry\n"),
        "{text}"
    );
    // A verdict against any of them is what the exit code says.
    sandbox.put("apps/bill/envs/staging/web.yaml", deployment("bill", "a:latest"));
    let gated = preview(&sandbox, &["--all", "--fail-on", "low"]);
    assert_eq!(gated.code, 2, "{gated:?}");
    assert!(gated.err.contains("bill: staging → production: the risk is "), "{}", gated.err);
}

/// What is no manifest is no environment either, and is not left out in silence.
#[test]
fn an_environment_that_cannot_be_read_is_said() {
    let run = preview(&repository().file("apps/cart/envs/staging/web.yaml", "a: ["), &["--all"]);
    assert!(run.err.contains("cart has production, and no staging\n"), "{run:?}");
}

/// The new object needs a Secret that production lacks.
#[test]
fn one_that_is_blocked_is_a_verdict_against_all() {
    let job = "apiVersion: v1\nkind: Pod\nmetadata: {name: job}\nspec: {containers: [{name: c, image: 'a:1', envFrom: [{secretRef: {name: key}}]}]}\n";
    let sandbox = repository().file("apps/mail/envs/staging/job.yaml", job);
    sandbox.put("apps/mail/plimsoll.yaml", declared("mail", "promote: ['Pod/*']"));
    let run = preview(&sandbox, &["--all"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.out.starts_with("3 promotions: 1 is blocked, 1 carries something, "), "{}", run.out);
    assert!(run.err.contains("mail: staging → production: the plan is blocked in 1 place"), "{}", run.err);
}

fn declared(name: &str, rules: &str) -> String {
    format!(
        "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  environments:\n  - {{name: staging, path: envs/staging}}\n  - {{name: production, path: envs/production}}\n  promotions:\n  - {{from: staging, to: production, {rules}}}\n"
    )
}

#[test]
fn the_rules_of_an_application_are_those_of_its_own_file() {
    let sandbox = repository().file("apps/bill/plimsoll.yaml", declared("bill", "keep: ['Deployment/*']"));
    for more in [&["--all"][..], &["--app", "bill"]] {
        let run = preview(&sandbox, more);
        assert!(run.out.contains("nothing to carry, 1 kept"), "{}", run.out);
    }
}

#[test]
fn only_what_reads_a_changed_file_is_planned() {
    let sandbox = repository().file("README.md", "all");
    sandbox.commit();
    let planned = |more: &[&str]| {
        let run = preview(&sandbox, &[&["--all", "--format", "json"], more].concat());
        let document = follows("previews", &run);
        let names: Vec<String> = entries(&document).iter().map(|(name, _)| (*name).to_owned()).collect();
        (run.code, names, document["unchanged"].as_u64())
    };
    assert_eq!(planned(&["--since", "HEAD"]), (0, vec![], Some(3)));
    // A file that Git does not know yet stands in a directory that is listed.
    sandbox.put("apps/cart/envs/production/more.yaml", deployment("more", "c:1"));
    assert_eq!(planned(&["--since", "HEAD"]), (0, vec!["cart".to_owned()], Some(2)));
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "-m", "more"]);
    assert_eq!(planned(&["--since", "HEAD"]), (0, vec![], Some(3)));
    assert_eq!(planned(&["--since", "HEAD~1"]), (0, vec!["cart".to_owned()], Some(2)));
    std::fs::remove_file(sandbox.path().join("apps/cart/envs/production/more.yaml")).unwrap();
    assert_eq!(planned(&["--since", "main"]), (0, vec!["cart".to_owned()], Some(2)));

    sandbox.put("list", "README.md\n./apps/mail/envs/staging/web.yaml\n\n");
    assert_eq!(planned(&["--changed", "list"]), (0, vec!["mail".to_owned()], Some(2)));
    let run = sandbox.run_with(
        &[&["preview", "--all", "--changed", "-"], &NAMES[..]].concat(),
        b"apps/mail/envs/staging/web.yaml\n",
        &[],
    );
    assert!(
        run.out.starts_with("3 promotions: 1 has nothing to carry, 2 read no file that has changed\n"),
        "{run:?}"
    );
    for (more, code) in [
        (["--all", "--since", "nowhere"], "REVISION_NOT_FOUND"),
        (["--all", "--since", "--output=x"], "USAGE"),
        (["--all", "--changed", "nowhere"], "SOURCE_UNREADABLE"),
    ] {
        let run = preview(&sandbox, &more);
        assert_eq!((run.code, run.error_code()), (1, code), "{run:?}");
    }
}

#[test]
fn the_edits_of_all_are_written_or_printed_together() {
    let sandbox = application(repository(), "cart", "c:2", "c:1");
    sandbox.commit();
    let patch = preview(&sandbox, &["--all", "--patch"]);
    assert_eq!(patch.code, 0, "{patch:?}");
    assert_eq!(preview(&sandbox, &["--all", "--write"]).code, 0);
    let written = sandbox.git(&["diff"]);
    assert_eq!(written.matches("\ndiff --git").count(), 1, "two files: {written}");
    assert!(written.contains("+        image: a:2") && written.contains("+        image: c:2"), "{written}");
    sandbox.git(&["checkout", "--quiet", "."]);
    sandbox.put("all.patch", patch.out);
    sandbox.git(&["apply", "all.patch"]);
    assert_eq!(sandbox.git(&["diff"]), written);
    let again = preview(&sandbox, &["--all"]).out;
    assert!(again.starts_with("3 promotions: 3 have nothing to carry\n"), "{again}");
}

/// Both applications are the same directories; one of them keeps a setting that the other carries.
#[test]
fn plans_that_edit_one_file_in_two_ways_are_not_put_together() {
    let sandbox = repository();
    sandbox.put(
        "apps/bill/envs/staging/web.yaml",
        deployment("bill", "a:2").replace("replicas: 2", "replicas: 3"),
    );
    let at = |name: &str, rules: &str| declared(name, rules).replace("path: envs/", "path: bill/envs/");
    sandbox.put("apps/bill/plimsoll.yaml", declared("one", "promote: ['Deployment/*:spec.replicas']"));
    sandbox.put("apps/plimsoll.yaml", at("two", "promote: ['Deployment/*:spec.replicas']"));
    let same = preview(&sandbox, &["--all", "--patch"]);
    assert_eq!(same.code, 0, "{same:?}");
    assert_eq!(same.out.matches("+++ b/").count(), 1, "what both do is done once: {}", same.out);

    sandbox.put("apps/plimsoll.yaml", at("two", "keep: ['Deployment/*:spec.replicas']"));
    for option in ["--patch", "--write"] {
        let run = preview(&sandbox, &["--all", option]);
        assert_eq!((run.code, run.error_code()), (1, "GROUP_EDITS_MEET"), "{run:?}");
        assert!(run.err.contains("apps/bill/envs/production/web.yaml"), "{}", run.err);
    }
    let shown = preview(&sandbox, &["--all"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.err.contains("both edit apps/bill/envs/production/web.yaml"), "{}", shown.err);
}

#[test]
fn of_several_applications_one_is_chosen() {
    let sandbox = repository();
    let run = preview(&sandbox, &[]);
    assert_eq!((run.code, run.error_code()), (1, "APPLICATION_AMBIGUOUS"), "{run:?}");
    assert!(
        run.err.contains("3 applications have both staging and production: bill, cart, mail\n"),
        "{}",
        run.err
    );
    assert!(run.err.contains("--app NAME") && run.err.contains("--all"), "{}", run.err);
    assert!(preview(&sandbox, &["--app", "bill"]).out.starts_with("1 image\n"));
    assert!(sandbox.run_in("apps/bill", &[&["preview"], &NAMES[..]].concat()).out.starts_with("1 image\n"));
    // Only one application has the first: nothing is ambiguous, and nothing is there.
    for name in ["test", "nobody"] {
        let run = preview(&sandbox, &["--app", name]);
        assert_eq!((run.code, run.error_code()), (1, "APPLICATION_UNKNOWN"), "{run:?}");
        assert!(run.err.contains("bill, cart, mail do"), "{}", run.err);
    }
    let run = sandbox.run(&["preview", "--all", "--from", "staging", "--to", "moon"]);
    assert_eq!((run.code, run.error_code()), (1, "APPLICATION_UNKNOWN"), "{run:?}");
    assert!(run.err.contains("there are bill/production, bill/staging, cart/"), "{}", run.err);
}

#[test]
fn the_only_application_with_both_environments_is_meant() {
    let sandbox = application(Sandbox::new(), "bill", "a:2", "a:1")
        .file("apps/test/envs/staging/web.yaml", deployment("test", "t:1"))
        .file("apps/next/envs/production/web.yaml", deployment("next", "t:1"));
    assert!(preview(&sandbox, &[]).out.starts_with("1 image\n"));
}

#[test]
fn one_source_to_several_targets_is_a_plan_for_each() {
    let sandbox = Sandbox::new()
        .file("staging.yaml", deployment("web", "a:2"))
        .file("eu.yaml", deployment("web", "a:1"))
        .file("us.yaml", deployment("web", "a:2"));
    let arguments = ["preview", "--from", "staging.yaml", "--to", "eu.yaml", "--to", "us.yaml"];
    let run = sandbox.run(&arguments);
    assert_eq!(run.code, 0, "{run:?}");
    let lines: Vec<&str> = run.out.lines().take(3).collect();
    assert!(
        lines[1].starts_with("  eu.yaml  1 image; risk ") && lines[2] == "  us.yaml  nothing to carry",
        "{lines:?}"
    );
    let document = follows("previews", &sandbox.run(&[&arguments[..], &["--format", "json"]].concat()));
    assert_eq!(document["previews"][1]["to"], "us.yaml");
    let run = sandbox.run(&["preview", "--from", "-", "--to", "eu.yaml", "--to", "us.yaml"]);
    assert_eq!((run.code, run.error_code()), (1, "SOURCE_INVALID"), "{run:?}");
}

/// Since the last promotion, two commits changed staging: a variable and an image. Only with that base is it known that
/// the variable is staging's change.
#[test]
fn the_base_is_the_environment_at_a_revision() {
    let sandbox = repository();
    let variable = |value: &str| format!("        env: [{{name: MODE, value: {value}}}]\n");
    for environment in ["staging", "production"] {
        let path = format!("apps/bill/envs/{environment}/web.yaml");
        sandbox.put(&path, deployment("bill", "a:1") + &variable("slow"));
    }
    sandbox.commit();
    sandbox.git(&["tag", "promoted"]);
    for (image, value) in [("a:1", "fast"), ("a:2", "fast")] {
        sandbox.put("apps/bill/envs/staging/web.yaml", deployment("bill", image) + &variable(value));
        sandbox.git(&["commit", "--quiet", "--all", "-m", "change"]);
    }
    let run = preview(&sandbox, &["--all", "--base-rev", "promoted"]);
    assert!(run.out.contains("\n  bill  2 commits, 1 image, 1 other place; risk "), "{}", run.out);
    let alone = preview(&sandbox, &["--app", "bill", "--base-rev", "promoted"]);
    assert!(alone.out.starts_with("2 commits, 1 image, 1 other place\n"), "{}", alone.out);
    let given = preview(&sandbox, &["--app", "bill", "--base", "git+.//apps/bill/envs/staging@promoted"]);
    assert_eq!(given.out, alone.out);
    assert!(preview(&sandbox, &["--app", "bill"]).out.starts_with("1 image, "));
    let run = preview(&sandbox, &["--all", "--base-rev", "nowhere"]);
    assert_eq!((run.code, run.error_code()), (1, "REVISION_NOT_FOUND"), "{run:?}");
}

#[test]
fn as_markdown_each_is_folded_below_a_table() {
    let run = preview(&repository(), &["--all", "--format", "markdown"]);
    assert!(run.out.starts_with("### staging → production\n\n**3 promotions: "), "{}", run.out);
    assert!(run.out.contains("\n| bill | 1 image |"), "{}", run.out);
    assert_eq!(
        run.out.matches("<details><summary>bill: staging → production</summary>").count(),
        1,
        "{}",
        run.out
    );
    assert!(!run.out.contains("<summary>cart"), "nothing to unfold: {}", run.out);
}
