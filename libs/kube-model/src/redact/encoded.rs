//! Secrets in base64 within a text: what stands there is judged as what it stands for.

use std::ops::Range;

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD, Engine as _};

/// What is shorter in base64 is a word like any other.
const SHORTEST: usize = 16;

/// The words of a text that are a text in base64 with a secret in it.
pub(super) fn in_text(text: &str, holds_secret: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    if let Some(whole) = wrapped(text).and_then(|joined| decoded(&joined)) {
        return holds_secret(&whole).then_some(0..text.len()).into_iter().collect();
    }
    let mut found = Vec::new();
    let mut start = 0;
    for word in text.split(|c: char| !is_part(c)) {
        // `key=VALUE` is one run of these characters; the padding is at the end alone.
        let body = word.trim_end_matches('=');
        let padding = word.len() - body.len();
        let value = body.rsplit('=').next().unwrap_or_default();
        let offset = start + body.len() - value.len();
        let range = offset..offset + value.len() + padding;
        if value.len() >= SHORTEST && decoded(&text[range.clone()]).is_some_and(|inner| holds_secret(&inner))
        {
            found.push(range);
        }
        start += word.len();
        start += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    found
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-')
}

/// A text that is nothing but lines of base64, as `base64` and `openssl` wrap them.
fn wrapped(text: &str) -> Option<String> {
    let lines = text.trim();
    let plain = |line: &str| line.len() >= SHORTEST && line.chars().all(is_part);
    let (first, rest) = lines.split_once('\n')?;
    (plain(first.trim()) && rest.lines().all(|line| line.trim().chars().all(is_part)))
        .then(|| lines.split_whitespace().collect())
}

/// The text that base64 stands for, if it does and that is readable.
fn decoded(word: &str) -> Option<String> {
    let bare = word.trim_end_matches('=');
    let bytes = BASE64_STANDARD
        .decode(word)
        .or_else(|_| BASE64_STANDARD_NO_PAD.decode(bare))
        .or_else(|_| BASE64_URL_SAFE_NO_PAD.decode(bare))
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    // printf 'password=hunter2' | base64 → cGFzc3dvcmQ9aHVudGVyMg==
    #[test]
    fn a_secret_in_base64_is_found() {
        let holds = |text: &str| text.contains("hunter2");
        let found = |text: &str| -> Vec<String> {
            in_text(text, holds).into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(found("cGFzc3dvcmQ9aHVudGVyMg=="), ["cGFzc3dvcmQ9aHVudGVyMg=="]);
        assert_eq!(found("x: cGFzc3dvcmQ9aHVudGVyMg, y"), ["cGFzc3dvcmQ9aHVudGVyMg"]);
        assert_eq!(found("blob=cGFzc3dvcmQ9aHVudGVyMg=="), ["cGFzc3dvcmQ9aHVudGVyMg=="]);
        assert_eq!(found("cGFzc3dvcmQ9aHVu\ndGVyMg==\n"), ["cGFzc3dvcmQ9aHVu\ndGVyMg==\n"]);
        // printf 'level=information' | base64
        assert_eq!(found("bGV2ZWw9aW5mb3JtYXRpb24="), [""; 0]);
    }
}
