//! What is counted about Redis.

use metrics::{counter, describe_counter, describe_gauge, gauge};

const ASKED: &str = "plimsoll.redis.calls";
const AWAY: &str = "plimsoll.redis.away";
const BLOBS: &str = "plimsoll.redis.blobs";
const OUTCOME: &str = "outcome";

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It was answered in time.
    Answered,
    /// It was answered with an error.
    Refused,
    /// It was not answered in time.
    TooLate,
    /// The connection was lost, or what came back is no answer.
    Failed,
    /// It was not asked, since it is away.
    LeftAlone,
}

/// What became of a look for a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// It was there.
    Found,
    /// It was not.
    Missed,
    /// Other bytes were there than the name says.
    Damaged,
}

/// Redis was asked something.
pub fn asked(outcome: Asked) {
    let outcome = match outcome {
        Asked::Answered => "answered",
        Asked::Refused => "refused",
        Asked::TooLate => "too_late",
        Asked::Failed => "failed",
        Asked::LeftAlone => "left_alone",
    };
    counter!(ASKED, OUTCOME => outcome).increment(1);
}

/// A blob was looked for.
pub fn looked(outcome: Looked) {
    let outcome = match outcome {
        Looked::Found => "found",
        Looked::Missed => "missed",
        Looked::Damaged => "damaged",
    };
    counter!(BLOBS, OUTCOME => outcome).increment(1);
}

/// Whether it is left alone for now.
pub fn away(is_away: bool) {
    gauge!(AWAY).set(if is_away { 1.0 } else { 0.0 });
}

pub(crate) fn describe() {
    describe_counter!(ASKED, "Questions to Redis, by what came of them.");
    describe_counter!(BLOBS, "Looks for blobs in Redis, by what was found.");
    describe_gauge!(AWAY, "1 while Redis is left alone because it does not answer.");
}
