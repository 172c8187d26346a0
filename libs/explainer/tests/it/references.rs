//! Facts have names that are unique and stay the same.

use std::collections::{BTreeMap, BTreeSet};

use explainer::{ChangeFacts, Fact, FactKind, FactSheet, explain};

use crate::sheets::{self, *};

fn by_id(sheet: &FactSheet) -> BTreeMap<String, Fact> {
    sheet.facts().into_iter().map(|fact| (fact.id.clone(), fact)).collect()
}

#[test]
fn every_name_of_a_fact_is_unique_and_made_of_plain_parts() {
    for (name, sheet) in sheets::all() {
        let facts = sheet.facts();
        let ids: BTreeSet<&str> = facts.iter().map(|fact| fact.id.as_str()).collect();
        assert_eq!(ids.len(), facts.len(), "{name}");
        let is_part = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        assert!(ids.iter().all(|id| id.split('.').all(is_part)), "{name}: {ids:?}");
        assert!(facts.iter().all(|fact| !fact.text.is_empty()), "{name}");
    }
}

/// The names are written down by others: in prompts, in answers that are kept.
#[test]
fn the_names_of_the_facts_stay_as_they_are() {
    let sheet = sheets::named("the-demo");
    let facts = by_id(&sheet);
    for (id, kind, text) in [
        ("subject.from", FactKind::Name, "staging"),
        ("subject.to", FactKind::Name, "production"),
        ("risk.level", FactKind::Level, "high"),
        ("finding.count", FactKind::Count, "4"),
        ("finding.high.count", FactKind::Count, "2"),
        ("finding.2.rule", FactKind::Term, "memory-limit-lowered"),
        ("finding.2.level", FactKind::Level, "high"),
        ("finding.2.object", FactKind::Name, "Deployment checkout"),
        ("cost.delta", FactKind::Money, "$15.38"),
        ("cost.before", FactKind::Money, "$555.17"),
        ("cost.after", FactKind::Money, "$570.55"),
        ("cost.line.2.object", FactKind::Name, "Deployment wishlist-v1"),
        ("cost.line.2.delta", FactKind::Money, "-$5.38"),
        ("cost.unknown.1.object", FactKind::Name, "DaemonSet log-agent"),
        ("cost.as_of", FactKind::Value, "2026-09-06"),
        ("image.count", FactKind::Count, "2"),
        ("image.1.container", FactKind::Name, "catalog"),
        ("image.1.after", FactKind::Value, "mirror.example/shop/catalog:2.14.0"),
        ("setting.2.name", FactKind::Name, "PAYMENT_TIMEOUT_MS"),
        ("setting.2.before", FactKind::Value, "4000"),
        ("size.1.after", FactKind::Value, "384Mi"),
        ("added.1", FactKind::Name, "ConfigMap payment-worker"),
        ("removed.2", FactKind::Name, "Service wishlist-v1"),
        ("field.1.path", FactKind::Name, "spec.metrics"),
        ("pending.count", FactKind::Count, "1"),
        ("kept.count", FactKind::Count, "13"),
        ("kept.13.reason", FactKind::Text, "placement belongs to the environment's nodes"),
        ("file.5", FactKind::Name, "production/worker.yaml"),
    ] {
        let fact = facts.get(id).unwrap_or_else(|| panic!("there is no {id}"));
        assert_eq!((fact.kind, fact.text.as_str()), (kind, text), "{id}");
    }
    assert_eq!(sheet.facts(), sheet.clone().facts());
}

/// What is known of one thing more leaves the names of the others alone.
#[test]
fn a_longer_list_names_what_it_had_as_before() {
    let sheet = sheets::named("the-demo");
    let mut more = sheet.clone();
    more.changes.settings.push(more.changes.settings[0].clone());
    more.plan.as_mut().unwrap().kept.push(item("z", "another reason"));
    let counts = ["setting.count", "kept.count"];
    let (was, is) = (by_id(&sheet), by_id(&more));
    // A group counts what the list holds.
    let counts = |id: &str| counts.contains(&id) || id.contains(".group.");
    assert!(was.iter().all(|(id, fact)| counts(id) || is.get(id) == Some(fact)));
    assert!(is.len() > was.len());
}

/// A secret's value and a text that no sentence would show are no facts.
#[test]
fn what_is_not_said_is_no_fact() {
    let mut sheet = promotion(&[]);
    sheet.changes = ChangeFacts::of(
        &[
            field("Secret/db", "data.url", "(secret 00000001)".into(), "(secret 00000002)".into()),
            field("ConfigMap/a", "data.URL", "(secret 00000003)".into(), "plain".into()),
            field("ConfigMap/a", "data.TABLE", "a\nb".into(), "x".repeat(500).into()),
        ],
        0,
    );
    let values: Vec<String> =
        sheet.facts().into_iter().filter(|fact| fact.kind == FactKind::Value).map(|fact| fact.text).collect();
    assert_eq!(values, ["plain"]);
    assert!(!explain(&sheet).to_text().contains("(secret "));
}

#[test]
fn a_fact_is_one_bounded_line_without_what_is_not_seen() {
    let sheet = sheets::named("hostile-names");
    for fact in sheet.facts() {
        assert!(fact.text.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{fact:?}");
        assert!(fact.text.chars().count() <= 610, "{fact:?}");
    }
}
