//! kube-linter's catalogue of checks beside ours, as a page.

use std::error::Error;
use std::fmt::Write as _;

use risk_rules::CatalogueEntry;
use serde::Deserialize;

use crate::rules::page_of;

/// kube-linter's built-in checks, as its documentation lists them, each with our answer.
const CATALOGUE: &str = include_str!("../../libs/risk-rules/data/kube-linter.json");

#[derive(Deserialize)]
struct Catalogue {
    version: String,
    released: String,
    origin: String,
    note: String,
    checks: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    default: bool,
    sees: String,
    ours: String,
    why: String,
}

/// The page `rules/kube-linter.md`.
pub(crate) fn page(rules: &[CatalogueEntry]) -> Result<String, Box<dyn Error>> {
    let catalogue: Catalogue = serde_json::from_str(CATALOGUE)?;
    let count = |answer: &str| catalogue.checks.iter().filter(|check| check.ours == answer).count();
    let mut text = format!(
        "# kube-linter's checks, and ours\n\nWritten by `cargo xtask rules` from the code and from \
         `libs/risk-rules/data/kube-linter.json`. [All rules](../rules.md).\n\n\
         kube-linter {} ({}), [its own list]({}). {}\n\n\
         Of its {} built-in checks {} say the same here, {} say more or are right where kube-linter is not, and {} are \
         absent. `plimsoll risk --profile all` gives them all for one state; a finding names the checks that it is equal to \
         (`equivalents`). A change is held to the checks that kube-linter has on by default, and only where it introduces \
         what they find. kube-linter's annotations `ignore-check.kube-linter.io/CHECK: reason` and \
         `kube-linter.io/ignore-all: reason` waive here too, as they were before the change.\n\n\
         | kube-linter | on there | what it sees | here | ours, and why |\n|---|---|---|---|---|\n",
        catalogue.version,
        catalogue.released,
        catalogue.origin,
        catalogue.note,
        catalogue.checks.len(),
        count("same"),
        count("better"),
        count("absent")
    );
    for Listed { name, default, sees, ours, why } in &catalogue.checks {
        let equal = format!("kube-linter/{name}");
        let links: Vec<String> = rules
            .iter()
            .filter(|rule| rule.equivalents.contains(&equal.as_str()))
            .map(|rule| {
                let page = page_of(&rule.group);
                let file = page.strip_prefix("rules/").unwrap_or(&page);
                format!("[`{}`]({file}#{})", rule.id, rule.id)
            })
            .collect();
        let on = if *default { "yes" } else { "no" };
        let why = if why.is_empty() { String::new() } else { format!(" {why}") };
        let ending = if links.is_empty() { "" } else { "." };
        let _ = writeln!(text, "| `{name}` | {on} | {sees} | {ours} | {}{ending}{why} |", links.join(", "));
    }
    Ok(text.replace("|  ", "| "))
}
