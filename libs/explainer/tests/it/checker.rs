//! Whether a text says nothing but facts. Written without a look at the writer: it takes every fact out of the
//! text, and what is left has to be a plain word of the list below or a count of facts.

use std::collections::{BTreeMap, BTreeSet};

use explainer::FactSheet;
use kube_model::{SHOWN_CHARACTERS, escaped, shown};
use serde_json::Value;

/// Plain words, none of which is a level, a name or a number.
const WORDS: &str = "
    a about added alone an and anybody anything approve are as at be before behind between block blocked
    blocks by called can cancels candidate candidates carried change changed changes comes container cost costs
    counting decide difference differences differently edit evaluated field fields figure file files find finding findings
    for found from gets go goes hand has have highest if image images in instead introduces is it its knows
    last left list look loses month more most name new no nobody not nothing now object objects of on only or
    other out over pending place places plan prices promotion reasons removed risk rule rules said saves say
    see set setting settings settle settled since size sizes so source stay stays taken than that the their
    them there they thing things through to touches unknown was were what when which with without worsens
    would writing you
";

/// What a text says that is no fact: nothing, if all is well.
pub(crate) fn inventions(sheet: &FactSheet, text: &str) -> Vec<String> {
    let document = serde_json::to_value(sheet).unwrap();
    let mut facts = BTreeSet::new();
    collect(&document, &mut facts);
    let mut facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    facts.sort_by_key(|fact| std::cmp::Reverse(fact.len()));
    let left = facts.iter().fold(text.to_owned(), |left, fact| cut(&left, fact));
    let words: BTreeSet<&str> = WORDS.split_whitespace().collect();
    let counts = counts(&document);
    let tokens: Vec<&str> = left
        .split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '/' | '$' | '.'))
        .map(|token| token.trim_matches(['.', '-', '/']))
        .filter(|token| !token.is_empty())
        .collect();
    let mut inventions = miscounts(sheet, text);
    for (position, token) in tokens.iter().enumerate() {
        let next = tokens.get(position + 1).copied().unwrap_or_default();
        let is_known = match token.parse::<usize>() {
            Ok(number) if matches!(next, "more" | "for") => counts.iter().any(|count| *count > number),
            Ok(number) => counts.contains(&number),
            Err(_) => words.contains(token.to_lowercase().as_str()),
        };
        if !is_known {
            inventions.push((*token).to_owned());
        }
    }
    inventions
}

/// The counts that do not count what stands after them.
fn miscounts(sheet: &FactSheet, text: &str) -> Vec<String> {
    let changes = &sheet.changes;
    let plan = sheet.plan.clone().unwrap_or_default();
    let unknown = sheet.cost.as_ref().map_or(0, |cost| cost.unknown.len());
    let mut counted: Vec<(String, usize)> = Vec::new();
    let mut count = |number: usize, phrases: &[&str]| {
        counted.extend(phrases.iter().map(|phrase| ((*phrase).to_owned(), number)));
    };
    count(changes.images.len(), &["image", "images"]);
    count(changes.settings.len(), &["setting", "settings"]);
    count(changes.sizes.len(), &["size", "sizes"]);
    count(changes.fields.len(), &["other field", "other fields"]);
    count(changes.added.len(), &["new object", "new objects", "object is new", "objects are new"]);
    count(changes.removed.len(), &["object is removed", "objects are removed"]);
    count(changes.renamed.len(), &["object is called", "objects are called"]);
    count(changes.suppressed, &["difference is in writing", "differences are in writing"]);
    count(
        unknown,
        &["object of unknown cost", "objects of unknown cost", "object is in no", "objects are in no"],
    );
    count(plan.blocked.len(), &["thing blocks", "things block", "place has", "places have"]);
    count(plan.pending.len(), &["place stays", "places stay"]);
    count(plan.candidates.len(), &["candidate", "candidates", "difference from", "differences from"]);
    count(plan.kept.len(), &["difference stays", "differences stay"]);
    count(plan.edits.len(), &["file", "files"]);
    for level in ["low", "medium", "high", "critical"] {
        let findings = sheet.risk.iter().flat_map(|risk| &risk.findings);
        count(findings.filter(|finding| finding.level.as_str() == level).count(), &[level]);
    }
    counted.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    numbers(text).filter_map(|(number, after)| wrong(&counted, number, after)).collect()
}

