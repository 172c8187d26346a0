//! The parts that sheets are put together from.

use explainer::{
    ChangeFacts, ChangeItem, CostFacts, CostLine, FactSheet, FindingFact, Money, Op, PlanItem, RiskFacts,
    Subject,
};
use kube_model::{ObjectRef, Path, Segment};
use risk_rules::Level;
use serde_json::{Value, json};

/// `Deployment/web` or `Deployment/shop/web`.
pub(crate) fn object(text: &str) -> ObjectRef {
    let mut parts: Vec<&str> = text.splitn(3, '/').collect();
    let name = parts.pop().unwrap().to_owned();
    let (kind, namespace) = (parts[0].to_owned(), parts.get(1).map(|namespace| (*namespace).to_owned()));
    ObjectRef { api_version: "v1".to_owned(), kind, namespace, name }
}

pub(crate) fn added(name: &str) -> ChangeItem {
    let object = object(name);
    ChangeItem { object, op: Op::Add, path: "".parse().unwrap(), before: None, after: Some(json!({})) }
}

pub(crate) fn removed(name: &str) -> ChangeItem {
    let object = object(name);
    ChangeItem { object, op: Op::Remove, path: "".parse().unwrap(), before: Some(json!({})), after: None }
}

/// A change of a field: null stands for nothing.
pub(crate) fn field(name: &str, path: &str, before: Value, after: Value) -> ChangeItem {
    let op = match (&before, &after) {
        (Value::Null, _) => Op::Add,
        (_, Value::Null) => Op::Remove,
        _ => Op::Replace,
    };
    let value = |value: Value| (!value.is_null()).then_some(value);
    let path = path.parse().unwrap();
    ChangeItem { object: object(name), op, path, before: value(before), after: value(after) }
}

/// Another image of the container that is called like its workload.
pub(crate) fn image(name: &str, before: &str, after: &str) -> ChangeItem {
    let item = Segment::Item(vec![("name".to_owned(), object(name).name)]);
    let pod: Path = "spec.template.spec".parse().unwrap();
    let path = pod.key("containers").join(item).key("image");
    ChangeItem { path, ..field(name, "spec", json!(before), json!(after)) }
}

pub(crate) fn promotion(changes: &[ChangeItem]) -> FactSheet {
    let subject = Subject::Promotion { from: "staging".to_owned(), to: "production".to_owned() };
    sheet(subject, changes)
}

pub(crate) fn comparison(before: &str, after: &str, changes: &[ChangeItem]) -> FactSheet {
    sheet(Subject::Comparison { before: before.to_owned(), after: after.to_owned() }, changes)
}

pub(crate) fn sheet(subject: Subject, changes: &[ChangeItem]) -> FactSheet {
    FactSheet {
        subject,
        changes: ChangeFacts::of(changes, 0),
        cost: None,
        budgets: vec![],
        risk: Some(risk(vec![])),
        plan: None,
        drift: None,
    }
}

/// From cents: `$125.40`.
pub(crate) fn money(cents: i64) -> Money {
    let sign = if cents < 0 { "-" } else { "" };
    let text = format!("{sign}${}.{:02}", cents.abs() / 100, cents.abs() % 100);
    Money { micros: cents * 10_000, text }
}

pub(crate) fn cost(baseline: i64, projected: i64, lines: &[(&str, i64)]) -> CostFacts {
    let line = |(name, delta): &(&str, i64)| CostLine { object: object(name), delta: money(*delta) };
    CostFacts {
        bill: None,
        baseline: money(baseline),
        projected: money(projected),
        delta: money(projected - baseline),
        share: None,
        range: None,
        confidence: None,
        assumed: vec![],
        lines: lines.iter().map(line).collect(),
        unknown: vec![],
        source: "contract 4711".to_owned(),
        as_of: "2026-09-06".to_owned(),
    }
}

pub(crate) fn finding(level: Level, rule: &str, name: &str, message: &str, remedy: &str) -> FindingFact {
    FindingFact {
        rule: rule.to_owned(),
        level,
        likelihood: "certain".to_owned(),
        object: object(name),
        path: String::new(),
        before: None,
        after: None,
        affected: vec![],
        message: message.to_owned(),
        remedy: remedy.to_owned(),
    }
}

pub(crate) fn risk(findings: Vec<FindingFact>) -> RiskFacts {
    let level = Level::of_all(findings.iter().map(|finding| finding.level));
    RiskFacts {
        level,
        findings,
        waived: vec![],
        idle_waivers: vec![],
        not_evaluated: vec![],
        open_policies: vec![],
    }
}

pub(crate) fn item(place: &str, reason: &str) -> PlanItem {
    PlanItem { place: place.to_owned(), reason: reason.to_owned(), declined: false, waited: false }
}
