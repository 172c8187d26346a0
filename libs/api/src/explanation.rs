//! A promotion in words: those that approval rests on, and a language model's beside them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A preview in a language model's words, beside the explanation and never in its place. Every figure, name and level in
/// it is one of the preview's facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Phrased {
    /// The model or the deployment that was asked.
    pub model: String,
    /// The version of the prompt: `v1`.
    pub prompt: String,
    /// Whether there are no words of the model's, and the explanation stands alone.
    pub fell_back: bool,
    /// Why it fell back: the stable code of the error.
    pub why: Option<String>,
    /// The words as plain text.
    pub text: Option<String>,
    /// The words as Markdown.
    pub markdown: Option<String>,
    /// The words by parts: `headline`, `paragraphs`, `checklist`.
    #[schema(value_type = Option<Object>)]
    pub parts: Option<Value>,
}

/// One event of `GET promotions/:id/explanation/stream`. First comes the whole `explanation`, as soon as the preview is
/// complete; then, sentence by sentence, what a language model says, once all of it was held against the facts; then `end`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ExplanationEvent {
    /// The explanation that approval rests on.
    Explanation {
        /// As plain text.
        text: String,
        /// As Markdown.
        markdown: String,
    },
    /// A sentence of the model's.
    Phrased {
        /// Where it stands: `headline`, `checklist`, or the concern of its paragraph.
        part: String,
        /// The sentence.
        text: String,
    },
    /// Nothing more comes.
    End {
        /// Whether there are words of a model's.
        phrased: bool,
        /// Which model was asked; none if none was in time.
        model: Option<String>,
        /// Why there are no words: the stable code of the error.
        why: Option<String>,
    },
}

impl ExplanationEvent {
    /// What the stream calls it: `explanation`, `phrased`, `end`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Explanation { .. } => "explanation",
            Self::Phrased { .. } => "phrased",
            Self::End { .. } => "end",
        }
    }
}
