//! The facts of what a change risks.

use risk_rules::Level;

use super::{FactKind, Facts};
use crate::sheet::{FindingFact, IdleWaiverFact, OpenPolicyFact, RiskFacts, UnevaluatedFact, WaivedFact};
use crate::words::{Reasons, clause, place, sentences, shown};

/// How many of those that a finding affects, and of the objects of a policy, are facts: a sentence names no more.
const NAMED: usize = 3;

pub(super) fn add(list: &mut Facts, risk: &RiskFacts) {
    list.add(FactKind::Level, "risk.level", risk.level.as_str());
    findings(list, &risk.findings);
    if !risk.waived.is_empty() {
        list.count("waived.count", risk.waived.len());
    }
    for (number, one) in (1..).zip(&risk.waived) {
        waived(list, &format!("waived.{number}"), one);
    }
    for (number, waiver) in (1..).zip(&risk.idle_waivers) {
        idle(list, &format!("idle_waiver.{number}"), waiver);
    }
    unevaluated(list, &risk.not_evaluated);
    open_policies(list, &risk.open_policies);
}

fn findings(list: &mut Facts, findings: &[FindingFact]) {
    list.count("finding.count", findings.len());
    for level in Level::ALL.into_iter().rev().filter(|level| *level != Level::None) {
        let number = findings.iter().filter(|finding| finding.level == level).count();
        if number > 0 {
            list.count(format!("finding.{level}.count"), number);
        }
    }
    for (number, one) in (1..).zip(findings) {
        finding(list, &format!("finding.{number}"), one);
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
    for (number, affected) in (1..).zip(finding.affected.iter().take(NAMED)) {
        list.add(FactKind::Name, format!("{id}.affected.{number}"), sentences(affected));
    }
    if finding.affected.len() > NAMED {
        list.count(format!("{id}.affected.count"), finding.affected.len());
    }
    list.add(FactKind::Text, format!("{id}.message"), sentences(&finding.message));
    list.add(FactKind::Text, format!("{id}.remedy"), sentences(&finding.remedy));
}

fn waived(list: &mut Facts, id: &str, waived: &WaivedFact) {
    finding(list, id, &waived.finding);
    if let Some(who) = &waived.who {
        list.name(format!("{id}.who"), who);
    }
    list.add(FactKind::Text, format!("{id}.reason"), clause(&waived.reason));
    until(list, id, waived.until.as_ref());
}

fn idle(list: &mut Facts, id: &str, waiver: &IdleWaiverFact) {
    list.name(format!("{id}.rule"), &waiver.rule);
    list.add(FactKind::Name, format!("{id}.place"), place(&waiver.place));
    list.count(format!("{id}.findings"), waiver.findings);
    until(list, id, waiver.until.as_ref());
}

fn until(list: &mut Facts, id: &str, until: Option<&String>) {
    if let Some(until) = until {
        list.add(FactKind::Value, format!("{id}.until"), shown(until));
    }
}

fn unevaluated(list: &mut Facts, rules: &[UnevaluatedFact]) {
    if !rules.is_empty() {
        list.count("unevaluated.count", rules.len());
    }
    for (number, rule) in (1..).zip(rules) {
        list.add(FactKind::Term, format!("unevaluated.{number}.rule"), shown(&rule.rule));
        list.add(FactKind::Term, format!("unevaluated.{number}.needs"), shown(&rule.needs));
    }
    let groups = Reasons::of_all(rules.iter().map(|rule| (rule.rule.clone(), &rule.needs)));
    for (number, (needs, rules)) in (1..).zip(groups.groups()) {
        list.add(FactKind::Term, format!("unevaluated.group.{number}.needs"), shown(needs));
        list.count(format!("unevaluated.group.{number}.count"), rules.len());
    }
}

fn open_policies(list: &mut Facts, policies: &[OpenPolicyFact]) {
    if !policies.is_empty() {
        list.count("open_policy.count", policies.len());
    }
    for (number, policy) in (1..).zip(policies) {
        let id = format!("open_policy.{number}");
        list.name(format!("{id}.name"), &policy.name);
        for (number, object) in (1..).zip(policy.objects.iter().take(NAMED)) {
            list.object(format!("{id}.object.{number}"), object);
        }
        list.count(format!("{id}.objects"), policy.objects.len() + policy.more);
        list.add(FactKind::Text, format!("{id}.why"), clause(&policy.why));
    }
}
