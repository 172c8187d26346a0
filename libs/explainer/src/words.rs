//! The words that all paragraphs share.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use kube_model::{ObjectRef, SHOWN_CHARACTERS, escaped, shown_list};
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

/// Words that are ours to say.
const OURS: [&str; 8] = ["none", "low", "medium", "high", "critical", "safe", "approved", "waived"];

/// A name or a value as a sentence shows it. One that looks like a level or an amount of ours stands in quotes.
pub(crate) fn shown(text: &str) -> String {
    let bare = text.trim_start_matches(['+', '-']);
    let is_money = bare.starts_with(['$', '€', '£', '¥']);
    match is_money || OURS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        true => format!("\"{}\"", kube_model::shown(text).trim_matches('"')),
        false => kube_model::shown(text),
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
    let text = value.as_str().map_or_else(|| kube_model::shown_value(value), shown);
    let is_short = text.chars().count() <= VALUE_CHARACTERS && !text.contains("\\n");
    (is_short && !text.contains("(secret ")).then_some(text)
}

/// Things with the reasons that they have, told once a reason.
pub(crate) struct Reasons<R = String>(Vec<(R, Vec<String>)>);

impl<R: PartialEq> Reasons<R> {
    /// In the order in which the reasons first appear; a thing that has a reason twice is named once.
    pub(crate) fn of(items: impl Iterator<Item = (String, R)>) -> Self {
        let mut reasons = Self::of_all(items);
        for (_, things) in &mut reasons.0 {
            let mut seen = HashSet::new();
            things.retain(|thing| seen.insert(thing.clone()));
        }
        reasons
    }

    /// The same, in which every thing is counted.
    pub(crate) fn of_all(items: impl Iterator<Item = (String, R)>) -> Self {
        let mut reasons: Vec<(R, Vec<String>)> = Vec::new();
        for (thing, reason) in items {
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, things)) => things.push(thing),
                None => reasons.push((reason, vec![thing])),
            }
        }
        Self(reasons)
    }

    /// Each reason with what it is the reason of.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&R, &[String])> {
        self.0.iter().map(|(reason, things)| (reason, things.as_slice()))
    }

    /// Each reason with what it is the reason of, of which at most `most` are named.
    pub(crate) fn listed(&self, most: usize) -> impl Iterator<Item = (&R, String)> {
        self.groups().map(move |(reason, things)| (reason, shown_list(things, most)))
    }

    /// How many things there are from the reason at this position on.
    pub(crate) fn number_from(&self, position: usize) -> usize {
        self.0.iter().skip(position).map(|(_, things)| things.len()).sum()
    }
}

impl Reasons {
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

/// How often each text occurs, the most often first.
pub(crate) fn counted(texts: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let mut counted: Vec<(String, usize)> = counts.into_iter().collect();
    // The sort is stable: what occurs as often stays in the order of the alphabet.
    counted.sort_by_key(|(_, number)| Reverse(*number));
    counted
}

/// The first letter in upper case.
pub(crate) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
