//! What is in memory.

use std::collections::BTreeMap;

use events::Topic;
use ids::OrgId;
use serde_json::Value;
use time::OffsetDateTime;

use crate::commit::{Outgoing, Stored};
use crate::dead_letter::DeadLetter;

/// Organisation, consumer, topic, aggregate.
pub(super) type Mark = (OrgId, String, Topic, String);

#[derive(Default)]
pub(super) struct Inner {
    pub(super) aggregates: BTreeMap<(OrgId, String), Stored>,
    pub(super) handled: BTreeMap<Mark, u64>,
    pub(super) commands: BTreeMap<(OrgId, String), (Value, OffsetDateTime)>,
    pub(super) outbox: BTreeMap<i64, (Outgoing, OffsetDateTime)>,
    pub(super) last_row: i64,
    pub(super) letters: BTreeMap<i64, DeadLetter>,
}
