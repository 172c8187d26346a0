//! The catalogue of the risk rules as pages of `docs`.

use std::error::Error;
use std::fmt::Write as _;

use risk_rules::{CatalogueEntry, Impact, LEVELS, Likelihood, catalogue};

/// The pages, by their path in `docs`: the front page, whose generated parts are written anew, and one a group.
pub(crate) fn pages(front: &str) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let rules = catalogue();
    let front = filled(&filled(front, "levels", &levels())?, "rules", &index(&rules))?;
    let mut groups: Vec<&str> = Vec::new();
    for rule in &rules {
        if !groups.contains(&rule.group.as_str()) {
            groups.push(&rule.group);
        }
    }
    let mut pages = vec![("rules.md".to_owned(), front)];
    pages.extend(groups.into_iter().map(|group| (page_of(group), group_page(group, &rules))));
    Ok(pages)
}

fn page_of(group: &str) -> String {
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

fn range(rule: &CatalogueEntry) -> String {
    match rule.lowest == rule.highest {
        true => rule.highest.to_string(),
        false => format!("{} to {}", rule.lowest, rule.highest),
    }
}

fn needs(rule: &CatalogueEntry) -> String {
    let what = match rule.needs {
        None => return String::new(),
        Some("usage") => "what containers use",
        Some("version") => "the version of the API server",
        Some("history") => "the earlier promotions",
        Some(_) => "the plan",
    };
    format!(" (needs {what})")
}

fn group_page(group: &str, rules: &[CatalogueEntry]) -> String {
    let mut text = format!(
        "# Risk rules: {group}\n\nWritten by `cargo xtask rules` from the code. [All rules](../rules.md), and what the levels mean.\n"
    );
    for rule in rules.iter().filter(|rule| rule.group == group) {
        text.push_str(&section(rule));
    }
    text
}

fn section(rule: &CatalogueEntry) -> String {
    let equal = match rule.equivalents.is_empty() {
        true => String::new(),
        false => {
            let names: Vec<String> = rule.equivalents.iter().map(|name| format!("`{name}`")).collect();
            format!("- in one state: {}\n", names.join(", "))
        }
    };
    format!(
        "\n## {}\n\n{}{}.\n\n- level: {}\n- fires: {}\n- does not: {}\n- do: {}\n- source: <{}>\n{equal}",
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

    /// After a rule changes: `cargo xtask rules`.
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
