//! What has become of an explanation, and what is counted of it.

use explainer::Explanation;
use ids::BlobHash;
use phrasing::Refusal;

use crate::model::{Asking, Trouble};

/// What has become of it.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The model's words, or why there are none.
    pub(super) phrased: Result<Explanation, Trouble>,
    pub(super) used: Used,
}

/// What was sent, answered and used on the way.
#[derive(Debug, Clone, Default)]
pub(super) struct Used {
    pub(super) facts_hash: Option<BlobHash>,
    pub(super) asked_hash: Option<BlobHash>,
    pub(super) answer_hash: Option<BlobHash>,
    pub(super) tokens_in: u32,
    pub(super) tokens_out: u32,
    pub(super) tries: u32,
    pub(super) cached: bool,
    /// Why answers were refused, each reason once.
    pub(super) refused: Vec<String>,
}

impl Used {
    pub(super) fn count(&mut self, asking: Asking) {
        self.tries = asking.tries;
    }

    pub(super) fn tokens(&mut self, (tokens_in, tokens_out): (u32, u32)) {
        self.tokens_in = self.tokens_in.saturating_add(tokens_in);
        self.tokens_out = self.tokens_out.saturating_add(tokens_out);
    }

    pub(super) fn refuse(&mut self, refusals: &[Refusal]) {
        for reason in refusals.iter().map(|refusal| refusal.reason.as_str()) {
            telemetry::models::refused(reason);
            if !self.refused.iter().any(|known| known == reason) {
                self.refused.push(reason.to_owned());
            }
        }
    }
}
