//! The words that all paragraphs share.

use kube_model::{ObjectRef, SHOWN_CHARACTERS, escaped, shown, shown_list, shown_value};
use serde_json::Value;

use crate::sheet::FactSheet;

/// The longest value that a sentence shows; of a longer one it says that it changes.
const VALUE_CHARACTERS: usize = 48;
/// The longest sentence of somebody else (a finding's message, a plan's reason).
const SENTENCE_CHARACTERS: usize = 600;

/// How objects are named.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    /// Where the facts are about several namespaces, a name alone is not enough.
    with_namespace: bool,
}

impl Names {
    pub(crate) fn of(sheet: &FactSheet) -> Self {
        let changes = &sheet.changes;
        let changed = changes.added.iter().chain(&changes.removed).chain(&changes.modified);
        let findings = sheet.risk.iter().flat_map(|risk| &risk.findings).map(|finding| &finding.object);
        let mut namespaces = changed.chain(findings).filter_map(|object| object.namespace.as_ref());
        let first = namespaces.next();
        Self { with_namespace: namespaces.any(|namespace| Some(namespace) != first) }
    }

    /// `Deployment web`, or `Deployment shop/web` where namespaces differ.
    pub(crate) fn object(self, object: &ObjectRef) -> String {
        let name = match object.namespace.as_ref().filter(|_| self.with_namespace) {
            Some(namespace) => format!("{namespace}/{}", object.name),
            None => object.name.clone(),
        };
        format!("{} {}", shown(&object.kind), shown(&name))
    }

    pub(crate) fn objects(self, objects: &[ObjectRef]) -> Vec<String> {
        objects.iter().map(|object| self.object(object)).collect()
    }
}

/// `1 image`, `2 images`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `is` of one, `are` of several.
pub(crate) fn verb<'a>(number: usize, one: &'a str, many: &'a str) -> &'a str {
    if number == 1 { one } else { many }
}

/// Sentences of somebody else.
pub(crate) fn sentences(text: &str) -> String {
    escaped(text.trim(), SENTENCE_CHARACTERS)
}

/// Part of a sentence of somebody else: without a full stop.
pub(crate) fn clause(text: &str) -> String {
    sentences(text).trim_end_matches('.').to_owned()
}

/// A place or a path: its grammar quotes what needs it. An object's own place goes without its colon.
pub(crate) fn place(text: &str) -> String {
    let text = text.strip_suffix(':').unwrap_or(text);
    match text.contains(char::is_whitespace) {
        true => shown(text),
        false => escaped(text, SHOWN_CHARACTERS),
    }
}

/// A value, if a sentence can show it: not a secret's mark, and not long.
pub(crate) fn value(value: Option<&Value>) -> Option<String> {
    let value = value.filter(|value| !value.is_object() && !value.is_array())?;
    let text = shown_value(value);
    let is_short = text.chars().count() <= VALUE_CHARACTERS && !text.contains("\\n");
    (is_short && !text.contains("(secret ")).then_some(text)
}

/// Things with the reasons that they have, told once a reason.
pub(crate) struct Reasons(Vec<(String, Vec<String>)>);

impl Reasons {
    /// In the order in which the reasons first appear.
    pub(crate) fn of(items: impl Iterator<Item = (String, String)>) -> Self {
        let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
        for (thing, reason) in items {
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, things)) if things.contains(&thing) => {}
                Some((_, things)) => things.push(thing),
                None => reasons.push((reason, vec![thing])),
            }
        }
        Self(reasons)
    }

    /// Each reason with what it is the reason of, of which at most `most` are named.
    pub(crate) fn listed(&self, most: usize) -> impl Iterator<Item = (&str, String)> {
        self.0.iter().map(move |(reason, things)| (reason.as_str(), shown_list(things, most)))
    }

    /// How many things there are from the reason at this position on.
    pub(crate) fn number_from(&self, position: usize) -> usize {
        self.0.iter().skip(position).map(|(_, things)| things.len()).sum()
    }

    /// `A and B (why)`, at most `reasons` of them.
    pub(crate) fn in_brackets(&self, reasons: usize, most: usize) -> String {
        let mut parts: Vec<String> =
            self.listed(most).take(reasons).map(|(reason, things)| format!("{things} ({reason})")).collect();
        let more = self.number_from(reasons);
        if more > 0 {
            parts.push(format!("{more} more"));
        }
        shown_list(&parts, parts.len())
    }
}

/// The first letter in upper case.
pub(crate) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
