//! A text of an answer as words, references and marks.

use std::collections::BTreeSet;

use crate::refusal::{Reason, Refusal};

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// Letters, with an apostrophe within.
    Word(&'a str),
    /// What stands between `{{` and `}}`.
    Reference(&'a str),
    /// One of `.,;:?()`, or a dash between blanks.
    Mark(char),
    /// One or more blanks.
    Blank,
}

impl Token<'_> {
    /// Whether it is a mark that ends a sentence.
    pub(crate) fn ends_sentence(self) -> bool {
        matches!(self, Token::Mark('.' | '?'))
    }
}

/// The tokens of a text, or why it is none.
pub(crate) fn tokens<'a>(text: &'a str, place: &str) -> Result<Vec<Token<'a>>, Vec<Refusal>> {
    let (mut tokens, mut refused) = (Vec::new(), BTreeSet::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '{' => reference(rest),
            ' ' => (Ok(Token::Blank), run(rest, |c| c == ' ')),
            c if c.is_ascii_alphabetic() => {
                let length = run(rest, |c| c.is_ascii_alphabetic() || c == '\'');
                (Ok(Token::Word(&rest[..length])), length)
            }
            '.' | ',' | ';' | ':' | '?' | '(' | ')' | '–' | '—' => {
                (Ok(Token::Mark(first)), first.len_utf8())
            }
            other => (Err(why_not(other)), other.len_utf8()),
        };
        match token {
            Ok(token) => tokens.push(token),
            Err(reason) => {
                refused.insert(Refusal::of(reason, place, &rest[..length]));
            }
        }
        rest = &rest[length..];
    }
    match refused.is_empty() {
        true => Ok(tokens),
        false => Err(refused.into_iter().collect()),
    }
}

fn run(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_part(c)).unwrap_or(text.len())
}

fn reference(text: &str) -> (Result<Token<'_>, Reason>, usize) {
    let inner = text.strip_prefix("{{").and_then(|inner| Some((inner, inner.find("}}")?)));
    match inner {
        Some((inner, end)) if inner[..end].trim().chars().all(is_of_an_id) => {
            (Ok(Token::Reference(inner[..end].trim())), end + 4)
        }
        _ => (Err(Reason::Markup), 1),
    }
}

fn is_of_an_id(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '.' | '_')
}

fn why_not(character: char) -> Reason {
    match character {
        c if c.is_numeric() => Reason::Figure,
        '$' | '€' | '£' | '¥' | '¢' | '%' | '‰' | '+' | '=' | '±' | '−' | '∞' => Reason::Figure,
        '-' | '/' | '@' | '_' | '‐' | '‑' => Reason::Identifier,
        '"' | '\'' | '`' | '*' | '#' | '<' | '>' | '[' | ']' | '|' | '~' | '\\' | '&' | '}' | '!' | '^' => {
            Reason::Markup
        }
        _ => Reason::Character,
    }
}

#[cfg(test)]
mod tests {
    use super::Token::{Blank, Mark, Reference, Word};
    use super::*;

    #[test]
    fn a_text_is_words_references_and_marks() {
        let found = tokens("It's {{ cost.delta }}, (so) – yes.", "headline").unwrap();
        let expected = [
            Word("It's"),
            Blank,
            Reference("cost.delta"),
            Mark(','),
            Blank,
            Mark('('),
            Word("so"),
            Mark(')'),
            Blank,
            Mark('–'),
            Blank,
            Word("yes"),
            Mark('.'),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_prose_is_refused() {
        for (text, reason) in [
            ("3", Reason::Figure),
            ("٣", Reason::Figure),
            ("Ⅷ", Reason::Figure),
            ("½", Reason::Figure),
            ("$", Reason::Figure),
            ("a-b", Reason::Identifier),
            ("a/b", Reason::Identifier),
            ("`a`", Reason::Markup),
            ("{{a", Reason::Markup),
            ("{{A}}", Reason::Markup),
            ("{{a b}}", Reason::Markup),
            ("{a}", Reason::Markup),
            ("a\nb", Reason::Character),
            ("\u{1b}[31m", Reason::Character),
            ("\u{202e}a", Reason::Character),
            ("а", Reason::Character),
        ] {
            let refused = tokens(text, "headline").unwrap_err();
            assert!(refused.iter().any(|refusal| refusal.reason == reason), "{text}: {refused:?}");
        }
    }
}
