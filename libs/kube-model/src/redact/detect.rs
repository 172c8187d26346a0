//! The detector: does a name or a shape say that a text is a secret?

use std::ops::Range;

use super::lines::named_values;
use super::looks::Looks;
use super::names::{name_says_secret, names_a_file, names_a_key_file};
use super::values::value_can_be_secret;
use super::{commands, encoded, known_files, random};

/// How much of a text is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sensitivity {
    /// All of it.
    Whole,
    /// These parts, in order.
    Parts(Vec<Range<usize>>),
}

/// What is known of a text before it is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said<'n> {
    /// Its name: a key, an environment variable.
    pub(super) name: Option<&'n str>,
    /// Whether it is for a shell.
    pub(super) shell: bool,
    /// Whether its name says that it is public, such as a hash, however it looks.
    pub(super) public: bool,
}

/// What is secret in a text.
pub(super) fn sensitivity(said: Said<'_>, text: &str) -> Option<Sensitivity> {
    let named = said.name.filter(|name| name_says_secret(name) && !names_a_file(name));
    if named.is_some_and(|name| value_can_be_secret(name, text)) || said.name.is_some_and(names_a_key_file) {
        return (!text.is_empty()).then_some(Sensitivity::Whole);
    }
    let public = said.public || can_be_token(text) && said.name.is_some_and(random::name_says_public);
    let mut parts = plain_parts(text, Said { public, ..said });
    if Looks::of(text).longest_word >= SHORTEST_ENCODED {
        let within = Said { name: None, shell: false, public: true };
        parts.extend(encoded::in_text(text, |inner| !plain_parts(inner, within).is_empty()));
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

/// Whether a text is long enough to be a key or a token by its looks alone.
pub(super) fn can_be_token(text: &str) -> bool {
    text.len() >= SHORTEST_TOKEN
}

/// The parts that are secret as they stand.
fn plain_parts(text: &str, said: Said<'_>) -> Vec<Range<usize>> {
    let looks = Looks::of(text);
    let mut parts = secret_shapes(text, looks, said.public);
    if looks.separators || looks.blanks {
        parts.extend(named_values(text, said.shell));
        parts.extend(known_files::in_text(text));
    }
    if looks.blanks && text.contains(['-', '_', 'v']) {
        parts.extend(commands::in_text(text));
    }
    parts
}

/// Texts whose shape says secret. Most texts do not even have the characters of one.
fn secret_shapes(text: &str, looks: Looks, public: bool) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    if looks.blanks {
        parts.extend(private_keys(text));
        for scheme in ["Bearer ", "bearer ", "Basic ", "basic "] {
            let found = text.match_indices(scheme);
            parts.extend(found.filter_map(|(at, _)| credentials(text, at, scheme)));
        }
    }
    if looks.separators && looks.at_sign {
        parts.extend(url_passwords(text));
        parts.extend(driver_passwords(text));
    }
    if looks.longest_word >= SHORTEST_TOKEN {
        parts.extend(hooks_and_tokens(text, public));
    }
    parts
}

fn hooks_and_tokens(text: &str, public: bool) -> Vec<Range<usize>> {
    const HOOKS: [&str; 4] = [
        "hooks.slack.com/services/",
        "discord.com/api/webhooks/",
        "discordapp.com/api/webhooks/",
        "/IncomingWebhook/",
    ];
    let mut parts = Vec::new();
    for hook in HOOKS {
        parts.extend(text.match_indices(hook).map(|(at, _)| word_at(text, at + hook.len())));
    }
    let mut start = 0;
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+')))
    {
        if is_token(word)
            || is_bot_token(text, start, word)
            || (!public && random::is_secret_word(text, start, word))
        {
            parts.push(start..start + word.len());
        }
        start += word.len();
        start += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    parts
}

/// What is shorter is no text in base64 with a name and a value in it.
const SHORTEST_ENCODED: usize = 16;

/// No provider gives out shorter keys, and the hooks are longer.
const SHORTEST_TOKEN: usize = 20;

/// `123456789:AA…`: what Telegram gives a bot.
fn is_bot_token(text: &str, start: usize, word: &str) -> bool {
    let number = text[..start].strip_suffix(':').unwrap_or_default();
    word.len() == 35 && word.starts_with("AA") && number.ends_with(|c: char| c.is_ascii_digit())
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

/// The password of `scheme://user:password@host`, also where JSON has escaped the slashes.
fn url_passwords(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    for opening in ["://", ":\\/\\/"] {
        let mut from = 0;
        while let Some(start) = text[from..].find(opening).map(|at| from + at + opening.len()) {
            let end = text[start..].find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<'));
            let rest = &text[start..end.map_or(text.len(), |end| start + end)];
            let authority = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
            let range = user_password(authority).or_else(|| unescaped_password(rest));
            parts.extend(range.map(|range| start + range.start..start + range.end));
            from = start + authority.len();
        }
    }
    parts
}

fn user_password(authority: &str) -> Option<Range<usize>> {
    let (user_info, _) = authority.rsplit_once('@')?;
    let colon = user_info.find(':')?;
    value_can_be_secret("password", &user_info[colon + 1..]).then_some(colon + 1..user_info.len())
}

/// A password with a `/` or a `?` that should have been escaped. What begins as a port does is one.
fn unescaped_password(rest: &str) -> Option<Range<usize>> {
    let colon = rest.find(':').filter(|colon| !rest[..*colon].contains(['/', '?', '@']))?;
    let end = colon + rest[colon..].find('@')?;
    let password = &rest[colon + 1..end];
    let port = password.split(['/', '?']).next().is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    (!port
        && !password.starts_with(['$', '{'])
        && !password.contains("://")
        && value_can_be_secret("password", password))
    .then_some(colon + 1..end)
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

/// What follows an authentication scheme, if it is no word of a sentence: in a header it is none.
fn credentials(text: &str, at: usize, scheme: &str) -> Option<Range<usize>> {
    let blanks = text[at + scheme.len()..].len() - text[at + scheme.len()..].trim_start_matches(' ').len();
    let range = word_at(text, at + scheme.len() + blanks);
    let word = &text[range.clone()];
    let before = text[..at].trim_end_matches([' ', ':', '=', '"', '\'', '\\', '\t']);
    let header = before.len() >= 13
        && before.get(before.len() - 13..).is_some_and(|end| end.eq_ignore_ascii_case("authorization"));
    let looks =
        header || word.contains(|c: char| c.is_ascii_digit()) || word.ends_with('=') || word.len() >= 20;
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
    const PREFIXES: [(&str, usize); 43] = [
        ("sk_test_", 24),
        ("dckr_pat_", 30),
        ("glsa_", 40),
        ("glc_", 40),
        ("gldt-", 24),
        ("ATATT3", 40),
        ("lin_api_", 40),
        ("rubygems_", 40),
        ("shpss_", 30),
        ("xkeysib-", 40),
        ("NRAK-", 30),
        ("sntrys_", 40),
        ("pul-", 40),
        ("dapi", 36),
        ("hvb.", 24),
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
