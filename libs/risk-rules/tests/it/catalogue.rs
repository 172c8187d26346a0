//! The table of the rules, its page, and that every rule has its tests.

use std::collections::{BTreeMap, BTreeSet};

use risk_rules::{CHECKS, Level, RULES, catalogue};

use crate::case::Case;
use crate::{
    availability, calls, capacity, configuration, data, delivery, directories, gateways, hardening, keeping,
    lifecycle, network, placement, refused, rivals, rollout, routing, security, settings, supply_chain,
    updates,
};

fn cases() -> Vec<Case> {
    [
        availability::cases(),
        calls::cases(),
        directories::cases(),
        gateways::cases(),
        rivals::cases(),
        hardening::cases(),
        keeping::cases(),
        routing::cases(),
        settings::cases(),
        capacity::cases(),
        configuration::cases(),
        data::cases(),
        delivery::cases(),
        lifecycle::cases(),
        network::cases(),
        placement::cases(),
        refused::cases(),
        rollout::cases(),
        security::cases(),
        supply_chain::cases(),
        updates::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The rules that need facts beside the two states have theirs in `needs.rs`.
#[test]
fn every_rule_has_a_change_that_fires_it_and_one_that_must_not() {
    let (quiet, firing): (Vec<Case>, Vec<Case>) = cases().into_iter().partition(Case::is_near_miss);
    let ids = |cases: &[Case]| -> BTreeSet<&str> { cases.iter().map(|case| case.rule).collect() };
    let of_states: BTreeSet<&str> =
        RULES.iter().filter(|rule| rule.needs().is_none()).map(|rule| rule.id).collect();
    assert_eq!(ids(&firing), of_states);
    assert_eq!(ids(&quiet), of_states);
}

/// The range of a rule's levels is that of its cases, and each level is what its impact and likelihood give.
#[test]
fn every_rule_reaches_its_levels_and_never_exceeds_them() {
    let mut reached: BTreeMap<&str, BTreeSet<Level>> = BTreeMap::new();
    for case in cases() {
        if let Some(finding) = case.check() {
            assert_eq!(finding.level, Level::of(finding.impact, finding.likelihood), "{}", case.rule);
            reached.entry(case.rule).or_default().insert(finding.level);
        }
    }
    let of_states = RULES.iter().filter(|rule| rule.needs().is_none());
    let wrong: Vec<String> = of_states
        .map(|rule| (rule, reached.get(rule.id).cloned().unwrap_or_default()))
        .filter(|(rule, levels)| [levels.first(), levels.last()] != rule.levels.each_ref().map(Some))
        .map(|(rule, levels)| format!("{}: {:?} is in fact {levels:?}", rule.id, rule.levels))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_rule_is_whole() {
    let entries = catalogue();
    let ids: BTreeSet<&str> = entries.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), entries.len(), "ids are unique");
    for rule in entries {
        assert!(rule.source.starts_with("https://"), "{}", rule.id);
        assert!(rule.remedy.ends_with('.') && !rule.title.ends_with('.'), "{}", rule.id);
        assert!(Level::None < rule.lowest && rule.lowest <= rule.highest, "{}", rule.id);
        assert!(!rule.fires.is_empty() && !rule.near_miss.is_empty(), "{}", rule.id);
    }
}

#[test]
fn the_catalogue_is_the_table_as_data() {
    let entries = serde_json::to_value(catalogue()).unwrap();
    assert_eq!(entries.as_array().unwrap().len(), RULES.len() + CHECKS.len());
    let first = &entries[0];
    assert_eq!(first["id"], RULES[0].id);
    assert_eq!((&first["lowest"], &first["highest"]), (&"medium".into(), &"critical".into()));
    assert_eq!(
        first["equivalents"],
        serde_json::json!(["kube-linter/minimum-three-replicas", "kube-linter/hpa-minimum-three-replicas"])
    );
}
