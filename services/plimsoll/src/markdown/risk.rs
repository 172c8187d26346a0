//! `plimsoll risk` as Markdown.

use kube_model::shown_list;
use risk_rules::{Finding, RiskReport};

use super::{Page, code_of, table_head, table_row};
use crate::escape;
use crate::text::folded::folded;
use crate::text::risk::{MOST_AFFECTED, verdict};
use crate::text::waived::{by_waiver, sentence};
use crate::text::{count, open, value};

pub(crate) fn render(report: &RiskReport) -> Page {
    let mut page = Page::default();
    page.keep(format!("### {}\n", verdict(report)));
    page.append(details(report));
    page
}

/// The findings, worst first, and the rules that lacked their facts.
pub(crate) fn details(report: &RiskReport) -> Page {
    let mut page = Page::default();
    if !report.findings.is_empty() {
        page.keep("\n");
    }
    for group in folded(&report.findings) {
        let one = group.first();
        let name = format!("{} {}", escape::code(&one.rule), escape::code(&value::object(&one.object)));
        page.finding(name, finding(one, &group.findings[1..]));
    }
    waived(&mut page, report);
    if !report.not_evaluated.is_empty() {
        let mut rules: Vec<String> =
            report.not_evaluated.iter().map(|rule| escape::code(&rule.rule)).collect();
        rules.dedup();
        let text = format!("\n<sub>Not evaluated, for lack of facts: {}</sub>\n", rules.join(", "));
        page.detail("the rules that lack their facts", text);
    }
    open_policies(&mut page, report);
    page
}

/// The policies that could not be held against everything, as text lists them.
fn open_policies(page: &mut Page, report: &RiskReport) {
    let all = &report.policies_not_evaluated;
    if all.is_empty() {
        return;
    }
    let told = all.iter().take(open::LISTED).map(|one| escape::markdown(&open::sentence(one)));
    let more = all.len().saturating_sub(open::LISTED);
    let more = (more > 0).then(|| format!("and {}", count(more, "policy more", "policies more")));
    let told: Vec<String> = told.chain(more).collect();
    let text = format!("\n<sub>Policies not evaluated: {}</sub>\n", told.join("<br>"));
    page.detail("the policies that were not evaluated", text);
}

/// What is waived, folded: a row for each waiver.
fn waived(page: &mut Page, report: &RiskReport) {
    if !report.waived.is_empty() {
        let mut table = table_head(&["Findings", "Rule", "Where", "Who", "Until", "Why"]);
        for group in by_waiver(report) {
            let first = &group.waived[0].finding;
            table.push_str(&table_row(&[
                format!("{}, {}", group.waived.len(), first.level),
                group.rules().into_iter().map(escape::code).collect::<Vec<_>>().join(", "),
                escape::code(&group.waiver.place.to_string()),
                escape::markdown(group.waiver.who.as_deref().unwrap_or("an annotation")),
                group.waiver.until.map_or_else(String::new, |until| until.to_string()),
                escape::markdown(&group.waiver.reason),
            ]));
        }
        let title = format!("Waived: {}", count(report.waived.len(), "finding", "findings"));
        page.detail("what is waived", super::folded(&title, &table));
    }
    for idle in &report.waivers_idle {
        let text = escape::markdown(&sentence(idle));
        match idle.findings {
            0 => page.detail("the waivers without effect", format!("\n<sub>{text}</sub>\n")),
            _ => page.keep(format!("\n> {text}\n")),
        }
    }
}

/// How many of a rule's other objects are named.
const NAMED: usize = 6;

fn finding(finding: &Finding, others: &[&Finding]) -> String {
    let Finding { rule, level, object, path, before, after, affected, message, source, remedy, .. } = finding;
    let mut item = format!("- **{level}** {}: {}", escape::code(rule), escape::code(&value::object(object)));
    if !path.is_root() {
        item.push_str(&format!(" {}", escape::code(&path.to_string())));
    }
    if before.is_some() || after.is_some() {
        let (before, after) = (code_of(before.as_ref()), code_of(after.as_ref()));
        let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        match before == after {
            true => item.push_str(&format!(" ({after})")),
            false => item.push_str(&format!(" ({} → {})", or_none(before), or_none(after))),
        }
    }
    if let Some(at) = &finding.location {
        item.push_str(&format!(" at {}", escape::code(&format!("{}:{}", at.file, at.line))));
    }
    let mut names: Vec<String> = others.iter().map(|other| value::object(&other.object)).collect();
    names.dedup();
    let others = match others.len() {
        0 => String::new(),
        more => format!("And {more} more: {}  \n  ", escape::markdown(&shown_list(&names, NAMED))),
    };
    let affected = match affected.is_empty() {
        true => String::new(),
        false => format!("Affects: {}  \n  ", escape::markdown(&shown_list(affected, MOST_AFFECTED))),
    };
    format!(
        "{item}  \n  {}  \n  {others}{affected}Do: {} ([source](<{}>))\n",
        escape::markdown(message),
        escape::markdown(remedy),
        escape::line(source).replace(['<', '>', ' '], "")
    )
}
