//! Events that could not be handled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The states of a dead letter.
pub const STATES: [&str; 4] = ["parked", "retrying", "handled", "discarded"];

/// An event that could not be handled, and waits with its aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetter {
    /// `SERVICE/NUMBER`.
    #[schema(example = "promotion/3")]
    pub id: String,
    /// The consumer that could not handle it.
    pub consumer: String,
    /// Where it lies in the log.
    pub topic: String,
    /// Its partition.
    pub partition: u32,
    /// Its offset.
    pub offset: u64,
    /// The aggregate that waits with it.
    pub key: String,
    /// The type of event; empty if it cannot be read.
    #[serde(rename = "type")]
    pub event_type: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The stable code of the error.
    pub code: String,
    /// The error.
    pub message: String,
    /// When it was parked (RFC 3339).
    pub parked_at: String,
    /// `parked`, `retrying`, `handled` or `discarded`.
    pub state: String,
}

/// A dead letter with its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterDetail {
    /// The dead letter.
    #[serde(flatten)]
    pub dead_letter: DeadLetter,
    /// The record's headers; bytes that are no text are shown as `�`.
    pub headers: BTreeMap<String, String>,
    /// The record's value, in base64.
    pub value: String,
}

/// Which dead letters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeadLetterQuery {
    /// Only in this state; parked and retrying ones if it is not given.
    pub state: Option<String>,
    /// Only those of this service. The list of all is an error while one of the services is away.
    pub service: Option<String>,
}

/// `POST dead-letters/SERVICE/NUMBER/discard`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Discard {
    /// Why it is given up.
    pub reason: String,
}
