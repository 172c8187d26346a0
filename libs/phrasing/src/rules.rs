//! What a text of an answer has to keep to.

use std::collections::HashMap;

use crate::facts::{Facts, Item, shown};
use crate::refusal::{Reason, Refusal};
use crate::token::Token;
use crate::vocabulary::Vocabulary;

/// A text that keeps to the rules, with its facts filled in, and which they are.
pub(crate) struct Filled {
    pub(crate) text: String,
    pub(crate) referred: Vec<String>,
}

const SENTENCE_ENDS: [char; 3] = ['.', '?', '!'];

/// Against what a text is held.
pub(crate) struct Rules<'a> {
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) vocabulary: &'a Vocabulary,
}

impl Rules<'_> {
    /// The text with its facts filled in, or everything that is wrong with it.
    pub(crate) fn fill(&self, tokens: &[Token<'_>], place: &str) -> Result<Filled, Vec<Refusal>> {
        let tokens = &self.with_full_stops(tokens);
        let mut refused = self.words(tokens, place);
        refused.extend(marks(tokens, place));
        refused.extend(self.references(tokens, place));
        for sentence in tokens.split(|token| token.ends_sentence()) {
            refused.extend(permission(sentence, place));
            refused.extend(items(sentence, place));
        }
        if !tokens.iter().any(|token| matches!(token, Token::Word(_))) {
            refused.push(Refusal::new(Reason::Empty, place));
        }
        match refused.is_empty() {
            true => Ok(self.filled(tokens)),
            false => Err(refused),
        }
    }

    /// A fact that is a whole sentence ends one.
    fn with_full_stops<'t>(&self, tokens: &[Token<'t>]) -> Vec<Token<'t>> {
        let mut all = Vec::with_capacity(tokens.len());
        for (at, token) in tokens.iter().enumerate() {
            all.push(*token);
            let Token::Reference(id) = token else { continue };
            let is_sentence = self.facts.get(id).is_some_and(|fact| shown(fact).ends_with(SENTENCE_ENDS));
            if is_sentence && matches!(tokens.get(at + 1), None | Some(Token::Blank)) {
                all.push(Token::Mark('.'));
            }
        }
        all
    }

    fn words(&self, tokens: &[Token<'_>], place: &str) -> Vec<Refusal> {
        let mut begins = true;
        let mut refused = Vec::new();
        for token in tokens {
            match token {
                Token::Word(word) => {
                    if let Err(reason) = self.vocabulary.check(word, begins) {
                        refused.push(Refusal::of(reason, place, word));
                    }
                    begins = false;
                }
                Token::Mark('.' | '?' | ':' | '(') => begins = true,
                Token::Mark(_) | Token::Reference(_) => begins = false,
                Token::Blank => {}
            }
        }
        refused
    }

    /// Each is a fact's, and stands apart from everything that could be read with it.
    fn references(&self, tokens: &[Token<'_>], place: &str) -> Vec<Refusal> {
        let mut refused = Vec::new();
        let mut joined = false;
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Reference(id) => {
                    if self.facts.get(id).is_none() {
                        refused.push(Refusal::of(Reason::UnknownReference, place, id));
                    }
                    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
                    let is_apart = matches!(before, None | Some(Token::Blank | Token::Mark('(')))
                        && matches!(tokens.get(at + 1), None | Some(Token::Blank | Token::Mark(_)));
                    if joined || !is_apart {
                        refused.push(Refusal::of(Reason::JoinedReferences, place, id));
                    }
                    joined = true;
                }
                Token::Blank => {}
                Token::Word(_) | Token::Mark(_) => joined = false,
            }
        }
        refused
    }

    fn filled(&self, tokens: &[Token<'_>]) -> Filled {
        let mut filled = Filled { text: String::new(), referred: Vec::new() };
        for token in tokens {
            match token {
                Token::Word(word) => filled.text.push_str(word),
                Token::Blank => filled.text.push(' '),
                // A fact that is a whole sentence has its own full stop.
                Token::Mark('.') if filled.text.ends_with(SENTENCE_ENDS) => {}
                Token::Mark(mark) => filled.text.push(*mark),
                Token::Reference(id) => {
                    filled.text.extend(self.facts.get(id).map(shown));
                    filled.referred.push((*id).to_owned());
                }
            }
        }
        filled.text = filled.text.trim().to_owned();
        filled
    }
}

