//! What the engines make of a promotion (`plimsoll.diff.v1`, `cost`, `risk`, `explain`).

use ids::{BlobHash, EventId, PromotionId};
use serde::{Deserialize, Serialize};

use crate::plan::Compared;

/// The plan was made and what it changes is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffComputed {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The `PreviewRequested` or `ReplanRequested` that this answers.
    pub request: EventId,
    /// The environment whose changes are carried.
    pub from: String,
    /// The environment that they are carried to.
    pub to: String,
    /// What the application says of this promotion, as a blob.
    pub policy: BlobHash,
    /// The price book, as a blob.
    pub price_book: BlobHash,
    /// The blobs that the diff made.
    pub compared: Compared,
    /// Places that the edit carries over.
    pub carried: u32,
    /// Places that stay the target's own.
    pub kept: u32,
    /// Places that wait.
    pub pending: u32,
    /// Places that go over if somebody takes them.
    pub candidates: u32,
    /// Places to settle before approval.
    pub blocked: u32,
    /// Objects added.
    pub added: u32,
    /// Objects removed.
    pub removed: u32,
    /// Objects modified.
    pub modified: u32,
    /// Differences left out as noise.
    pub suppressed: u32,
}

/// What the change costs is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostEstimated {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The `PreviewRequested` or `ReplanRequested` that this answers.
    pub request: EventId,
    /// The environment whose changes are carried.
    pub from: String,
    /// The environment that they are carried to.
    pub to: String,
    /// What the application says of this promotion, as a blob.
    pub policy: BlobHash,
    /// The price book, as a blob.
    pub price_book: BlobHash,
    /// The blobs that the diff made.
    pub compared: Compared,
    /// The cost document.
    pub cost: BlobHash,
    /// The document of the bill for nodes, or why there is none.
    pub bill: BlobHash,
    /// The ISO 4217 code of the amounts.
    pub currency: String,
    /// A month (730 hours) before, in micro-units.
    pub baseline_micros: i64,
    /// A month after, in micro-units.
    pub projected_micros: i64,
    /// The difference, in micro-units.
    pub delta_micros: i64,
    /// A month of the target's nodes before, in micro-units; none where they or a price are not known.
    pub bill_baseline_micros: Option<i64>,
    /// The difference, in micro-units.
    pub bill_delta_micros: Option<i64>,
    /// The least that the difference may be, in micro-units.
    pub bill_low_micros: Option<i64>,
    /// The most that it may be, in micro-units.
    pub bill_high_micros: Option<i64>,
    /// Objects whose cost is not known.
    pub unknown: u32,
}

/// What the change risks is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskAssessed {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The `PreviewRequested` or `ReplanRequested` that this answers.
    pub request: EventId,
    /// The environment whose changes are carried.
    pub from: String,
    /// The environment that they are carried to.
    pub to: String,
    /// What the application says of this promotion, as a blob.
    pub policy: BlobHash,
    /// The price book, as a blob.
    pub price_book: BlobHash,
    /// The blobs that the diff made.
    pub compared: Compared,
    /// The cost document.
    pub cost: BlobHash,
    /// The document of the bill for nodes, or why there is none.
    pub bill: BlobHash,
    /// The risk document.
    pub risk: BlobHash,
    /// `none`, `low`, `medium`, `high` or `critical`.
    pub level: String,
    /// How many findings there are.
    pub findings: u32,
}

/// The change is put into words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewExplained {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The `PreviewRequested` or `ReplanRequested` that this answers.
    pub request: EventId,
    /// The environment whose changes are carried.
    pub from: String,
    /// The environment that they are carried to.
    pub to: String,
    /// What the application says of this promotion, as a blob.
    pub policy: BlobHash,
    /// The price book, as a blob.
    pub price_book: BlobHash,
    /// The blobs that the diff made.
    pub compared: Compared,
    /// The cost document.
    pub cost: BlobHash,
    /// The document of the bill for nodes, or why there is none.
    pub bill: BlobHash,
    /// The risk document.
    pub risk: BlobHash,
    /// The explanation document.
    pub explanation: BlobHash,
    /// Its first sentence.
    pub headline: String,
}

/// A language model was asked to put a preview into other words, beside the explanation that approval rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplanationPhrased {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The `PreviewRequested` or `ReplanRequested` whose preview it is about.
    pub request: EventId,
    /// The model or the deployment, as it was asked for.
    pub model: String,
    /// The host that was asked.
    pub endpoint: String,
    /// The version of the prompt: `v1`.
    pub prompt: String,
    /// The SHA-256 of the facts.
    pub facts_hash: BlobHash,
    /// The SHA-256 of what was sent last; none if nothing was.
    pub asked_hash: Option<BlobHash>,
    /// The SHA-256 of the last answer; none if there was none.
    pub answer_hash: Option<BlobHash>,
    /// The tokens that were sent, over all tries.
    pub tokens_in: u32,
    /// The tokens that were answered, over all tries.
    pub tokens_out: u32,
    /// The ISO 4217 code of the cost.
    pub currency: String,
    /// What the tokens cost, in micro-units.
    pub cost_micros: i64,
    /// How often the endpoint was asked.
    pub tries: u32,
    /// Whether the answer is one that was given to the same facts before.
    pub cached: bool,
    /// Whether only the deterministic explanation is shown.
    pub fell_back: bool,
    /// Why it fell back: the stable code of the error; none if it did not.
    pub why: Option<String>,
    /// Why answers were refused: `figure`, `safety_claim` and others.
    pub refused: Vec<String>,
    /// The phrased explanation, as a blob; none if it fell back.
    pub phrased: Option<BlobHash>,
}

/// A link of the chain cannot do with the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewFailed {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The `PreviewRequested` or `ReplanRequested` that this answers.
    pub request: EventId,
    /// Which: `diff`, `cost`, `risk`, `explain`.
    pub stage: String,
    /// The stable code of the error.
    pub code: String,
    /// The error.
    pub message: String,
}
