//! The catalogue as the rules of a tool.

use risk_rules::{CatalogueEntry, Level, catalogue};
use serde_json::{Value, json};

/// Every rule, by position.
pub(super) struct Rules(Vec<CatalogueEntry>);

impl Rules {
    pub(super) fn all() -> Self {
        Self(catalogue())
    }

    pub(super) fn write(&self) -> Vec<Value> {
        self.0.iter().map(rule).collect()
    }

    /// The position of a rule among the tool's.
    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.0.iter().position(|rule| rule.id == id)
    }

    /// A reference to a rule.
    pub(super) fn reference(&self, id: &str) -> Value {
        match self.index(id) {
            Some(index) => json!({ "id": id, "index": index }),
            None => json!({ "id": id }),
        }
    }
}

fn rule(rule: &CatalogueEntry) -> Value {
    let mut properties = json!({
        "tags": tags(rule),
        "precision": "high",
        "problem.severity": severity(rule.highest),
        "lowestLevel": rule.lowest,
        "highestLevel": rule.highest,
    });
    if let Some(needs) = rule.needs {
        properties["needs"] = Value::from(needs);
    }
    if !rule.equivalents.is_empty() {
        properties["equivalents"] = json!(rule.equivalents);
    }
    if rule.group == "security" {
        properties["security-severity"] = Value::from(score(rule.highest));
    }
    json!({
        "id": rule.id,
        "name": pascal(rule.id),
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": format!("{} It fires where {}.", rule.title, bare(rule.fires)) },
        "help": { "text": format!("{} See {}", rule.remedy, rule.source) },
        "helpUri": rule.source,
        "defaultConfiguration": { "level": level(rule.highest) },
        "properties": properties,
    })
}

/// GitHub takes twenty tags; security alerts are those with the tag `security`.
fn tags(rule: &CatalogueEntry) -> Vec<String> {
    vec!["kubernetes".to_owned(), rule.group.replace(' ', "-")]
}

/// `PrivilegedContainer`, as SARIF has names of rules.
fn pascal(id: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    };
    id.split('-').map(word).collect()
}

/// Without the marks of code and a full stop.
fn bare(text: &str) -> String {
    text.replace('`', "").trim_end_matches('.').to_owned()
}

/// The level of a result.
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Critical | Level::High => "error",
        Level::Medium => "warning",
        Level::Low | Level::None => "note",
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Critical | Level::High => "error",
        Level::Medium => "warning",
        Level::Low | Level::None => "recommendation",
    }
}

/// A score in GitHub's bands: over 9.0 is critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, below that low.
fn score(level: Level) -> &'static str {
    match level {
        Level::Critical => "9.5",
        Level::High => "8.0",
        Level::Medium => "5.5",
        Level::Low | Level::None => "2.0",
    }
}
