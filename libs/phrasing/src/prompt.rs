//! The versions of what a model is told.

use std::sync::LazyLock;

use serde_json::Value;

use crate::vocabulary::Vocabulary;

/// A version of the prompt: its texts, its words and its schema, which are files and are not changed once they were
/// released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// `prompts/v1`.
    V1,
}

pub(crate) struct Texts {
    pub(crate) system: String,
    pub(crate) facts: &'static str,
    pub(crate) again: &'static str,
    pub(crate) schema: Value,
    pub(crate) vocabulary: Vocabulary,
}

static V1: LazyLock<Texts> = LazyLock::new(|| {
    let words = include_str!("../prompts/v1/words.txt");
    let refused = include_str!("../prompts/v1/refused.txt");
    Texts {
        system: include_str!("../prompts/v1/system.txt").replace("<<words>>", &listed(words)),
        facts: include_str!("../prompts/v1/facts.txt"),
        again: include_str!("../prompts/v1/again.txt"),
        // A test holds that it is JSON.
        schema: serde_json::from_str(include_str!("../prompts/v1/schema.json")).unwrap_or_default(),
        vocabulary: Vocabulary::read(words, refused),
    }
});

/// The words as the model is told them.
fn listed(words: &str) -> String {
    let lines = words.lines().filter(|line| !line.starts_with('#'));
    let words: Vec<&str> =
        lines.flat_map(str::split_whitespace).map(|word| word.trim_start_matches('=')).collect();
    words.join(" ")
}

impl Prompt {
    /// The version that is asked with.
    pub const NEWEST: Self = Self::V1;

    /// `v1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
        }
    }

    /// The JSON schema of an answer, in the subset that endpoints enforce (every property required, no others).
    #[must_use]
    pub fn schema(self) -> &'static Value {
        &self.texts().schema
    }

    pub(crate) fn texts(self) -> &'static Texts {
        match self {
            Self::V1 => &V1,
        }
    }
}