fn wrong(counted: &[(String, usize)], number: usize, after: &str) -> Option<String> {
    let is_whole = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
    let (phrase, expected) =
        counted.iter().find(|(phrase, _)| after.strip_prefix(phrase.as_str()).is_some_and(is_whole))?;
    (number != *expected).then(|| format!("{number} {phrase}"))
}

/// Every whole number of a text with what stands after it and a space.
fn numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.filter_map(|at| {
        let is_start = !text[..at].ends_with(|c: char| c.is_alphanumeric() || "._-$".contains(c));
        let digits = text[at..].find(|c: char| !c.is_ascii_digit())?;
        let number = text[at..at + digits].parse().ok().filter(|_| is_start)?;
        Some((number, text[at + digits..].strip_prefix(' ')?))
    })
}

/// Every text and number of the sheet, in the forms in which a sentence may show it.
fn collect(value: &Value, facts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => forms(text, facts),
        Value::Number(number) => {
            facts.insert(number.to_string());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, facts)),
        Value::Object(map) => {
            if let (Some(Value::String(namespace)), Some(Value::String(name))) =
                (map.get("namespace"), map.get("name"))
            {
                forms(&format!("{namespace}/{name}"), facts);
            }
            map.values().for_each(|value| collect(value, facts));
        }
        Value::Bool(flag) => {
            facts.insert(flag.to_string());
        }
        Value::Null => {}
    }
}

fn forms(text: &str, facts: &mut BTreeSet<String>) {
    let trimmed = text.trim();
    let sentence = escaped(trimmed, 600);
    facts.insert(shown(text));
    facts.insert(escaped(text, SHOWN_CHARACTERS));
    facts.insert(sentence.trim_end_matches('.').to_owned());
    facts.insert(sentence);
    // An object's place without its colon; an amount without its sign.
    let place = text.strip_suffix(':').unwrap_or(text);
    facts.insert(shown(place));
    facts.insert(escaped(place, SHOWN_CHARACTERS));
    facts.insert(trimmed.trim_start_matches(['-', '+']).to_owned());
    // A tag and a digest; a level at the start of a sentence.
    let (name, digest) = text.split_once('@').unwrap_or((text, ""));
    facts.insert(shown(digest));
    if let Some((_, tag)) = name.rsplit_once(':') {
        facts.insert(shown(tag));
    }
    if ["low", "medium", "high", "critical"].contains(&text) {
        facts.insert(text[..1].to_uppercase() + &text[1..]);
    }
}

/// How many things there are: the length of every list, and how often a text stands in the same field of it.
fn counts(value: &Value) -> BTreeSet<usize> {
    let mut counts = BTreeSet::new();
    match value {
        Value::Array(items) => {
            counts.insert(items.len());
            let mut same: BTreeMap<(&str, &str), usize> = BTreeMap::new();
            for (key, text) in items.iter().filter_map(Value::as_object).flatten() {
                if let Some(text) = text.as_str() {
                    *same.entry((key, text)).or_default() += 1;
                }
            }
            counts.extend(same.into_values());
            counts.extend(items.iter().flat_map(self::counts));
        }
        Value::Object(map) => counts.extend(map.values().flat_map(self::counts)),
        _ => {}
    }
    counts
}

/// The text without a fact, where it stands as a whole.
fn cut(text: &str, fact: &str) -> String {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(fact) {
        let (before, after) = (&rest[..at], &rest[at + fact.len()..]);
        let previous = before.chars().last().or_else(|| left.chars().last());
        let starts = is_part(fact.chars().next()) && is_part(previous);
        let ends = is_part(fact.chars().last()) && is_part(after.chars().next());
        left.push_str(before);
        if starts || ends {
            let first = fact.chars().next().map_or(0, char::len_utf8);
            left.push_str(&fact[..first]);
            rest = &rest[at + first..];
        } else {
            left.push_str(" | ");
            rest = after;
        }
    }
    left + rest
}
