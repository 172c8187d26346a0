//! `plimsoll risk` as Markdown.

use kube_model::shown_list;
use risk_rules::{Finding, RiskReport};

use super::{Page, code_of};
use crate::escape;
use crate::text::risk::{MOST_AFFECTED, verdict};
use crate::text::value;

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
    for one in &report.findings {
        let name = format!("{} {}", escape::code(&one.rule), escape::code(&value::object(&one.object)));
        page.finding(name, finding(one));
    }
    if !report.not_evaluated.is_empty() {
        let rules: Vec<String> = report.not_evaluated.iter().map(|rule| escape::code(&rule.rule)).collect();
        let text = format!("\n<sub>Not evaluated, for lack of facts: {}</sub>\n", rules.join(", "));
        page.detail("the rules that lack their facts", text);
    }
    page
}

fn finding(finding: &Finding) -> String {
    let Finding { rule, level, object, path, before, after, affected, message, source, remedy, .. } = finding;
    let mut item = format!("- **{level}** {}: {}", escape::code(rule), escape::code(&value::object(object)));
    if !path.is_root() {
        item.push_str(&format!(" {}", escape::code(&path.to_string())));
    }
    if before.is_some() || after.is_some() {
        let (before, after) = (code_of(before.as_ref()), code_of(after.as_ref()));
        let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        item.push_str(&format!(" ({} → {})", or_none(before), or_none(after)));
    }
    let affected = match affected.is_empty() {
        true => String::new(),
        false => format!("Affects: {}  \n  ", escape::markdown(&shown_list(affected, MOST_AFFECTED))),
    };
    format!(
        "{item}  \n  {}  \n  {affected}Do: {} ([source](<{}>))\n",
        escape::markdown(message),
        escape::markdown(remedy),
        escape::line(source).replace(['<', '>', ' '], "")
    )
}
