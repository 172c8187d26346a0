//! The catalogue of the risk rules as pages of `docs`.

use std::error::Error;
use std::fmt::Write as _;

use risk_rules::{CatalogueEntry, Impact, LEVELS, Likelihood, Missing, Profile, catalogue};

use crate::linter;

/// The pages, by their path in `docs`: the front page, whose generated parts are written anew, one a group, and one of
/// kube-linter's checks beside ours.
pub(crate) fn pages(front: &str) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let rules = catalogue();
    let front = filled(front, "levels", &levels())?;
    let front = filled(&front, "rules", &index(&rules))?;
    let front = filled(&front, "checks", &checks(&rules))?;
    let mut groups: Vec<&str> = Vec::new();
    for rule in &rules {
        if !groups.contains(&rule.group.as_str()) {
            groups.push(&rule.group);
        }
    }
    let mut pages = vec![("rules.md".to_owned(), front)];
    pages.extend(groups.into_iter().map(|group| (page_of(group), group_page(group, &rules))));
    pages.push(("rules/kube-linter.md".to_owned(), linter::page(&rules)?));
    Ok(pages)
}

/// The page of a group, from `docs`.
pub(crate) fn page_of(group: &str) -> String {
    format!("rules/{}.md", group.replace(' ', "-"))
}

/// The text between `<!-- generated: NAME -->` and the next `<!-- end -->` is replaced.
fn filled(front: &str, name: &str, text: &str) -> Result<String, Box<dyn Error>> {
    let start = format!("<!-- generated: {name} -->\n");
    let (head, rest) = front.split_once(&start).ok_or_else(|| format!("docs/rules.md has no {start}"))?;
    let (_, tail) = rest.split_once("<!-- end -->").ok_or("docs/rules.md has no <!-- end -->")?;
    Ok(format!("{head}{start}\n{text}\n<!-- end -->{tail}"))
}

fn levels() -> String {
    let columns: Vec<&str> = Likelihood::ALL.iter().map(|likelihood| likelihood.as_str()).collect();
    let mut text = format!("| impact | {} |\n|---|{}\n", columns.join(" | "), "---|".repeat(columns.len()));
    for (impact, row) in Impact::ALL.iter().zip(LEVELS) {
        let cells: Vec<&str> = row.iter().map(|level| level.as_str()).collect();
        text.push_str(&format!("| {} | {} |\n", impact.as_str(), cells.join(" | ")));
    }
    text
}

fn index(rules: &[CatalogueEntry]) -> String {
    let rules: Vec<&CatalogueEntry> = rules.iter().filter(|rule| !rule.is_static).collect();
    let mut text =
        format!("{} rules.\n\n| rule | about | level | what it sees |\n|---|---|---|---|\n", rules.len());
    for rule in rules {
        let page = page_of(&rule.group);
        let (id, group, title) = (rule.id, &rule.group, rule.title);
        let _ =
            writeln!(text, "| [`{id}`]({page}#{id}) | {group} | {} | {title}{} |", range(rule), needs(rule));
    }
    text
}

fn checks(rules: &[CatalogueEntry]) -> String {
    let checks: Vec<&CatalogueEntry> = rules.iter().filter(|rule| rule.is_static).collect();
    let mut text = format!(
        "{} static checks.\n\n| check | about | level | speaks under | what it sees |\n|---|---|---|---|---|\n",
        checks.len()
    );
    for check in checks {
        let page = page_of(&check.group);
        let (id, group, title) = (check.id, &check.group, check.title);
        let _ = writeln!(
            text,
            "| [`{id}`]({page}#{id}) | {group} | {} | `{}` | {title} |",
            range(check),
            check.profile.as_str()
        );
    }
    text
}

fn range(rule: &CatalogueEntry) -> String {
    match rule.lowest == rule.highest {
        true => rule.highest.to_string(),
        false => format!("{} to {}", rule.lowest, rule.highest),
    }
}

fn needs(rule: &CatalogueEntry) -> String {
    let missing = rule.needs.and_then(Missing::of);
    missing.map(|missing| format!(" (needs {})", missing.words())).unwrap_or_default()
}

fn group_page(group: &str, rules: &[CatalogueEntry]) -> String {
    let mut text = format!(
        "# Risk rules: {group}\n\nWritten by `cargo xtask rules` from the code. [All rules](../rules.md), and what the levels mean.\n"
    );
    let (checks, changes): (Vec<_>, Vec<_>) =
        rules.iter().filter(|rule| rule.group == group).partition(|rule| rule.is_static);
    changes.iter().for_each(|rule| text.push_str(&section(rule)));
    if !checks.is_empty() {
        text.push_str("\n# Static checks\n");
    }
    checks.iter().for_each(|check| text.push_str(&section(check)));
    text
}

fn section(rule: &CatalogueEntry) -> String {
    let equal = match rule.equivalents.is_empty() {
        true => String::new(),
        false => {
            let names: Vec<String> = rule.equivalents.iter().map(|name| format!("`{name}`")).collect();
            let what = if rule.is_static { "sees what these see" } else { "in one state" };
            format!("- {what}: {}\n", names.join(", "))
        }
    };
    let speaks = match (rule.is_static, rule.profile) {
        (false, _) => "",
        (true, Profile::Changed) => "- speaks: of what is new; under `--profile all` of everything\n",
        (true, Profile::All) => "- speaks: under `--profile all`\n",
    };
    format!(
        "\n## {}\n\n{}{}.\n\n- level: {}\n{speaks}- fires: {}\n- does not: {}\n- do: {}\n- source: <{}>\n{equal}",
        rule.id,
        rule.title,
        needs(rule),
        range(rule),
        rule.fires,
        rule.near_miss,
        rule.remedy,
        rule.source
    )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::pages;

    /// After a rule or a check changes: `cargo xtask rules`.
    #[test]
    fn the_pages_are_what_the_code_says() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let front = fs::read_to_string(docs.join("rules.md")).unwrap();
        let pages = pages(&front).unwrap();
        for (name, text) in &pages {
            assert_eq!(
                &fs::read_to_string(docs.join(name)).unwrap_or_default(),
                text,
                "{name}: cargo xtask rules"
            );
        }
        let listed = fs::read_dir(docs.join("rules")).unwrap().count();
        assert_eq!(listed, pages.len() - 1, "no page is left over");
    }
}
