//! The shop of the demo: overlays, and a promotion with one of each lesson.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::example::Example;
use crate::sandbox::workspace;

#[test]
fn the_promotion_is_what_was_worked_out_by_hand() {
    for shop in [Example::with_history("shop"), Example::as_folder("shop", "last-promotion/staging")] {
        let findings = shop.finds_what_was_worked_out();
        let lowered =
            |finding: &Value| finding["rule"] == "memory-limit-lowered" && finding["level"] == "high";
        assert!(findings.iter().any(lowered), "the mistake does not surface");
    }
}

/// What the README shows, line for line. It may leave out what follows a line that is cut with an `…`, or is one.
#[test]
fn the_readme_shows_what_is_printed() {
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    let shown = readme.split("```console\n$ plimsoll preview --from staging").nth(1).unwrap();
    let shown = shown.split_once('\n').unwrap().1.split("\n```").next().unwrap();
    let printed = Example::with_history("shop").preview(&[]).out;
    let (mut lines, mut left_out) = (printed.lines(), false);
    for line in shown.lines() {
        let is_it = |printed: &&str| {
            *printed == line || line.strip_suffix('…').is_some_and(|begin| printed.starts_with(begin))
        };
        let found = match left_out {
            true => lines.find(is_it),
            false => lines.next().filter(is_it),
        };
        left_out = found.unwrap_or_else(|| panic!("not printed: {line}\nbut\n{printed}")) != line;
    }
}

#[test]
fn the_edit_is_the_one_made_by_hand_and_git_takes_its_patch() {
    let shop = Example::with_history("shop");
    let before = shop.files();
    let patch = shop.path().join("../patch");
    fs::write(&patch, shop.preview(&["--patch"]).out).unwrap();
    let applied = Command::new("git").args(["apply", "../patch"]).current_dir(shop.path()).output().unwrap();
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    shop.is_edited_as_by_hand(before.clone());

    let written = Example::with_history("shop");
    written.preview(&["--write"]);
    written.is_edited_as_by_hand(before);
}

/// One commit of the history edits the shared base. It was in production from then on, and is no part of the promotion.
#[test]
fn a_change_of_the_shared_base_is_in_production_from_its_commit_on() {
    let shop = Example::with_history("shop");
    let found = shop.run(&["diff", "git+.//production@promoted-1", "production", "--format", "json"]);
    let changes = found.json()["changes"].as_array().unwrap().clone();
    let places: Vec<String> =
        changes.iter().map(|change| format!("{}:{}", change["object"]["name"], change["path"])).collect();
    let index = "\"search\":\"spec.template.spec.containers[name=search].startupProbe.failureThreshold\"";
    assert_eq!(places, [index]);
}
