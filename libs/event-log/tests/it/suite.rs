//! The suite's table of cases is complete, and so is the page that shows it.

use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../src/conformance.rs");
const CASES: [&str; 6] = [
    include_str!("../../src/conformance/appending.rs"),
    include_str!("../../src/conformance/concurrency.rs"),
    include_str!("../../src/conformance/delivery.rs"),
    include_str!("../../src/conformance/faults.rs"),
    include_str!("../../src/conformance/groups.rs"),
    include_str!("../../src/conformance/reading.rs"),
];

/// A case that is written and not listed would be a test that never runs.
#[test]
fn every_case_is_in_the_table() {
    let written: BTreeSet<&str> = CASES
        .iter()
        .flat_map(|file| file.split("\npub async fn ").skip(1))
        .filter_map(|rest| rest.split('(').next())
        .collect();
    let listed = TABLE.split_once("($backend)\n").unwrap().1.split_once('}').unwrap().0;
    assert_eq!(listed.split_whitespace().collect::<BTreeSet<_>>(), written);
    assert!(written.len() >= 29);
}

/// `docs/conformance.md` says of each case what its documentation says.
#[test]
fn the_page_tells_every_case() {
    let page = include_str!("../../../../docs/conformance.md");
    let mut told = 0;
    for file in CASES {
        let mut said: Vec<&str> = Vec::new();
        for line in file.lines() {
            if let Some(words) = line.strip_prefix("/// ") {
                said.push(words);
                continue;
            }
            if let Some(name) = line.strip_prefix("pub async fn ").and_then(|rest| rest.split('(').next()) {
                let row = format!("| `{name}` | {} | ✓ | ✓ | ✓ |", said.join(" "));
                assert!(page.contains(&row), "docs/conformance.md lacks: {row}");
                told += 1;
            }
            said.clear();
        }
    }
    assert_eq!(page.lines().filter(|line| line.starts_with("| `")).count(), told);
}
