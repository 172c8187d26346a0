//! `plimsoll risk` as text.

use kube_model::shown_list;
use risk_rules::{Finding, Level, RiskReport};
use serde_json::Value;

use super::{Page, count, value};
use crate::escape;
use crate::style::{Style, Tone};

pub(crate) fn render(report: &RiskReport, style: Style) -> String {
    let mut page = Page::new(style);
    let verdict = style.paint(tone(report.risk_level), &verdict(report));
    page.line(&verdict);
    details(&mut page, report);
    page.finish()
}

/// How many of those who are affected a page names; the document lists them all.
pub(crate) const MOST_AFFECTED: usize = 4;

/// `Risk: high (1 high, 2 medium)`.
pub(crate) fn verdict(report: &RiskReport) -> String {
    let level = report.risk_level;
    let counts: Vec<String> = Level::ALL
        .into_iter()
        .rev()
        .map(|level| (level, report.findings.iter().filter(|finding| finding.level == level).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(level, count)| format!("{count} {level}"))
        .collect();
    let evaluated = match report.not_evaluated.len() {
        0 => String::new(),
        rules => format!("; {} not evaluated", count(rules, "rule", "rules")),
    };
    match counts.is_empty() {
        true => format!("Risk: {level}; no rule found anything{evaluated}"),
        false => format!("Risk: {level} ({}){evaluated}", counts.join(", ")),
    }
}

/// The findings, worst first, and the rules that lacked their facts.
pub(crate) fn details(page: &mut Page, report: &RiskReport) {
    for finding in &report.findings {
        page.blank();
        write(page, finding);
    }
    if !report.not_evaluated.is_empty() {
        page.blank();
        for rule in &report.not_evaluated {
            let needs = match rule.needs.as_str() {
                "plan" => "needs the plan of a promotion (plimsoll preview)",
                "base" => "needs to know what the source was at the last promotion (--base)",
                "usage" => "needs what the containers use, measured in the target's cluster (--usage)",
                "version" => "needs the version of the target's API server (--kubernetes-version)",
                "history" => "needs the earlier promotions to the target",
                "nodes" => "needs the target's nodes",
                "source-live" => "needs what runs in the source's cluster (--source-live)",
                needs => needs,
            };
            page.wrapped(0, Some(Tone::Quiet), &format!("Not evaluated: {}, which {needs}.", rule.rule));
        }
    }
}

fn write(page: &mut Page, finding: &Finding) {
    let level = page.style.paint(tone(finding.level), &finding.level.as_str().to_uppercase());
    let rule = page.style.paint(Tone::Strong, &escape::line(&finding.rule));
    page.line(&format!("{level} {rule}: {}", value::object(&finding.object)));
    page.wrapped(2, None, &finding.message);
    if !finding.path.is_root() {
        let start = format!("  at {}", escape::line(&finding.path.to_string()));
        let room = page.style.width.saturating_sub(start.chars().count() + 2);
        let evidence = evidence(finding.before.as_ref(), finding.after.as_ref(), room);
        page.line(&format!("{start}{evidence}"));
    }
    if !finding.affected.is_empty() {
        let affected = shown_list(&finding.affected, MOST_AFFECTED);
        page.wrapped(2, None, &format!("affects: {}", escape::line(&affected)));
    }
    page.wrapped(2, None, &format!("do: {}", finding.remedy));
    page.wrapped(2, Some(Tone::Quiet), &format!("see {}", finding.source));
}

fn evidence(before: Option<&Value>, after: Option<&Value>, room: usize) -> String {
    let absent = Value::from("(none)");
    match (before, after) {
        (None, None) => String::new(),
        (before, after) => {
            let room = room.saturating_sub(3).max(20);
            let (before, after) = value::pair(before.unwrap_or(&absent), after.unwrap_or(&absent), room);
            format!(": {before} → {after}")
        }
    }
}

pub(crate) fn tone(level: Level) -> Tone {
    match level {
        Level::None => Tone::Good,
        Level::Low => Tone::Strong,
        Level::Medium => Tone::Careful,
        Level::High | Level::Critical => Tone::Bad,
    }
}