/// A mark stands where prose has it: a dot within a word would make a name of it.
fn marks(tokens: &[Token<'_>], place: &str) -> Vec<Refusal> {
    let is_prose = |at: usize, mark: char| {
        let (before, after) = (at.checked_sub(1).and_then(|at| tokens.get(at)), tokens.get(at + 1));
        let follows = matches!(before, Some(Token::Word(_) | Token::Reference(_) | Token::Mark(')')));
        match mark {
            '(' => {
                matches!(before, None | Some(Token::Blank))
                    && matches!(after, Some(Token::Word(_) | Token::Reference(_)))
            }
            '–' | '—' => before == Some(&Token::Blank) && after == Some(&Token::Blank),
            ')' => {
                follows
                    && matches!(after, None | Some(Token::Blank | Token::Mark('.' | ',' | ';' | ':' | '?')))
            }
            _ => follows && matches!(after, None | Some(Token::Blank)),
        }
    };
    let wrong = tokens.iter().enumerate().filter_map(|(at, token)| match token {
        Token::Mark(mark) if !is_prose(at, *mark) => Some(mark.to_string()),
        _ => None,
    });
    wrong.map(|mark| Refusal::of(Reason::Identifier, place, &mark)).collect()
}

/// `This can be carried over` is a permission, and nobody's to give here.
fn permission(sentence: &[Token<'_>], place: &str) -> Option<Refusal> {
    const MAY: [&str; 9] = ["can", "could", "may", "might", "must", "shall", "should", "will", "would"];
    const CARRY: [&str; 18] = [
        "carry", "carried", "move", "moved", "take", "taken", "make", "made", "be", "have", "get", "come",
        "happen", "stand", "stay", "bring", "brought", "promote",
    ];
    let words: Vec<String> = sentence
        .iter()
        .filter_map(|token| match token {
            Token::Word(word) => Some(word.to_ascii_lowercase()),
            _ => None,
        })
        .collect();
    let is_permission = |pair: &[String]| MAY.contains(&&*pair[0]) && CARRY.contains(&&*pair[1]);
    let found = words.windows(2).find(|pair| is_permission(pair))?;
    Some(Refusal::of(Reason::SafetyClaim, place, &found.join(" ")))
}

/// A sentence is about one item of a list, or names the same part of several; and what was before comes first.
fn items(sentence: &[Token<'_>], place: &str) -> Vec<Refusal> {
    let mut refused = Vec::new();
    let mut seen: HashMap<&str, Vec<Item<'_>>> = HashMap::new();
    let mut after: Vec<(&str, &str)> = Vec::new();
    for token in sentence {
        let Token::Reference(id) = token else { continue };
        let (whole, part) = id.rsplit_once('.').unwrap_or(("", id));
        match part {
            "after" | "to" => after.push((whole, part)),
            "before" if after.contains(&(whole, "after")) => {
                refused.push(Refusal::of(Reason::SwappedOrder, place, id))
            }
            "from" if after.contains(&(whole, "to")) => {
                refused.push(Refusal::of(Reason::SwappedOrder, place, id))
            }
            _ => {}
        }
        if let Some(item) = Item::of(id) {
            seen.entry(item.list).or_default().push(item);
        }
    }
    for (list, items) in seen {
        let one_item = items.iter().all(|item| item.number == items[0].number);
        let one_part = items.iter().all(|item| item.part == items[0].part);
        if !one_item && !one_part {
            refused.push(Refusal::of(Reason::MixedFacts, place, list));
        }
    }
    refused
}
