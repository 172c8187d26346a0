//! The facts of what a change costs.

use super::{FactKind, Facts};
use crate::sheet::{BillFacts, BudgetFact, CostFacts, Money, MoneyRange};
use crate::words::{clause, place, sentences, shown};

pub(super) fn add(list: &mut Facts, cost: &CostFacts) {
    if let Some(facts) = &cost.bill {
        bill(list, facts);
    }
    money(list, "cost.delta", Some(&cost.delta));
    money(list, "cost.before", Some(&cost.baseline));
    money(list, "cost.after", Some(&cost.projected));
    if let Some(share) = &cost.share {
        list.add(FactKind::Money, "cost.share", sentences(share));
    }
    range(list, "cost", cost.range.as_ref());
    level(list, "cost.confidence", cost.confidence.as_deref());
    list.texts("cost.assumed", &cost.assumed);
    for (number, line) in (1..).zip(&cost.lines) {
        list.object(format!("cost.line.{number}.object"), &line.object);
        money(list, &format!("cost.line.{number}.delta"), Some(&line.delta));
    }
    if !cost.unknown.is_empty() {
        list.count("cost.unknown.count", cost.unknown.len());
    }
    for (number, unknown) in (1..).zip(&cost.unknown) {
        list.object(format!("cost.unknown.{number}.object"), &unknown.object);
        list.add(FactKind::Text, format!("cost.unknown.{number}.reason"), clause(&unknown.reason));
    }
    list.add(FactKind::Text, "cost.source", clause(&cost.source));
    list.add(FactKind::Value, "cost.as_of", shown(&cost.as_of));
}

fn bill(list: &mut Facts, bill: &BillFacts) {
    money(list, "bill.delta", bill.delta.as_ref());
    money(list, "bill.before", bill.baseline.as_ref());
    money(list, "bill.after", bill.projected.as_ref());
    range(list, "bill", bill.range.as_ref());
    level(list, "bill.confidence", bill.confidence.as_deref());
    list.add(FactKind::Text, "bill.verdict", clause(&bill.verdict));
    list.add(FactKind::Text, "bill.deed", clause(&bill.deed));
    if !bill.waiting.is_empty() {
        list.count("waiting.count", bill.waiting.len());
    }
    for (number, waiting) in (1..).zip(&bill.waiting) {
        list.add(FactKind::Name, format!("waiting.{number}.object"), place(&waiting.controller));
        list.add(FactKind::Text, format!("waiting.{number}.text"), sentences(&waiting.text));
    }
}

/// How the budgets stand.
pub(super) fn budgets(list: &mut Facts, budgets: &[BudgetFact]) {
    if !budgets.is_empty() {
        list.count("budget.count", budgets.len());
        let against = budgets.iter().filter(|budget| budget.against).count();
        let broken = budgets.iter().filter(|budget| budget.is_broken()).count();
        list.count("budget.broken.count", broken);
        list.count("budget.open.count", against - broken);
    }
    for (number, budget) in (1..).zip(budgets) {
        list.name(format!("budget.{number}.name"), &budget.name);
        list.add(FactKind::Text, format!("budget.{number}.standing"), clause(&budget.standing));
        money(list, &format!("budget.{number}.left"), budget.left.as_ref());
        money(list, &format!("budget.{number}.limit"), budget.limit.as_ref());
    }
}

fn money(list: &mut Facts, id: &str, money: Option<&Money>) {
    if let Some(money) = money {
        list.add(FactKind::Money, id, sentences(&money.text));
    }
}

fn range(list: &mut Facts, of: &str, range: Option<&MoneyRange>) {
    if let Some(range) = range {
        money(list, &format!("{of}.range.low"), range.low.as_ref());
        money(list, &format!("{of}.range.high"), range.high.as_ref());
    }
}

fn level(list: &mut Facts, id: &str, word: Option<&str>) {
    if let Some(word) = word {
        list.add(FactKind::Level, id, shown(word));
    }
}
