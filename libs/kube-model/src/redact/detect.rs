//! The detector: does a name or a shape say that a text is a secret?

use std::ops::Range;

use super::lines::named_values;
use super::looks::Looks;
use super::names::{name_says_secret, names_a_file, value_can_be_secret};

/// How much of a text is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sensitivity {
    /// All of it.
    Whole,
    /// These parts, in order.
    Parts(Vec<Range<usize>>),
}

/// What is secret in a text, which may have a name (a key, an environment variable) and may be for a shell.
pub(super) fn sensitivity(name: Option<&str>, text: &str, shell: bool) -> Option<Sensitivity> {
    let named = name.filter(|name| name_says_secret(name) && !names_a_file(name));
    if named.is_some_and(|name| value_can_be_secret(name, text)) {
        return Some(Sensitivity::Whole);
    }
    let looks = Looks::of(text);
    let mut parts = secret_shapes(text, looks);
    if looks.separators || looks.blanks {
        parts.extend(named_values(text, shell));
    }
    if parts.is_empty() {
        return None;
    }
    parts.retain(|part| !part.is_empty());
    parts.sort_by_key(|part| (part.start, std::cmp::Reverse(part.end)));
    // What overlaps is one part: a password may hold what looks like another.
    let mut joined: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last) if part.start < last.end => last.end = last.end.max(part.end),
            _ => joined.push(part),
        }
    }
    (!joined.is_empty()).then_some(Sensitivity::Parts(joined))
}

/// Texts whose shape says secret. Most texts do not even have the characters of one.
fn secret_shapes(text: &str, looks: Looks) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    if looks.blanks {
        parts.extend(private_keys(text));
        for scheme in ["Bearer ", "bearer ", "Basic ", "basic "] {
            let found = text.match_indices(scheme);
            parts.extend(found.filter_map(|(at, _)| credentials(text, at + scheme.len())));
        }
    }
    if looks.separators && looks.at_sign {
        parts.extend(url_passwords(text));
        parts.extend(driver_passwords(text));
    }
    if looks.longest_word >= SHORTEST_TOKEN {
        parts.extend(hooks_and_tokens(text));
    }
    parts
}

fn hooks_and_tokens(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    for hook in ["hooks.slack.com/services/", "discord.com/api/webhooks/"] {
        parts.extend(text.match_indices(hook).map(|(at, _)| word_at(text, at + hook.len())));
    }
    let mut start = 0;
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+')))
    {
        if is_token(word) {
            parts.push(start..start + word.len());
        }
        start += word.len();
        start += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    parts
}

/// No provider gives out shorter keys, and the hooks are longer.
const SHORTEST_TOKEN: usize = 20;

fn private_keys(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some(begin) = text[from..].find("-----BEGIN ").map(|at| from + at) {
        let header = text[begin..].lines().next().unwrap_or_default();
        let end = text[begin..]
            .find("-----END ")
            .and_then(|at| text[begin + at + 9..].find("-----").map(|close| begin + at + 9 + close + 5))
            .unwrap_or(text.len());
        if header.contains("PRIVATE KEY") {
            parts.push(begin..end);
        }
        from = end;
    }
    parts
}

/// The password of `scheme://user:password@host`.
fn url_passwords(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("://").map(|at| from + at + 3) {
        let end = text[start..].find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?'));
        let authority = &text[start..end.map_or(text.len(), |end| start + end)];
        if let Some((user_info, _)) = authority.rsplit_once('@')
            && let Some(colon) = user_info.find(':')
            && colon + 1 < user_info.len()
            && value_can_be_secret("password", &user_info[colon + 1..])
        {
            parts.push(start + colon + 1..start + user_info.len());
        }
        from = start + authority.len();
    }
    parts
}

/// The password of `user:password@tcp(host)`, as Go's MySQL driver has it.
fn driver_passwords(text: &str) -> Vec<Range<usize>> {
    let ends = ["@tcp(", "@unix("].into_iter().flat_map(|at| text.match_indices(at).map(|(end, _)| end));
    ends.filter_map(|end| {
        let start = text[..end]
            .rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '='))
            .map_or(0, |at| at + 1);
        let colon = text.get(start..end)?.find(':')?;
        value_can_be_secret("password", &text[start + colon + 1..end]).then_some(start + colon + 1..end)
    })
    .collect()
}

/// What follows an authentication scheme, if it is no word of a sentence.
fn credentials(text: &str, start: usize) -> Option<Range<usize>> {
    let range = word_at(text, start);
    let word = &text[range.clone()];
    let looks = word.contains(|c: char| c.is_ascii_digit()) || word.ends_with('=') || word.len() >= 20;
    (looks && word.len() >= 6).then_some(range)
}

fn word_at(text: &str, start: usize) -> Range<usize> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '.' | '_' | '~' | '-');
    let end = text[start..].find(|c| !part(c)).map_or(text.len(), |end| start + end);
    start..end
}

/// Keys and tokens that providers give out, by their documented prefixes, and JSON Web Tokens.
fn is_token(word: &str) -> bool {
    if word.len() < SHORTEST_TOKEN {
        return false;
    }
    const PREFIXES: [(&str, usize); 28] = [
        ("ghu_", 40),
        ("ghr_", 40),
        ("xoxa-", 24),
        ("xapp-", 24),
        ("SG.", 40),
        ("dop_v1_", 40),
        ("pypi-", 40),
        ("AGE-SECRET-KEY-", 40),
        ("whsec_", 24),
        ("shpat_", 30),
        ("hf_", 30),
        ("glrt-", 24),
        ("ya29.", 30),
        ("AKIA", 20),
        ("ASIA", 20),
        ("AIza", 39),
        ("ghp_", 40),
        ("gho_", 40),
        ("ghs_", 40),
        ("github_pat_", 40),
        ("glpat-", 26),
        ("xoxb-", 24),
        ("xoxp-", 24),
        ("sk_live_", 24),
        ("rk_live_", 24),
        ("sk-", 40),
        ("npm_", 40),
        ("hvs.", 24),
    ];
    let jwt = word.starts_with("eyJ") && word.matches('.').count() == 2 && word.len() > 40;
    jwt || PREFIXES.iter().any(|(prefix, length)| word.starts_with(prefix) && word.len() >= *length)
}
