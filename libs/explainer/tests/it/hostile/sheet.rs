//! A change in which somebody else chose every string.

use explainer::{
    BillFacts, BudgetFact, ChangeFacts, DriftFacts, DriftItem, FactSheet, IdleWaiverFact, ImageChange, Money,
    MoneyRange, OpenPolicyFact, PlanFacts, Renamed, SettingChange, SettingKind, SizeChange, Subject,
    UnevaluatedFact, WaitingFact, WaivedFact,
};
use kube_model::{ObjectRef, Path};
use risk_rules::Level;
use serde_json::json;

use crate::sheets::*;

fn object(kind: &str, name: &str) -> ObjectRef {
    ObjectRef {
        api_version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some(name.to_owned()),
        name: name.to_owned(),
    }
}

/// Every string of the sheet is this one, apart from ids of rules and amounts.
pub(super) fn hostile(text: &str) -> FactSheet {
    let own = text.to_owned();
    let mut sheet = promotion(&[]);
    sheet.subject = Subject::Promotion { from: own.clone(), to: own.clone() };
    sheet.changes = changes(text);
    let mut cost = cost(12_540, 14_260, &[]);
    cost.lines = vec![explainer::CostLine { object: object(text, text), delta: money(1_720) }];
    cost.unknown = vec![explainer::UnknownCost { object: object("DaemonSet", text), reason: own.clone() }];
    cost.bill = Some(bill(text));
    cost.range = Some(MoneyRange { low: Some(money(100)), high: Some(money(9_000)) });
    (cost.source, cost.as_of, cost.assumed) = (own.clone(), "2026-10-31".to_owned(), vec![own.clone()]);
    sheet.cost = Some(cost);
    sheet.budgets = vec![BudgetFact {
        name: own.clone(),
        standing: "broken: $57.40 over $1,200.00 a month".to_owned(),
        against: true,
        left: Some(money(-5_740)),
        limit: Some(money(120_000)),
    }];
    let mut found = finding(Level::High, "some-rule", "Deployment/web", text, text);
    found.object = object("Deployment", text);
    (found.affected, found.path) = (vec![own.clone()], own.clone());
    (found.before, found.after) = (Some(json!(text)), Some(json!(text)));
    let mut risk = risk(vec![found.clone()]);
    risk.waived =
        vec![WaivedFact { finding: found, who: Some(own.clone()), reason: own.clone(), until: None }];
    risk.idle_waivers = vec![IdleWaiverFact {
        rule: own.clone(),
        place: own.clone(),
        why: "ended".to_owned(),
        until: Some("2026-10-31".to_owned()),
        findings: 1,
    }];
    risk.not_evaluated = vec![UnevaluatedFact { rule: "another-rule".to_owned(), needs: "base".to_owned() }];
    risk.open_policies = vec![OpenPolicyFact {
        name: own.clone(),
        objects: vec![object("Deployment", text)],
        more: 0,
        why: own.clone(),
    }];
    sheet.risk = Some(risk);
    sheet.plan = Some(plan(text));
    let value = Some(json!(text));
    let item = DriftItem { place: own, live: value.clone(), target: value.clone(), planned: value };
    sheet.drift = Some(DriftFacts { places: 2, written_over: vec![item] });
    sheet
}

fn changes(text: &str) -> ChangeFacts {
    let own = text.to_owned();
    let of = |kind: &str| object(kind, text);
    let items = [
        explainer::ChangeItem {
            object: of("Job"),
            op: explainer::Op::Replace,
            path: Path::root().key("metadata").key("annotations").key(text),
            before: None,
            after: None,
        },
        explainer::ChangeItem { path: Path::root(), ..added("Job/x") },
    ];
    let mut changes = ChangeFacts::of(&items, 0);
    changes.added = vec![of("Service")];
    changes.removed = vec![of("Ingress")];
    changes.renamed = vec![Renamed { before: of("Role"), after: of("Role"), consequence: own.clone() }];
    changes.images = vec![ImageChange {
        object: of("Deployment"),
        container: own.clone(),
        before: Some("r.example/a:1".to_owned()),
        after: Some(own.clone()),
    }];
    changes.settings = [SettingKind::Environment, SettingKind::Config, SettingKind::Secret]
        .map(|kind| SettingChange {
            object: of("ConfigMap"),
            kind,
            name: own.clone(),
            op: explainer::Op::Replace,
            before: Some(json!(text)),
            after: Some(json!(text)),
        })
        .into();
    changes.sizes = vec![SizeChange {
        object: of("Deployment"),
        what: "the replica count".to_owned(),
        before: Some(json!(text)),
        after: Some(json!(3)),
    }];
    changes
}

fn bill(text: &str) -> BillFacts {
    let amount = |cents: i64| -> Option<Money> { Some(money(cents)) };
    BillFacts {
        delta: amount(41_200),
        baseline: amount(690_000),
        projected: amount(731_200),
        range: None,
        confidence: Some("list".to_owned()),
        verdict: "+$412.00 a month, on $6,900.00".to_owned(),
        deed: text.to_owned(),
        waiting: vec![WaitingFact { controller: text.to_owned(), text: text.to_owned() }],
    }
}

fn plan(text: &str) -> PlanFacts {
    let items = |number: usize| vec![item(text, text); number];
    PlanFacts {
        carried: items(1),
        kept: items(5),
        pending: items(2),
        candidates: items(3),
        blocked: items(4),
        edits: vec![text.to_owned()],
        partial: vec![text.to_owned()],
        notes: vec![text.to_owned()],
    }
}

/// A change of few words, in which a name and a value are this text.
pub(super) fn named(text: &str) -> FactSheet {
    let mut sheet = promotion(&[]);
    let path = Path::root().key("data").key(text);
    let change = field("ConfigMap/c", "data.x", json!(text), json!("plain"));
    sheet.changes = ChangeFacts::of(&[explainer::ChangeItem { path, ..change }], 0);
    let mut found =
        finding(Level::Medium, "some-rule", "Deployment/web", "Something changes.", "Look at it.");
    found.object.name = text.to_owned();
    sheet.risk = Some(risk(vec![found]));
    sheet.cost = Some(cost(100, 200, &[]));
    sheet
}

/// Whether a sentence says all of a text, wherever it stands.
pub(super) fn is_said_whole(text: &str) -> bool {
    let shown = kube_model::shown(text);
    text.chars().count() <= 40 && shown.chars().count() <= 48 && !shown.contains("\\n") && !text.is_empty()
}

/// The text about `zqx` as it has to be about another name. What looks like a word of ours stands in quotes.
pub(super) fn renamed(text: &str, name: &str) -> String {
    let shown = kube_model::shown(name);
    let ours = ["none", "low", "medium", "high", "critical", "safe", "approved", "waived"];
    let amount = name.trim_start_matches(['+', '-']).starts_with(['$', '€', '£', '¥']);
    let is_ours = amount || ours.contains(&name.to_lowercase().as_str());
    match is_ours && !shown.starts_with('"') {
        true => text.replace("zqx", &format!("\"{shown}\"")),
        false => text.replace("zqx", &shown),
    }
}
