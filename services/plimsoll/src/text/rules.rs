//! `plimsoll rules` as text.

use risk_rules::{CatalogueEntry, Level};

use super::risk::{lacking, tone};
use super::{Page, count};
use crate::escape;
use crate::style::{Style, Tone};

/// `low to high`, `medium`.
pub(crate) fn range(rule: &CatalogueEntry) -> String {
    match rule.lowest == rule.highest {
        true => rule.highest.to_string(),
        false => format!("{} to {}", rule.lowest, rule.highest),
    }
}

pub(crate) fn list(rules: &[CatalogueEntry], style: Style) -> String {
    let mut page = Page::new(style);
    let width = |of: &dyn Fn(&CatalogueEntry) -> usize| rules.iter().map(of).max().unwrap_or_default();
    let (ids, groups) = (width(&|rule| rule.id.len()), width(&|rule| rule.group.len()));
    let levels = width(&|rule| range(rule).len());
    page.line(&style.paint(Tone::Strong, &count(rules.len(), "rule", "rules")));
    for rule in rules {
        let start = format!("{:ids$}  {:groups$}  ", rule.id, rule.group);
        let level = format!("{:levels$}", range(rule));
        let needs = rule.needs.map(|needs| format!(" (needs {needs})")).unwrap_or_default();
        let room = style.width.saturating_sub(start.chars().count() + levels + 2).max(20);
        let title = escape::cut(&format!("{}{needs}", rule.title), room);
        page.line(&format!("{start}{}  {title}", style.paint(tone(rule.highest), &level)));
    }
    page.finish()
}

pub(crate) fn explain(rules: &[&CatalogueEntry], style: Style) -> String {
    let mut page = Page::new(style);
    for (index, rule) in rules.iter().enumerate() {
        if index > 0 {
            page.blank();
        }
        let name = style.paint(Tone::Strong, rule.id);
        page.line(&format!("{name}: {}, {}", rule.group, range(rule)));
        page.wrapped(0, None, rule.title);
        page.blank();
        page.labelled("fires:", rule.fires);
        page.labelled("does not:", rule.near_miss);
        page.labelled("do:", rule.remedy);
        if let Some(needs) = rule.needs {
            page.labelled("needs:", &lacking(needs));
        }
        if !rule.equivalents.is_empty() {
            page.labelled("equal to:", &rule.equivalents.join(", "));
        }
        page.blank();
        for level in meant(rule) {
            page.labelled(&format!("{level}:"), level.meaning());
        }
        page.blank();
        page.line(&format!("rests on: {}", rule.source));
        page.line(&format!("its page: {}", page_of(rule)));
    }
    page.finish()
}

/// The levels that a rule gives, the worst first.
pub(crate) fn meant(rule: &CatalogueEntry) -> impl Iterator<Item = Level> {
    let (lowest, highest) = (rule.lowest, rule.highest);
    Level::ALL.into_iter().rev().filter(move |level| (lowest..=highest).contains(level))
}

/// Where the rule stands in the documentation of the repository.
pub(crate) fn page_of(rule: &CatalogueEntry) -> String {
    format!("docs/rules/{}.md#{}", rule.group.replace(' ', "-"), rule.id)
}
