//! The tables of promotions in memory, for the simulator: the same marks and the same changes as in Postgres, which one suite
//! holds of both. Of a promotion's row it keeps what events change.
//!
//! Of the other tables it keeps none: an event of theirs is one row of its own, which only the mark of what was seen keeps
//! from being there twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use events::preview::CostEstimated;
use events::{Event, Message};
use ids::{EventId, OrgId, PromotionId};
use serde_json::Value;
use service::Failure;
use time::OffsetDateTime;

use crate::projection::Fold;
use crate::projection::change::{Change, change};
use crate::status;

/// The tables in memory. Clones are one.
#[derive(Debug, Clone, Default)]
pub struct MemoryTables(Arc<Mutex<Tables>>);

/// What the tables hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables {
    /// The last sequence that was seen of each aggregate of each topic.
    pub seen: BTreeMap<(OrgId, String, String), u64>,
    /// Promotions.
    pub promotions: BTreeMap<(OrgId, PromotionId), PromotionRow>,
    /// What the engines say of a request.
    pub figures: BTreeMap<(OrgId, EventId), FiguresRow>,
    /// The sequences that were logged of each aggregate of each topic, in this order.
    pub logged: BTreeMap<(OrgId, String, String), Vec<u64>>,
}

/// A promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionRow {
    /// Where it stands.
    pub status: String,
    /// The event that asked for the plan that counts.
    pub request: EventId,
    /// Its preview.
    pub preview_hash: Option<String>,
    /// Why it cannot be approved.
    pub obstacle: Option<String>,
    /// By how many it is to be approved.
    pub approvals_needed: Option<u32>,
    /// By whom it was.
    pub approved_by: Vec<String>,
    /// When its last event happened.
    pub updated_at: OffsetDateTime,
    /// Its branch, and the commit on it.
    pub branch: Option<(String, String)>,
    /// Its pull request, where its host has one.
    pub pull_request_url: Option<String>,
    /// Why it did not go on.
    pub failure: Option<Value>,
    /// The names of its documents.
    pub documents: Option<Value>,
    /// The newer one that took its place.
    pub superseded_by: Option<PromotionId>,
}

/// What the engines say of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FiguresRow {
    /// What it costs.
    pub cost: Option<Cost>,
    /// The level of risk.
    pub risk_level: Option<String>,
    /// The headline.
    pub headline: Option<String>,
}

/// What a request costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// The currency.
    pub currency: String,
    /// Before the change, in micro-units.
    pub baseline_micros: i64,
    /// After it.
    pub projected_micros: i64,
    /// The difference.
    pub delta_micros: i64,
}

impl MemoryTables {
    /// The tables as they are now.
    #[must_use]
    pub fn tables(&self) -> Tables {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Fold for MemoryTables {
    async fn apply(&self, message: &Message) -> Result<(), Failure> {
        self.lock().fold(message);
        Ok(())
    }
}

impl Tables {
    /// Folds an event in; one that was folded before changes nothing.
    pub fn fold(&mut self, message: &Message) {
        let envelope = &message.envelope;
        let aggregate = (envelope.org, envelope.source.topic().to_string(), envelope.subject.clone());
        let seen = self.seen.entry(aggregate.clone()).or_default();
        if envelope.sequence <= *seen {
            return;
        }
        *seen = envelope.sequence;
        self.logged.entry(aggregate).or_default().push(envelope.sequence);
        self.apply(message);
    }

    fn apply(&mut self, message: &Message) {
        let (org, time) = (message.envelope.org, message.envelope.time);
        match &message.event {
            Event::PreviewRequested(event) => {
                let status = status::after(message.event.event_type());
                let new = || PromotionRow::new(status, message.envelope.id, time);
                self.promotions.entry((org, event.promotion_id)).or_insert_with(new);
            }
            Event::CostEstimated(event) => {
                self.figures.entry((org, event.request)).or_default().cost = Some(Cost::of(event));
            }
            Event::RiskAssessed(event) => {
                let row = self.figures.entry((org, event.request)).or_default();
                row.risk_level = Some(event.level.clone());
            }
            Event::PreviewExplained(event) => {
                let row = self.figures.entry((org, event.request)).or_default();
                row.headline = Some(event.headline.clone());
            }
            event => {
                let Some((promotion, change)) = change(event) else { return };
                if let Some(row) = self.promotions.get_mut(&(org, promotion)) {
                    row.updated_at = time;
                    row.change(status::after(event.event_type()), change);
                }
            }
        }
    }
}

impl PromotionRow {
    fn new(status: &str, request: EventId, updated_at: OffsetDateTime) -> Self {
        Self {
            status: status.to_owned(),
            request,
            preview_hash: None,
            obstacle: None,
            approvals_needed: None,
            approved_by: Vec::new(),
            updated_at,
            branch: None,
            pull_request_url: None,
            failure: None,
            documents: None,
            superseded_by: None,
        }
    }

    /// What is none stays, but for an obstacle, which comes with the documents or goes.
    fn change(&mut self, status: &str, change: Change<'_>) {
        if !status.is_empty() {
            self.status = status.to_owned();
        }
        self.request = change.request.unwrap_or(self.request);
        self.approved_by.extend(change.approved_by.map(str::to_owned));
        if change.documents.is_some() {
            self.obstacle = change.obstacle.map(str::to_owned);
        }
        set(&mut self.preview_hash, change.preview_hash.map(str::to_owned));
        set(&mut self.approvals_needed, change.approvals_needed);
        set(&mut self.branch, change.branch.zip(change.commit).map(|(a, b)| (a.to_owned(), b.to_owned())));
        set(&mut self.pull_request_url, change.pull_request_url.map(str::to_owned));
        // A status of its own ends what was wrong before.
        match status.is_empty() {
            true => set(&mut self.failure, change.failure),
            false => self.failure = change.failure,
        }
        set(&mut self.documents, change.documents);
        set(&mut self.superseded_by, change.superseded_by);
    }
}

impl Cost {
    fn of(event: &CostEstimated) -> Self {
        let CostEstimated { currency, baseline_micros, projected_micros, delta_micros, .. } = event;
        Self {
            currency: currency.clone(),
            baseline_micros: *baseline_micros,
            projected_micros: *projected_micros,
            delta_micros: *delta_micros,
        }
    }
}

fn set<T>(column: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *column = value;
    }
}
