//! The words that an answer may be written with.

use std::collections::{HashMap, HashSet};

use crate::refusal::Reason;

/// The words of a prompt's version.
pub(crate) struct Vocabulary {
    /// Words that stand for their ordinary forms too.
    stems: HashSet<&'static str>,
    /// Words that stand for themselves, with their capitals.
    exact: HashSet<&'static str>,
    refused: HashMap<&'static str, Reason>,
}

impl Vocabulary {
    pub(crate) fn read(words: &'static str, refused: &'static str) -> Self {
        let entries = || lines(words).flat_map(str::split_whitespace);
        Self {
            stems: entries().filter(|word| !word.starts_with('=')).collect(),
            exact: entries().filter_map(|word| word.strip_prefix('=')).collect(),
            refused: lines(refused).filter_map(|line| line.split_once(':')).flat_map(words_of).collect(),
        }
    }

    /// Whether the word may stand in a sentence, at its beginning or within it.
    pub(crate) fn check(&self, word: &str, begins: bool) -> Result<(), Reason> {
        let small = word.to_ascii_lowercase();
        if let Some(reason) = self.refused.get(&*small) {
            return Err(*reason);
        }
        if self.exact.contains(word) || (begins && self.exact.contains(&*small) && is_capitalised(word)) {
            return Ok(());
        }
        let stems = stems(&small);
        if let Some(reason) = stems.iter().find_map(|stem| self.refused.get(&**stem)) {
            return Err(*reason);
        }
        if word != small && !(begins && is_capitalised(word)) {
            return Err(Reason::Identifier);
        }
        match stems.iter().any(|stem| self.stems.contains(&**stem)) {
            true => Ok(()),
            false => Err(Reason::UnknownWord),
        }
    }
}

/// The lines that say something.
fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

fn words_of((reason, words): (&str, &'static str)) -> Vec<(&'static str, Reason)> {
    let reason = match reason {
        "figure" => Reason::Figure,
        "level" => Reason::Level,
        "safety" => Reason::SafetyClaim,
        "negation" => Reason::Negation,
        "direction" => Reason::Direction,
        _ => Reason::Instruction,
    };
    words.split_whitespace().map(|word| (word, reason)).collect()
}

fn is_capitalised(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|first| first.is_ascii_uppercase())
        && letters.all(|letter| letter.is_ascii_lowercase() || letter == '\'')
}

/// What a word may be a form of, by the rules of English spelling: itself, a plural, a verb's forms, an adverb.
fn stems(word: &str) -> Vec<String> {
    let mut stems = vec![word.to_owned()];
    let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix('\'')).unwrap_or(word);
    if bare != word {
        stems.push(bare.to_owned());
    }
    for (ending, instead) in [
        ("ies", "y"),
        ("es", ""),
        ("s", ""),
        ("ied", "y"),
        ("ed", "e"),
        ("ed", ""),
        ("ing", "e"),
        ("ing", ""),
        ("ily", "y"),
        ("ly", ""),
        ("ly", "e"),
    ] {
        let Some(stem) = bare.strip_suffix(ending).filter(|stem| stem.len() >= 2) else { continue };
        stems.push(format!("{stem}{instead}"));
        // A consonant that is doubled before the ending: planned, stopping.
        let letters = stem.as_bytes();
        if instead.is_empty() && letters.len() > 2 && letters[letters.len() - 1] == letters[letters.len() - 2]
        {
            stems.push(stem[..stem.len() - 1].to_owned());
        }
    }
    stems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Vocabulary {
        Vocabulary::read(
            "# small\n=the =goes =CPU\nchange plan carry likely\n",
            "safety: go approve\nfigure: one\n",
        )
    }

    #[test]
    fn a_word_stands_for_its_forms() {
        for word in [
            "change", "changes", "changed", "changing", "planned", "carries", "carried", "change's", "likely",
        ] {
            assert_eq!(words().check(word, false), Ok(()), "{word}");
        }
        assert_eq!(words().check("Changes", true), Ok(()));
        assert_eq!(words().check("The", true), Ok(()));
        assert_eq!(words().check("CPU", false), Ok(()));
    }

    #[test]
    fn what_is_refused_is_refused_in_its_forms_and_an_exact_word_is_no_form() {
        for (word, reason) in [
            ("approving", Reason::SafetyClaim),
            ("Approved", Reason::SafetyClaim),
            ("ones", Reason::Figure),
            ("going", Reason::SafetyClaim),
            ("changeling", Reason::UnknownWord),
            ("Changes", Reason::Identifier),
            ("CHANGE", Reason::Identifier),
            ("chAnge", Reason::Identifier),
            ("cpu", Reason::UnknownWord),
            ("Cpu", Reason::Identifier),
            ("thes", Reason::UnknownWord),
        ] {
            assert_eq!(words().check(word, false), Err(reason), "{word}");
        }
        assert_eq!(words().check("goes", false), Ok(()));
        assert_eq!(words().check("CHANGES", true), Err(Reason::Identifier));
    }
}
