//! Markdown, as a comment on a pull request shows it. Whatever comes from a manifest is code or escaped, so that
//! it can be no markup, no link and no mention.

pub(crate) mod bill;
pub(crate) mod cost;
pub(crate) mod diff;
mod drift;
pub(crate) mod group;
mod page;
pub(crate) mod preview;
pub(crate) mod risk;
pub(crate) mod rules;

pub(crate) use page::Page;
use serde_json::Value;

use crate::escape;
use crate::text::value;

/// A value in a cell is cut here: a comment has a limit too.
const LONGEST_VALUE: usize = 160;

/// A value as code; nothing where there is none.
pub(crate) fn code_of(found: Option<&Value>) -> String {
    found.map_or(String::new(), |found| escape::code(&escape::cut(&value::value(found), LONGEST_VALUE)))
}

/// What is shown once somebody opens it. The title is the writer's own: no Markdown is read in it.
fn folded(title: &str, body: &str) -> String {
    format!("\n<details><summary>{title}</summary>\n\n{body}\n</details>\n")
}

/// The head of a table with these columns.
pub(crate) fn table_head(columns: &[&str]) -> String {
    let rule = columns.iter().map(|column| if column.starts_with('>') { "--:" } else { "---" });
    let rule: Vec<&str> = rule.collect();
    let names: Vec<&str> = columns.iter().map(|column| column.trim_start_matches('>')).collect();
    format!("| {} |\n| {} |\n", names.join(" | "), rule.join(" | "))
}

/// A row of cells that are Markdown already.
pub(crate) fn table_row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
