//! The facts of what a change risks.

use risk_rules::Level;

use super::{FactKind, Facts};
use crate::sheet::{FindingFact, RiskFacts};
use crate::words::{Reasons, clause, place, sentences, shown};

pub(super) fn add(list: &mut Facts, risk: &RiskFacts) {
    list.add(FactKind::Level, "risk.level", risk.level.as_str());
    list.count("finding.count", risk.findings.len());
    for level in Level::ALL.into_iter().rev().filter(|level| *level != Level::None) {
        let number = risk.findings.iter().filter(|finding| finding.level == level).count();
        if number > 0 {
            list.count(format!("finding.{level}.count"), number);
        }
    }
    for (number, one) in (1..).zip(&risk.findings) {
        finding(list, &format!("finding.{number}"), one);
    }
    if !risk.waived.is_empty() {
        list.count("waived.count", risk.waived.len());
    }
    for (number, one) in (1..).zip(&risk.waived) {
        let id = format!("waived.{number}");
        finding(list, &id, &one.finding);
        if let Some(who) = &one.who {
            list.name(format!("{id}.who"), who);
        }
        list.add(FactKind::Text, format!("{id}.reason"), clause(&one.reason));
        if let Some(until) = &one.until {
            list.add(FactKind::Value, format!("{id}.until"), shown(until));
        }
    }
    for (number, waiver) in (1..).zip(&risk.idle_waivers) {
        let id = format!("idle_waiver.{number}");
        list.name(format!("{id}.rule"), &waiver.rule);
        list.add(FactKind::Name, format!("{id}.place"), place(&waiver.place));
        list.count(format!("{id}.findings"), waiver.findings);
        if let Some(until) = &waiver.until {
            list.add(FactKind::Value, format!("{id}.until"), shown(until));
        }
    }
    if !risk.not_evaluated.is_empty() {
        list.count("unevaluated.count", risk.not_evaluated.len());
    }
    for (number, rule) in (1..).zip(&risk.not_evaluated) {
        list.add(FactKind::Term, format!("unevaluated.{number}.rule"), shown(&rule.rule));
        list.add(FactKind::Term, format!("unevaluated.{number}.needs"), shown(&rule.needs));
    }
    let groups = Reasons::of_all(risk.not_evaluated.iter().map(|rule| (rule.rule.clone(), &rule.needs)));
    for (number, (needs, rules)) in (1..).zip(groups.groups()) {
        list.add(FactKind::Term, format!("unevaluated.group.{number}.needs"), shown(needs));
        list.count(format!("unevaluated.group.{number}.count"), rules.len());
    }
}

fn finding(list: &mut Facts, id: &str, finding: &FindingFact) {
    list.add(FactKind::Level, format!("{id}.level"), finding.level.as_str());
    list.add(FactKind::Term, format!("{id}.rule"), shown(&finding.rule));
    if !finding.likelihood.is_empty() {
        list.add(FactKind::Level, format!("{id}.likelihood"), shown(&finding.likelihood));
    }
    list.object(format!("{id}.object"), &finding.object);
    if !finding.path.is_empty() {
        list.add(FactKind::Name, format!("{id}.path"), place(&finding.path));
    }
    list.value(format!("{id}.before"), finding.before.as_ref());
    list.value(format!("{id}.after"), finding.after.as_ref());
    for (number, affected) in (1..).zip(&finding.affected) {
        list.add(FactKind::Name, format!("{id}.affected.{number}"), sentences(affected));
    }
    list.add(FactKind::Text, format!("{id}.message"), sentences(&finding.message));
    list.add(FactKind::Text, format!("{id}.remedy"), sentences(&finding.remedy));
}
