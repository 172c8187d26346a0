//! The table of the rules, its page, and that every rule has its tests.

use std::collections::BTreeSet;

use risk_rules::{Level, RULES};

use crate::case::Case;
use crate::{availability, capacity, configuration, data, network, rollout, security, supply_chain};

const PAGE: &str = include_str!("../../../../docs/rules.md");

fn cases() -> Vec<Case> {
    [
        availability::cases(),
        capacity::cases(),
        configuration::cases(),
        data::cases(),
        network::cases(),
        rollout::cases(),
        security::cases(),
        supply_chain::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The rules over the plan of a promotion have tests of their own, in `promotion.rs`.
#[test]
fn every_rule_has_a_change_that_fires_it_and_one_that_must_not() {
    let (quiet, firing): (Vec<Case>, Vec<Case>) = cases().into_iter().partition(Case::is_near_miss);
    let ids = |cases: &[Case]| -> BTreeSet<&str> { cases.iter().map(|case| case.rule).collect() };
    let of_states: BTreeSet<&str> =
        RULES.iter().filter(|rule| rule.needs().is_none()).map(|rule| rule.id).collect();
    assert_eq!(ids(&firing), of_states);
    assert_eq!(ids(&quiet), of_states);
}

/// A rule's level is the highest that a case of it gives.
#[test]
fn every_rule_reaches_its_level_and_never_exceeds_it() {
    let mut reached: std::collections::BTreeMap<&str, Level> = std::collections::BTreeMap::new();
    for case in cases() {
        if let Some(finding) = case.check() {
            let level = reached.entry(case.rule).or_default();
            *level = finding.level.max(*level);
        }
    }
    for rule in RULES.iter().filter(|rule| rule.needs().is_none()) {
        assert_eq!(reached[rule.id], rule.level, "{}", rule.id);
    }
}

#[test]
fn every_rule_is_whole() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len(), "ids are unique");
    for rule in RULES {
        assert!(rule.source.starts_with("https://kubernetes.io/docs/"), "{}", rule.id);
        assert!(rule.remedy.ends_with('.') && !rule.title.ends_with('.'), "{}", rule.id);
        assert!(rule.level > Level::None, "{}", rule.id);
    }
}

/// The page is written by hand around a table that follows from the code.
#[test]
fn the_page_lists_the_rules_as_they_are() {
    let expected: Vec<String> = RULES
        .iter()
        .map(|rule| {
            let needs = rule.needs().map(|needs| format!(" (needs the {needs})")).unwrap_or_default();
            format!(
                "| `{}` | {} | {} | {}{needs} | [documentation]({}) |",
                rule.id, rule.group, rule.level, rule.title, rule.source
            )
        })
        .collect();
    let listed: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("| `")).collect();
    let listed: Vec<&str> = listed.into_iter().filter(|line| line.contains("[documentation]")).collect();
    assert_eq!(listed, expected, "the table should be:\n{}\n", expected.join("\n"));
}
