//! What is counted about language models. The names are those of OpenTelemetry's conventions for generative AI where there
//! are any; no label holds anything that a model, a manifest or a person said.

use metrics::{counter, describe_counter, describe_gauge, gauge};

use crate::names::ERROR;

const ASKED: &str = "plimsoll.explain.model.calls";
const TOKENS: &str = "gen_ai.client.token.usage";
const COST: &str = "plimsoll.explain.model.cost.micros";
const REFUSED: &str = "plimsoll.explain.model.refusals";
const PHRASED: &str = "plimsoll.explain.model.explanations";
const BREAKER: &str = "plimsoll.explain.model.breaker.open";

const KIND: &str = "gen_ai.token.type";

/// The endpoint was asked: `OK`, or the code of what went wrong.
pub fn asked(outcome: &'static str) {
    counter!(ASKED, ERROR => outcome).increment(1);
}

/// Tokens were used, and this is what they cost in micro-units.
pub fn spent(tokens_in: u32, tokens_out: u32, micros: i64) {
    counter!(TOKENS, KIND => "input").increment(tokens_in.into());
    counter!(TOKENS, KIND => "output").increment(tokens_out.into());
    counter!(COST).increment(micros.unsigned_abs());
}

/// An answer was refused, for this reason.
pub fn refused(reason: &'static str) {
    counter!(REFUSED, ERROR => reason).increment(1);
}

/// An explanation was phrased (`OK`), taken from the cache (`CACHED`), or fell back for the reason of this code.
pub fn phrased(outcome: &'static str) {
    counter!(PHRASED, ERROR => outcome).increment(1);
}

/// Whether the endpoint is left alone.
pub fn breaker(is_open: bool) {
    gauge!(BREAKER).set(if is_open { 1.0 } else { 0.0 });
}

pub(crate) fn describe() {
    describe_counter!(ASKED, "Requests to the language model, by what came of them.");
    describe_counter!(TOKENS, "Tokens that were sent to the language model and answered by it.");
    describe_counter!(COST, "What the tokens cost, in micro-units of the currency of the settings.");
    describe_counter!(REFUSED, "Reasons for which answers of the language model were refused.");
    describe_counter!(PHRASED, "Explanations that were phrased, or fell back to the deterministic text.");
    describe_gauge!(BREAKER, "1 while the language model's endpoint is left alone because it failed.");
}
