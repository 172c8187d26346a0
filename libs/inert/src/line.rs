//! One line for a terminal or a log.

use crate::unseen::{is_combining, is_like_a_quote, is_like_latin, is_styled, is_unseen};

/// More marks over one character than any language has are meant to hide it.
const MOST_MARKS: usize = 3;

/// One line in which every character is seen and is the one that it seems to be. What is not seen, is drawn over its
/// neighbours, looks like a quotation mark, or looks like a Latin letter among Latin letters, is written as its escape
/// (`\u{202e}`). Languages that are not written in Latin stay as they are. Doing it twice changes nothing.
#[must_use]
pub fn line(text: &str) -> String {
    bounded(text, usize::MAX)
}

/// The same in at most `most` characters, escapes counted as they are written; `…` behind them stands for the rest.
#[must_use]
pub fn bounded(text: &str, most: usize) -> String {
    if text.len() <= most && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len().min(most.saturating_add(4)));
    let (mut length, mut marks) = (0, 0);
    let (mut is_latin, mut at_start_of_word) = (false, true);
    for (at, c) in text.char_indices() {
        let is_letter = c.is_alphanumeric();
        if is_letter && at_start_of_word {
            is_latin = has_latin(&text[at..]);
        }
        at_start_of_word = !is_letter && !is_combining(c);
        marks = if is_combining(c) { marks + 1 } else { 0 };
        let is_alone = marks > 0 && at == 0;
        let hides = is_alone || marks > MOST_MARKS || hides(c, is_latin);
        let written = if hides { escape(c) } else { c.to_string() };
        length += written.chars().count();
        if length > most {
            shown.push('…');
            break;
        }
        shown.push_str(&written);
    }
    shown
}

/// Whether a character is not seen, or is taken for another one.
fn hides(c: char, is_latin: bool) -> bool {
    is_unseen(c) || is_like_a_quote(c) || is_styled(c) || (is_latin && is_like_latin(c))
}

fn escape(c: char) -> String {
    match c {
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        c => c.escape_unicode().collect(),
    }
}

/// Whether the word at the start of a text has a Latin letter or an ASCII digit.
fn has_latin(text: &str) -> bool {
    let mut word = text.chars().take_while(|c| c.is_alphanumeric() || is_combining(*c));
    word.any(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_terminal_gets_only_what_is_seen() {
        assert_eq!(line("a\u{1b}[31mb\r\n\u{202e}c\t"), "a\\u{1b}[31mb\\r\\n\\u{202e}c\\t");
        assert_eq!(line("x\u{200b}y\u{2800}z\u{3164}"), "x\\u{200b}y\\u{2800}z\\u{3164}");
        assert_eq!(line("tag\u{e0041}"), "tag\\u{e0041}");
    }

    #[test]
    fn languages_stay_as_they_are() {
        for text in
            ["größe → 漢字", "магазин", "κατάστημα", "متجر", "कार्ट", "naïve café", "Ω 5 µs 12 °C", "한국어"]
        {
            assert_eq!(line(text), text);
        }
    }

    /// U+0430 is the Cyrillic a, U+03BF the Greek o.
    #[test]
    fn letters_that_pass_for_latin_ones_are_seen() {
        assert_eq!(line("\u{430}dmin"), "\\u{430}dmin");
        assert_eq!(line("n\u{3bf}ne"), "n\\u{3bf}ne");
        assert_eq!(line("магазин web"), "магазин web");
        assert_eq!(line("\u{1d5cb}isk"), "\\u{1d5cb}isk");
        assert_eq!(line("\u{ff04}\u{ff10}"), "\\u{ff04}\\u{ff10}");
        assert_eq!(line("a\u{201d} b\u{ff02}"), "a\\u{201d} b\\u{ff02}");
    }

    #[test]
    fn marks_do_not_pile_up_nor_reach_the_character_before() {
        assert_eq!(line("e\u{301}"), "e\u{301}");
        assert_eq!(line("\u{338}x"), "\\u{338}x");
        assert_eq!(line(&format!("a{}", "\u{301}".repeat(5))), "a\u{301}\u{301}\u{301}\\u{301}\\u{301}");
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(bounded("abc", 3), "abc");
        assert_eq!(bounded("abcd", 3), "abc…");
        assert_eq!(bounded("漢字漢字", 3), "漢字漢…");
        assert_eq!(bounded("", 0), "");
        assert_eq!(bounded("a\u{202e}b", 9), "a\\u{202e}…");
        assert_eq!(bounded("a\u{202e}b", 8), "a…");
    }

    proptest! {
        #[test]
        fn whatever_it_is_it_is_one_line_of_what_is_seen(text in any::<String>()) {
            let shown = line(&text);
            prop_assert!(!shown.chars().any(is_unseen));
            prop_assert_eq!(line(&shown), shown.clone());
            prop_assert!(shown.len() <= text.len().max(1) * 10);
        }
    }
}
