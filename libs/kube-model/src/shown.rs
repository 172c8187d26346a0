//! Names and values from manifests as they may stand in a sentence.
//!
//! Whoever writes a manifest also writes what a person or a terminal reads later. In a sentence a name is
//! bounded in length, its control and direction characters are escaped, and one that could be taken for part
//! of the sentence stands in quotes.

use serde_json::Value;

/// The most characters of a name or a value that a sentence shows: an image with registry, tag and digest fits.
pub const SHOWN_CHARACTERS: usize = 160;

/// A name as a sentence shows it.
#[must_use]
pub fn shown(text: &str) -> String {
    match !text.is_empty() && text.chars().all(is_plain) {
        true => escaped(text, SHOWN_CHARACTERS),
        // A backslash is doubled, so that the quotation mark that ends a name is never taken for one within it.
        false => format!("\"{}\"", quoted(text)),
    }
}

/// A text with every character escaped that could not be seen, cut after `most` characters.
#[must_use]
pub fn escaped(text: &str, most: usize) -> String {
    inert::bounded(text, most)
}

fn quoted(text: &str) -> String {
    // One more than is shown, so that what is cut says so.
    let start: String = text.chars().take(SHOWN_CHARACTERS + 1).collect();
    escaped(&start.replace('\\', "\\\\").replace('"', "\\\""), SHOWN_CHARACTERS)
}

/// A value as a sentence shows it: a text as [`shown`], anything else as JSON.
#[must_use]
pub fn shown_value(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        other => shown(&other.to_string()),
    }
}

/// The items of a sentence: `a`, `a and b`, `a, b and c`; of more than `most` the rest as `and 3 more`.
#[must_use]
pub fn shown_list(items: &[String], most: usize) -> String {
    let most = most.max(1);
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] if items.len() <= most => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} more", items[..most].join(", "), items.len() - most),
    }
}

/// What names, images, quantities and paths are made of.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "._-/:@+=*%,[]$~".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_and_values_stand_as_they_are() {
        for text in
            ["web", "shop/api:1.2@sha256:00ff", "512Mi", "25%", "*.shop.example", "spec.ports[port=80]"]
        {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown_value(&Value::from(3)), "3");
        assert_eq!(shown_value(&Value::Null), "null");
    }

    #[test]
    fn what_could_be_taken_for_the_sentence_is_quoted() {
        assert_eq!(shown("web. All is well"), "\"web. All is well\"");
        assert_eq!(shown(""), "\"\"");
        assert_eq!(shown("a\"b"), "\"a\\\"b\"");
        assert_eq!(shown("a\\"), "\"a\\\\\"");
        assert_eq!(shown("a\u{201d} b"), "\"a\\u{201d} b\"");
    }

    #[test]
    fn nothing_reaches_a_terminal_but_characters_that_are_seen() {
        assert_eq!(shown("a\u{1b}[31mb\r\n"), "\"a\\u{1b}[31mb\\r\\n\"");
        assert_eq!(shown("a\u{202e}b"), "\"a\\u{202e}b\"");
        assert_eq!(shown("a\u{200b}b"), "\"a\\u{200b}b\"");
    }

    #[test]
    fn lists_read_as_sentences() {
        let items = |count: usize| -> Vec<String> { (1..=count).map(|n| format!("a{n}")).collect() };
        assert_eq!(shown_list(&[], 3), "");
        assert_eq!(shown_list(&items(1), 3), "a1");
        assert_eq!(shown_list(&items(2), 3), "a1 and a2");
        assert_eq!(shown_list(&items(3), 3), "a1, a2 and a3");
        assert_eq!(shown_list(&items(5), 3), "a1, a2, a3 and 2 more");
    }

    #[test]
    fn a_long_name_is_cut() {
        let shown = shown(&"a".repeat(1000));
        assert_eq!(shown.chars().count(), SHOWN_CHARACTERS + 1);
        assert!(shown.ends_with('…'));
    }
}
