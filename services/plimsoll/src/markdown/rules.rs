//! `plimsoll rules` as Markdown. What the catalogue says is Markdown already.

use risk_rules::CatalogueEntry;

use super::{table_head, table_row};
use crate::escape;
use crate::text::risk::lacking;
use crate::text::rules::{meant, page_of, range};

pub(crate) fn list(rules: &[CatalogueEntry]) -> String {
    let mut table = table_head(&["Rule", "About", "Level", "Needs", "What it sees"]);
    for rule in rules {
        table.push_str(&table_row(&[
            escape::code(rule.id),
            rule.group.clone(),
            range(rule),
            rule.needs.unwrap_or_default().to_owned(),
            rule.title.replace('|', "\\|"),
        ]));
    }
    table
}

pub(crate) fn explain(rules: &[&CatalogueEntry]) -> String {
    let sections = rules.iter().map(|rule| {
        let CatalogueEntry { id, group, title, fires, near_miss, remedy, source, equivalents, .. } = rule;
        let mut text = format!("### {id}\n\n{title}\n\n- group: {group}\n- level: {}\n", range(rule));
        text.push_str(&format!("- fires: {fires}\n- does not: {near_miss}\n- do: {remedy}\n"));
        if let Some(needs) = rule.needs {
            text.push_str(&format!("- needs: {}\n", lacking(needs)));
        }
        if !equivalents.is_empty() {
            let checks: Vec<String> = equivalents.iter().map(|check| escape::code(check)).collect();
            text.push_str(&format!("- equal to: {}\n", checks.join(", ")));
        }
        for level in meant(rule) {
            text.push_str(&format!("- {level}: {}\n", level.meaning()));
        }
        text + &format!("- source: <{source}>\n- page: {}\n", page_of(rule))
    });
    sections.collect::<Vec<_>>().join("\n")
}
