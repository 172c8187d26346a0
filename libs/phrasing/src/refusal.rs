//! Why an answer is not shown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why an answer is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is no JSON, or more than that.
    NotJson,
    /// It is JSON of another shape.
    Shape,
    /// It, or a part of it, is too long.
    TooLong,
    /// A part has no words.
    Empty,
    /// A concern has two paragraphs.
    Duplicate,
    /// A character that plain prose does not have.
    Character,
    /// Quotes, brackets and signs that mean something to Markdown, HTML, a shell or a template.
    Markup,
    /// A figure or a quantity, in digits, signs or words.
    Figure,
    /// What looks like a name: capitals within a sentence, dots, dashes, slashes, at-signs.
    Identifier,
    /// A level, or a word for one.
    Level,
    /// A claim that something is safe, right or approved, or that plays it down.
    SafetyClaim,
    /// A denial.
    Negation,
    /// A word for more or less, better or worse.
    Direction,
    /// What a reader is told to do is no review.
    Instruction,
    /// A word that is not on the list.
    UnknownWord,
    /// A reference to no fact.
    UnknownReference,
    /// References that stand so close that they read as one.
    JoinedReferences,
    /// A sentence that puts facts of different things together.
    MixedFacts,
    /// A sentence in which the value after stands before the value before.
    SwappedOrder,
    /// A fact that has to be told is not.
    OmittedFact,
}

impl Reason {
    /// As events and metrics have it: `safety_claim`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::Shape => "shape",
            Self::TooLong => "too_long",
            Self::Empty => "empty",
            Self::Duplicate => "duplicate",
            Self::Character => "character",
            Self::Markup => "markup",
            Self::Figure => "figure",
            Self::Identifier => "identifier",
            Self::Level => "level",
            Self::SafetyClaim => "safety_claim",
            Self::Negation => "negation",
            Self::Direction => "direction",
            Self::Instruction => "instruction",
            Self::UnknownWord => "unknown_word",
            Self::UnknownReference => "unknown_reference",
            Self::JoinedReferences => "joined_references",
            Self::MixedFacts => "mixed_facts",
            Self::SwappedOrder => "swapped_order",
            Self::OmittedFact => "omitted_fact",
        }
    }

    /// What the model is told.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::NotJson => "it is no single JSON object",
            Self::Shape => "it has not the shape that was asked for",
            Self::TooLong => "it is too long",
            Self::Empty => "a text has no words",
            Self::Duplicate => "a concern has more than one paragraph",
            Self::Character => "plain English sentences have no such character",
            Self::Markup => "quotes and markup are not allowed",
            Self::Figure => "figures and quantities are written as references only",
            Self::Identifier => "names are written as references only",
            Self::Level => "levels are written as references only",
            Self::SafetyClaim => "whether it is good or safe is not for you to say",
            Self::Negation => "say what is, not what is not",
            Self::Direction => "say that it changes, and refer to the fact",
            Self::Instruction => "that is nothing to look at before deciding",
            Self::UnknownWord => "the word is not on the list",
            Self::UnknownReference => "there is no such fact",
            Self::JoinedReferences => "put words or a comma between references, and blanks around them",
            Self::MixedFacts => "one sentence is about one item",
            Self::SwappedOrder => "the value before comes first",
            Self::OmittedFact => "it has to be referred to",
        }
    }
}

/// One reason, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// Where in the answer: `paragraphs.2`.
    pub place: String,
    /// The word or the reference: the model's own text, for its eyes only. It is neither logged nor shown.
    pub(crate) what: Option<String>,
}

/// Of a word that is refused the model is told so much.
const MOST_OF_A_WORD: usize = 40;

impl Refusal {
    pub(crate) fn new(reason: Reason, place: &str) -> Self {
        Self { reason, place: place.to_owned(), what: None }
    }

    pub(crate) fn of(reason: Reason, place: &str, what: &str) -> Self {
        let what = what.chars().take(MOST_OF_A_WORD).collect();
        Self { what: Some(what), ..Self::new(reason, place) }
    }

    /// As the model is told.
    pub(crate) fn told(&self) -> String {
        let what = self.what.as_ref().map_or(String::new(), |what| format!(" {what:?}"));
        format!("- {}:{what} {}", self.place, self.reason.advice())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.reason.as_str(), self.place)
    }
}
