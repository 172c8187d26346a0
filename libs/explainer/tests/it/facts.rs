//! Every number and every name in an explanation is a fact.

use explainer::{ChangeFacts, FactSheet, PlanFacts, RiskFacts, explain};
use kube_model::State;
use kube_model::yaml::Limits;
use proptest::prelude::*;
use risk_rules::{Facts, Level, assess};
use serde_json::json;

use crate::checker::inventions;
use crate::sheets::{self, *};

#[test]
fn explanations_say_nothing_but_facts() {
    let of = |(name, sheet): (String, _)| (inventions(&sheet, &explain(&sheet).to_text()), name);
    let found: Vec<_> = sheets::all().into_iter().map(of).filter(|(found, _)| !found.is_empty()).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// The proof is worth something only if it refuses what is no fact.
#[test]
fn an_invented_number_name_or_level_is_seen() {
    let sheet = sheets::named("the-demo");
    for (said, invented) in [
        ("2 images and 3 settings go to production", None),
        ("3 images and 3 settings go to production", Some("3 images")),
        ("2 high and 1 low findings.", Some("1 low")),
        ("3 objects are removed.", Some("3 objects are removed")),
        ("47 things are left out.", Some("47")),
        ("It costs $99.99 more a month.", Some("$99.99")),
        ("The highest risk is critical.", Some("critical")),
        ("Deployment frontend is removed.", Some("frontend")),
        ("PAYMENT_TIMEOUT goes from 4000 to 2500.", Some("PAYMENT_TIMEOUT")),
        ("It is perfectly safe.", Some("safe")),
    ] {
        let found = inventions(&sheet, said);
        match invented {
            None => assert!(found.is_empty(), "{said}: {found:?}"),
            Some(invented) => assert!(found.iter().any(|word| word == invented), "{said}: {found:?}"),
        }
    }
}

/// From two states to words, through the rules.
#[test]
fn findings_of_the_rules_are_told_as_they_are() {
    let manifest = |pods: u32| {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{replicas: {pods}, selector: {{}}, \
             template: {{spec: {{containers: []}}}}}}}}"
        )
    };
    let read = |text: &str| State::read([("a.yaml", text)], &Limits::default()).unwrap().objects;
    let report = assess(Some(&read(&manifest(3))), &read(&manifest(1)), &Facts::default());
    let mut sheet = comparison("a", "b", &[field("Deployment/web", "spec.replicas", json!(3), json!(1))]);
    sheet.risk = Some(RiskFacts::from(&report));
    let text = explain(&sheet).to_text();
    assert!(text.starts_with("1 size changes between a and b; highest risk: high\n"), "{text}");
    assert!(text.contains(&report.findings[0].message), "{text}");
    assert_eq!(inventions(&sheet, &text), Vec::<String>::new(), "{text}");
}

/// Names as people give them, and as people who mean harm do.
fn a_name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z0-9-]{0,10}", "[A-Z_]{1,8}", "\\PC{1,20}", any::<String>(), Just("a".repeat(400))]
        .prop_filter("a name is not empty", |name| !name.trim().is_empty())
}

prop_compose! {
    fn a_sheet()(
        names in prop::collection::vec((a_name(), a_name(), a_name()), 1..9),
        levels in prop::collection::vec(1..5_usize, 0..9),
        cents in (0..1_000_000_i64, 0..1_000_000_i64),
        reasons in prop::collection::vec((a_name(), 0..3_usize), 0..9),
    ) -> FactSheet {
        let changes: Vec<_> = names.iter().enumerate().map(|(at, (name, key, value))| {
            let object = format!("Deployment/{}", name.replace('/', "-"));
            match at % 5 {
                0 => added(&object),
                1 => removed(&object),
                2 => image(&object, "r.example/a:1.0", "r.example/a:1.1"),
                3 => field(&object, "spec.replicas", json!(2), json!(3)),
                _ => {
                    let object = format!("ConfigMap/{}", name.replace('/', "-"));
                    let mut item = field(&object, "data.x", json!(value), json!(key));
                    item.path = kube_model::Path::root().key("data").key(key);
                    item
                }
            }
        }).collect();
        let mut sheet = promotion(&[]);
        sheet.changes = ChangeFacts::of(&changes, levels.len());
        let lines = [("Deployment/web", cents.1 - cents.0)];
        sheet.cost = Some(cost(cents.0, cents.1, &lines));
        let mut levels = levels;
        levels.sort_unstable_by(|a, b| b.cmp(a));
        sheet.risk = Some(risk(levels.iter().map(|level| {
            finding(Level::ALL[*level], "some-rule", "Deployment/web", "Something changes.", "Look at it.")
        }).collect()));
        let reason = ["one reason", "another reason.", "a third: reason"];
        let items: Vec<_> = reasons.iter().map(|(place, why)| item(place, reason[*why])).collect();
        sheet.plan = Some(PlanFacts { blocked: items.clone(), kept: items, ..PlanFacts::default() });
        sheet
    }
}

proptest! {
    #[test]
    fn whatever_the_names_are_nothing_else_is_said(sheet in a_sheet()) {
        let text = explain(&sheet).to_text();
        prop_assert_eq!(inventions(&sheet, &text), Vec::<String>::new(), "{}", text);
    }

    #[test]
    fn whatever_the_names_are_a_line_stays_a_line(sheet in a_sheet()) {
        let explanation = explain(&sheet);
        let lines = 1 + explanation.paragraphs.len()
            + if explanation.checklist.is_empty() { 0 } else { 1 + explanation.checklist.len() };
        let text = explanation.to_text();
        prop_assert_eq!(text.split('\n').count(), lines);
        prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", text);
    }
}
