//! Whether a text says nothing but facts.
//!
//! It knows nothing of how a text is written: it takes every fact out of the text, and what is left has to be a plain word,
//! or a number of things that are not named one by one.

use explainer::{Fact, FactKind};

/// What a text says that is no fact: nothing, if all is well.
///
/// A text may show a fact as it is, an amount without its sign, a level with a capital, and sentences without their last full
/// stop or with a capital. Beyond that it may hold words for which `is_word` is true (they are given in small letters), marks, and before
/// `more`, `for` and `of` a number that is less than a count: of a list of which only the first items are named. Numbers, names
/// and levels are no words.
pub(crate) fn inventions(facts: &[Fact], text: &str, is_word: impl Fn(&str) -> bool) -> Vec<String> {
    let mut forms: Vec<String> = facts.iter().flat_map(forms).filter(|form| text.contains(form)).collect();
    forms.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
    forms.dedup();
    let left = forms.iter().fold(text.to_owned(), |left, form| without(&left, form));
    let most = facts.iter().filter(|fact| fact.kind == FactKind::Count).map(number).max().unwrap_or(0);
    let tokens: Vec<&str> = left
        .split(|c: char| c.is_whitespace() || "|,;:()\"'!?…".contains(c))
        .map(|token| token.trim_matches(['.', '-', '+', '/']))
        .filter(|token| !token.is_empty())
        .collect();
    let next = tokens.iter().skip(1).copied().chain([""]);
    let is_known = |token: &str, next: &str| match token.parse::<usize>() {
        Ok(rest) => matches!(next, "more" | "for" | "of") && rest < most,
        Err(_) => token.chars().all(char::is_alphabetic) && is_word(&token.to_lowercase()),
    };
    tokens
        .iter()
        .zip(next)
        .filter(|(token, next)| !is_known(token, next))
        .map(|(token, _)| (*token).to_owned())
        .collect()
}

fn number(fact: &Fact) -> usize {
    fact.text.parse().unwrap_or(0)
}

/// The text with a capital.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// The forms in which a sentence may show a fact.
fn forms(fact: &Fact) -> Vec<String> {
    let text = fact.text.clone();
    let others = match fact.kind {
        FactKind::Money => vec![text.trim_start_matches(['+', '-', '−']).to_owned()],
        FactKind::Level => vec![capital(&text)],
        FactKind::Text => vec![text.trim_end_matches('.').to_owned(), capital(text.trim_end_matches('.'))],
        _ => Vec::new(),
    };
    others.into_iter().chain([text]).filter(|form| !form.is_empty()).collect()
}

/// The text without a fact, where that stands as a whole.
fn without(text: &str, fact: &str) -> String {
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

fn found(text: &str) -> Vec<String> {
    let fact = |id: &str, kind, text: &str| Fact { id: id.to_owned(), kind, text: text.to_owned() };
    let facts = [
        fact("cost.delta", FactKind::Money, "+$5.00"),
        fact("risk.level", FactKind::Level, "high"),
        fact("image.count", FactKind::Count, "12"),
        fact("image.1.object", FactKind::Name, "Deployment web-1"),
    ];
    let words = ["it", "costs", "and", "more", "a", "month", "risk", "images", "is"];
    inventions(&facts, text, |word| words.contains(&word))
}

#[test]
fn facts_and_plain_words_are_said() {
    assert!(found("It costs $5.00 more a month. Risk is high; High: Deployment web-1.").is_empty());
    assert!(found("12 images: Deployment web-1 and 11 more.").is_empty());
}

#[test]
fn what_is_no_fact_is_seen() {
    assert_eq!(found("It costs $5.01."), ["$5.01"]);
    assert_eq!(found("Risk is low."), ["low"]);
    assert_eq!(found("13 images and 12 more"), ["13"]);
    assert_eq!(found("and 13 more"), ["13"]);
    assert_eq!(found("Deployment web-10"), ["Deployment", "web-10"]);
    assert_eq!(found("Deployment web-1s"), ["Deployment", "web-1s"]);
}
