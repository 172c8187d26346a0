//! Names that say nothing, for who wants none to leave.

use std::collections::HashMap;

use explainer::{Fact, FactKind};

/// What is called how, in one request. The same name has the same pseudonym, by the order in which names appear.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pseudonyms {
    /// By the name: its pseudonym.
    by_name: HashMap<String, String>,
    /// By the pseudonym: the first fact that has the name.
    back: HashMap<String, String>,
}

const WORKLOADS: [&str; 7] =
    ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "Pod"];

impl Pseudonyms {
    pub(crate) fn of(facts: &[Fact]) -> Self {
        let mut names = Self::default();
        let mut counts: HashMap<&'static str, usize> = HashMap::new();
        for fact in facts.iter().filter(|fact| fact.kind == FactKind::Name) {
            if names.by_name.contains_key(&fact.text) {
                continue;
            }
            let class = class(fact);
            let count = counts.entry(class).or_default();
            *count += 1;
            let pseudonym = format!("{class}-{count}");
            names.back.insert(pseudonym.clone(), fact.id.clone());
            names.by_name.insert(fact.text.clone(), pseudonym);
        }
        names
    }

    /// What is said of a fact in place of its text. Our own words, figures and levels stay; what anybody wrote goes.
    pub(crate) fn text(&self, fact: &Fact) -> String {
        match fact.kind {
            FactKind::Name => self.by_name.get(&fact.text).cloned().unwrap_or_default(),
            FactKind::Value if !is_a_quantity(&fact.text) => "(a value)".to_owned(),
            FactKind::Text => "(a sentence)".to_owned(),
            // Whatever says that it is one: a word of ours looks like one.
            FactKind::Term if !is_a_word(&fact.text) => "(a word)".to_owned(),
            _ => fact.text.clone(),
        }
    }

    /// The answer with a reference in the place of each pseudonym.
    pub(crate) fn turn_back(&self, answer: &str) -> String {
        let mut turned = String::with_capacity(answer.len());
        let mut rest = answer;
        while let Some(start) = rest.find(is_of_a_pseudonym) {
            let end = rest[start..].find(|c| !is_of_a_pseudonym(c)).map_or(rest.len(), |end| start + end);
            turned.push_str(&rest[..start]);
            match self.back.get(&rest[start..end]) {
                Some(id) => turned.push_str(&format!("{{{{{id}}}}}")),
                None => turned.push_str(&rest[start..end]),
            }
            rest = &rest[end..];
        }
        turned + rest
    }
}

fn is_of_a_pseudonym(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-' || character == '_'
}

fn class(fact: &Fact) -> &'static str {
    let part = fact.id.rsplit('.').next().unwrap_or_default();
    let kind = fact.text.split(' ').next().unwrap_or_default();
    match part {
        _ if WORKLOADS.contains(&kind) => "workload",
        _ if fact.id.starts_with("subject.") => "environment",
        _ if fact.id.starts_with("file.") => "file",
        "name" if fact.id.starts_with("open_policy.") => "policy",
        "container" => "container",
        "who" => "person",
        "place" | "path" | "what" => "place",
        _ => "object",
    }
}

/// `replicas-dropped`, `source-live`
fn is_a_word(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// `3`, `1.5`, `512Mi`, `250m`, `true`: nobody's name.
fn is_a_quantity(text: &str) -> bool {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &text[number.len()..];
    let is_number = !number.is_empty() && number.len() <= 12 && number.parse::<f64>().is_ok();
    let units = ["", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "s", "h"];
    matches!(text, "true" | "false") || (is_number && units.contains(&unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(id: &str, kind: FactKind, text: &str) -> Fact {
        Fact { id: id.to_owned(), kind, text: text.to_owned() }
    }

    #[test]
    fn names_are_numbered_and_turned_back() {
        let facts = [
            fact("subject.from", FactKind::Name, "staging"),
            fact("finding.1.object", FactKind::Name, "Deployment web"),
            fact("image.1.object", FactKind::Name, "Deployment web"),
            fact("image.2.object", FactKind::Name, "StatefulSet db"),
        ];
        let names = Pseudonyms::of(&facts);
        let said: Vec<String> = facts.iter().map(|fact| names.text(fact)).collect();
        assert_eq!(said, ["environment-1", "workload-1", "workload-1", "workload-2"]);
        assert_eq!(
            names.turn_back("See workload-1, workload-2 and workload-21."),
            "See {{finding.1.object}}, {{image.2.object}} and workload-21."
        );
    }

    #[test]
    fn of_values_only_quantities_leave() {
        let names = Pseudonyms::default();
        for (text, said) in [
            ("512Mi", "512Mi"),
            ("3", "3"),
            ("true", "true"),
            ("10.0.0.1", "(a value)"),
            ("1.2.0", "(a value)"),
            ("web", "(a value)"),
            ("inf", "(a value)"),
        ] {
            assert_eq!(names.text(&fact("size.1.after", FactKind::Value, text)), said);
        }
        assert_eq!(names.text(&fact("finding.1.message", FactKind::Text, "web stops")), "(a sentence)");
        assert_eq!(names.text(&fact("finding.1.rule", FactKind::Term, "replicas-2")), "replicas-2");
        assert_eq!(names.text(&fact("finding.1.rule", FactKind::Term, "of shop/x")), "(a word)");
    }
}
