//! The detector: does a name or a shape say that a text is a secret?

use std::ops::Range;

/// How much of a text is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sensitivity {
    /// All of it.
    Whole,
    /// These parts, in order.
    Parts(Vec<Range<usize>>),
}

/// What is secret in a text, which may have a name (a key, an environment variable).
pub(super) fn sensitivity(name: Option<&str>, text: &str) -> Option<Sensitivity> {
    if name.is_some_and(name_says_secret) && !text.contains('\n') && value_can_be_secret(text) {
        return Some(Sensitivity::Whole);
    }
    let mut parts = secret_shapes(text);
    if text.contains('\n') {
        parts.extend(secret_lines(text));
    }
    parts.sort_by_key(|part| (part.start, std::cmp::Reverse(part.end)));
    let mut end = 0;
    parts.retain(|part| {
        let apart = part.start >= end;
        end = end.max(part.end);
        apart
    });
    (!parts.is_empty()).then_some(Sensitivity::Parts(parts))
}

const SECRET_WORDS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "credential",
    "credentials",
    "apikey",
    "privatekey",
];
/// Pairs of words that say it together.
const SECRET_PAIRS: [(&str, &str); 5] =
    [("api", "key"), ("private", "key"), ("access", "key"), ("signing", "key"), ("encryption", "key")];
/// A name that ends in one of these is about a secret, and is none.
const ABOUT: [&str; 30] = [
    "file",
    "path",
    "dir",
    "name",
    "url",
    "uri",
    "endpoint",
    "host",
    "issuer",
    "audience",
    "ttl",
    "seconds",
    "minutes",
    "hours",
    "expiry",
    "expires",
    "expiration",
    "length",
    "size",
    "limit",
    "count",
    "enabled",
    "header",
    "type",
    "algorithm",
    "ref",
    "store",
    "policy",
    "id",
    "version",
];

/// Whether the name of a value says that the value is a secret.
pub(super) fn name_says_secret(name: &str) -> bool {
    let words = words(name);
    let about = words.last().is_some_and(|last| ABOUT.contains(&last.as_str()));
    let says = words.iter().any(|word| SECRET_WORDS.contains(&word.as_str()))
        || words.windows(2).any(|pair| SECRET_PAIRS.contains(&(&pair[0], &pair[1])));
    says && !about
}

/// `dbPassword`, `DB_PASSWORD` and `db.password` are the words `db` and `password`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous_lower = false;
    for character in name.chars() {
        let boundary = !character.is_alphanumeric() || (character.is_uppercase() && previous_lower);
        if boundary {
            words.push(String::new());
        }
        if let (true, Some(word)) = (character.is_alphanumeric(), words.last_mut()) {
            word.extend(character.to_lowercase());
        }
        previous_lower = character.is_lowercase() || character.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Switches, references to variables and empty texts are no secrets, whatever their name.
fn value_can_be_secret(text: &str) -> bool {
    let text = text.trim();
    let says_nothing = matches!(text, "" | "true" | "false" | "yes" | "no" | "on" | "off" | "none" | "null");
    let refers =
        (text.starts_with("$(") && text.ends_with(')')) || (text.starts_with("${") && text.ends_with('}'));
    !says_nothing && !refers
}

/// The values in lines of the form `name: value` or `name=value` whose name says secret.
fn secret_lines(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(at) = line.find(['=', ':']) {
            let (name, rest) = (&line[..at], &line[at + 1..]);
            let value = rest.trim().trim_matches(['"', '\'', ',', ';']);
            if !value.is_empty() && name_says_secret(name) && value_can_be_secret(value) {
                let offset = start + at + 1 + rest.find(value).unwrap_or_default();
                parts.push(offset..offset + value.len());
            }
        }
        start += line.len();
    }
    parts
}

/// Texts whose shape says secret.
fn secret_shapes(text: &str) -> Vec<Range<usize>> {
    let mut parts = private_keys(text);
    parts.extend(url_passwords(text));
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
            && !user_info[colon + 1..].starts_with("$")
        {
            parts.push(start + colon + 1..start + user_info.len());
        }
        from = start + authority.len();
    }
    parts
}

/// Keys and tokens that providers give out, by their documented prefixes, and JSON Web Tokens.
fn is_token(word: &str) -> bool {
    const PREFIXES: [(&str, usize); 15] = [
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
