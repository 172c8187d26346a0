//! Functions in templates whose answer is not in the chart.

use crate::chart::Chart;

/// A call in a template whose answer is not in the chart and its values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutsideCall {
    /// The template, in the chart.
    pub template: String,
    /// The line, from 1.
    pub line: usize,
    /// The function.
    pub function: String,
    /// What it asks.
    pub asks: Asks,
}

/// What a call asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asks {
    /// The cluster: `lookup`. `helm template` answers with nothing.
    Cluster,
    /// Chance or the clock: two renders differ.
    Chance,
    /// The network: `getHostByName`. `helm template` answers with nothing.
    Network,
}

/// Sprig's functions (its documentation, "Crypto and Security", "Random", "Date", "UUID") that differ by call.
const CHANCE: [&str; 15] = [
    "ago",
    "bcrypt",
    "genCA",
    "genCAWithKey",
    "genPrivateKey",
    "genSelfSignedCert",
    "genSignedCert",
    "htpasswd",
    "now",
    "randAlpha",
    "randAlphaNum",
    "randAscii",
    "randBytes",
    "randInt",
    "randNumeric",
];

impl Chart {
    /// The calls in its templates, and in those of the charts that it holds, whose answer is not in the chart.
    #[must_use]
    pub fn outside_calls(&self) -> Vec<OutsideCall> {
        let mut calls = Vec::new();
        for (template, bytes) in self.templates() {
            let text = String::from_utf8_lossy(bytes);
            for (line, function, asks) in calls_in(&text) {
                let (template, function) = (template.to_owned(), function.to_owned());
                calls.push(OutsideCall { template, line, function, asks });
            }
        }
        calls
    }
}

fn calls_in(text: &str) -> Vec<(usize, &str, Asks)> {
    let mut calls = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("{{").map(|found| at + found + 2) {
        let end = text[start..].find("}}").map_or(text.len(), |found| start + found);
        let action = &text[start..end];
        if !action.trim_start_matches('-').trim_start().starts_with("/*") {
            for (offset, word) in words(action) {
                if let Some(asks) = asks(word) {
                    let line = 1 + text[..start + offset].matches('\n').count();
                    calls.push((line, word, asks));
                }
            }
        }
        at = end;
    }
    calls
}

/// The names in an action that are no field, no variable and no part of a text.
fn words(action: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &action[at..];
            let first = rest.chars().next()?;
            let length = match first {
                '"' => text_end(rest, '"'),
                '`' => text_end(rest, '`'),
                c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                c => c.len_utf8(),
            };
            let word = (at, &rest[..length]);
            at += length;
            if first.is_ascii_alphabetic() {
                return Some(word);
            }
        }
    })
}

/// A field (`.Values.now`) and a variable (`$now`) are one word with their first character.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$')
}

fn text_end(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn asks(function: &str) -> Option<Asks> {
    match function {
        "lookup" => Some(Asks::Cluster),
        "getHostByName" => Some(Asks::Network),
        "uuidv4" | "shuffle" => Some(Asks::Chance),
        _ => CHANCE.contains(&function).then_some(Asks::Chance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_and_nothing_else() {
        let text = "lookup: {{ .Values.lookup }} {{/* lookup */}} {{ \"now \\\" now\" }}
{{- $now := (lookup \"v1\" \"Secret\" .Release.Namespace \"s\") }} {{ $now.data.now }}
{{ randAlphaNum 16 | b64enc }}
{{ include \"now\" . }} {{ uuidv4 }}";
        let expected =
            [(2, "lookup", Asks::Cluster), (3, "randAlphaNum", Asks::Chance), (4, "uuidv4", Asks::Chance)];
        assert_eq!(calls_in(text), expected);
    }
}
