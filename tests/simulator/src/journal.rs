//! What happened; and what was acknowledged, and to whom: what must not be lost.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_log::Position;
use events::Record;
use ids::PromotionId;
use tokio::time::Instant;

/// What happened, and what was acknowledged. Clones are one.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    began: Instant,
    acknowledged: Arc<Mutex<Acknowledged>>,
}

/// What was acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Acknowledged {
    /// Promotions that people were told of.
    pub(crate) requested: Vec<PromotionId>,
    /// Approvals: whose, and of which preview.
    pub(crate) approved: Vec<(PromotionId, String, String)>,
    /// Promotions whose branch people have merged.
    pub(crate) merged: Vec<String>,
    /// Records that services were told are there.
    pub(crate) appended: Vec<(Position, Record)>,
    /// What nobody should have been answered.
    pub(crate) unexpected: Vec<String>,
    /// What happened, in order, for people.
    pub(crate) story: Vec<String>,
}

impl Journal {
    pub(crate) fn new(began: Instant) -> Self {
        Self { began, acknowledged: Arc::default() }
    }

    /// Something happens that people want to read of.
    pub(crate) fn note(&self, what: fmt::Arguments<'_>) {
        let at = self.began.elapsed().as_secs_f64();
        self.lock().story.push(format!("{at:9.3} s  {what}"));
    }

    pub(crate) fn requested(&self, promotion: PromotionId) {
        self.note(format_args!("ana is told of {promotion}"));
        self.lock().requested.push(promotion);
    }

    pub(crate) fn approved(&self, promotion: PromotionId, by: &str, preview_hash: &str) {
        self.note(format_args!("{by} is told that {promotion} is approved"));
        self.lock().approved.push((promotion, by.to_owned(), preview_hash.to_owned()));
    }

    pub(crate) fn merged(&self, promotion: &str) {
        self.note(format_args!("{promotion} is merged"));
        self.lock().merged.push(promotion.to_owned());
    }

    pub(crate) fn appended(&self, positions: &[Position], records: &[Record]) {
        self.lock().appended.extend(positions.iter().cloned().zip(records.iter().cloned()));
    }

    pub(crate) fn unexpected(&self, what: String) {
        self.lock().unexpected.push(what);
    }

    /// Promotions whose branch people have merged.
    pub(crate) fn all_merged(&self) -> Vec<String> {
        self.lock().merged.clone()
    }

    /// Everything, once the history has ended.
    pub(crate) fn take(&self) -> Acknowledged {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Acknowledged> {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
