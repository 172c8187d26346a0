//! `plimsoll rules list` and `plimsoll rules explain RULE`.

use risk_rules::{CatalogueEntry, catalogue};

use crate::cli::{ExplainRule, Format, ListRules, Rules, RulesVerb};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::style::Style;
use crate::{cli, gate, json, markdown, text};

pub(crate) fn run(arguments: &Rules) -> Result<Outcome, Failure> {
    let output = match &arguments.verb {
        RulesVerb::List(arguments) => list(arguments)?,
        RulesVerb::Explain(arguments) => explain(arguments)?,
    };
    Ok(Outcome::of(output))
}

fn list(arguments: &ListRules) -> Result<String, Failure> {
    let all = catalogue();
    check(&all, arguments)?;
    let rules: Vec<CatalogueEntry> = all.into_iter().filter(|rule| is_asked_for(rule, arguments)).collect();
    match arguments.printed.format {
        Format::Json => json::print(&rules),
        Format::Markdown => Ok(markdown::rules::list(&rules)),
        Format::Text => Ok(text::rules::list(&rules, style())),
    }
}

fn style() -> Style {
    Style::of_stdout(cli::ColorChoice::Auto)
}

/// A filter that nothing can pass is a mistake.
fn check(all: &[CatalogueEntry], arguments: &ListRules) -> Result<(), Failure> {
    let unknown = |what: &str, asked: &str, known: Vec<&str>| {
        let mut known: Vec<&str> = known;
        known.sort_unstable();
        known.dedup();
        Failure::new("USAGE", format!("no rule {what} {asked}; there are {}", known.join(", ")))
    };
    for group in &arguments.group {
        if !all.iter().any(|rule| is_group(rule, group)) {
            let known = all.iter().map(|rule| rule.group.as_str()).collect();
            return Err(unknown("is about", group, known));
        }
    }
    match &arguments.needs {
        Some(needs) if !all.iter().any(|rule| needs_this(rule, needs)) => {
            Err(unknown("needs", needs, all.iter().filter_map(|rule| rule.needs).chain(["none"]).collect()))
        }
        _ => Ok(()),
    }
}

fn is_asked_for(rule: &CatalogueEntry, arguments: &ListRules) -> bool {
    let ListRules { group, level, needs, .. } = arguments;
    let level = level.map(gate::level);
    (group.is_empty() || group.iter().any(|group| is_group(rule, group)))
        && level.is_none_or(|level| (rule.lowest..=rule.highest).contains(&level))
        && needs.as_ref().is_none_or(|needs| needs_this(rule, needs))
}

/// `supply chain` and `supply-chain` are one.
fn is_group(rule: &CatalogueEntry, group: &str) -> bool {
    rule.group.replace(' ', "-") == group.replace(' ', "-")
}

fn needs_this(rule: &CatalogueEntry, needs: &str) -> bool {
    rule.needs.unwrap_or("none") == needs
}

fn explain(arguments: &ExplainRule) -> Result<String, Failure> {
    let all = catalogue();
    let rules = named(&all, &arguments.rule)?;
    match arguments.printed.format {
        Format::Json => json::print(&rules),
        Format::Markdown => Ok(markdown::rules::explain(&rules)),
        Format::Text => Ok(text::rules::explain(&rules, style())),
    }
}

/// The rule of this id, or those that are equal to a check of another tool.
fn named<'r>(all: &'r [CatalogueEntry], name: &str) -> Result<Vec<&'r CatalogueEntry>, Failure> {
    let is_its = |rule: &&CatalogueEntry| {
        rule.id == name
            || rule.equivalents.iter().any(|check| *check == name || check.split('/').nth(1) == Some(name))
    };
    let own: Vec<&CatalogueEntry> = all.iter().filter(|rule| rule.id == name).collect();
    let found = if own.is_empty() { all.iter().filter(is_its).collect() } else { own };
    if !found.is_empty() {
        return Ok(found);
    }
    let similar = |rule: &CatalogueEntry| strsim::jaro_winkler(rule.id, name);
    let nearest = all.iter().max_by(|one, other| similar(one).total_cmp(&similar(other)));
    let meant =
        nearest.filter(|rule| similar(rule) >= 0.75).map(|rule| format!("; did you mean {}?", rule.id));
    let meant = meant.unwrap_or_default();
    Err(Failure::new("RULE_UNKNOWN", format!("there is no rule {name:?}{meant}")))
}
