//! The demo's application: its promotion, from its Git history, against what was worked out by hand
//! (`examples/shop/expected*`).

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::sandbox::{Sandbox, workspace};

fn shop() -> Sandbox {
    let sandbox = Sandbox::new();
    let made = Command::new("bash")
        .arg(workspace().join("scripts/demo-history.sh"))
        .arg(sandbox.path().join("shop"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    sandbox
}

const PROMOTION: [&str; 7] =
    ["preview", "--from", "staging", "--to", "production", "--base", "git+.//staging@promoted-1"];

#[test]
fn the_shops_promotion_is_what_was_worked_out_by_hand() {
    let expected = fs::read_to_string(workspace().join("examples/shop/expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let sandbox = shop();
    let run = sandbox.run_in("shop", &[&PROMOTION[..], &["--format", "json"]].concat());
    assert_eq!(run.code, expected["exit"], "{}", run.err);
    for list in ["carried", "kept", "pending", "candidates", "blocked"] {
        let sorted = |items: &Value, place: fn(&Value) -> Value| {
            let mut places: Vec<String> =
                items.as_array().unwrap().iter().map(|i| place(i).to_string()).collect();
            places.sort();
            places
        };
        let found = sorted(&run.json()["plan"][list], |item| item["place"].clone());
        assert_eq!(found, sorted(&expected[list], Value::clone), "{list}");
    }
    let lowered = |finding: &Value| finding["rule"] == "memory-limit-lowered" && finding["level"] == "high";
    assert!(run.json()["findings"].as_array().unwrap().iter().any(lowered), "the mistake does not surface");
}

#[test]
fn the_shops_edit_is_the_one_made_by_hand_and_git_takes_its_patch() {
    let sandbox = shop();
    let patch = sandbox.run_in("shop", &[&PROMOTION[..], &["--patch"]].concat()).out;
    fs::write(sandbox.path().join("patch"), patch).unwrap();
    let applied = Command::new("git")
        .args(["apply", "../patch"])
        .current_dir(sandbox.path().join("shop"))
        .output()
        .unwrap();
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    assert_eq!(files(&sandbox.path().join("shop/production")), expected_production());

    let written = shop();
    written.run_in("shop", &[&PROMOTION[..], &["--write"]].concat());
    assert_eq!(files(&written.path().join("shop/production")), expected_production());
}

fn expected_production() -> BTreeMap<String, String> {
    let shop = workspace().join("examples/shop");
    let mut expected = files(&shop.join("production"));
    expected.extend(files(&shop.join("expected/production")));
    for removed in fs::read_to_string(shop.join("expected/removed")).unwrap().lines() {
        expected.remove(removed.trim_start_matches("production/"));
    }
    expected
}

fn files(dir: &std::path::Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}
