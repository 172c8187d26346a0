//! The suite's table of cases is complete.

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
