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
    /// Who was told that nobody needs their approval any more.
    pub(crate) not_needed: Vec<(PromotionId, String)>,
    /// Promotions that people were told are rejected.
    pub(crate) rejected: Vec<PromotionId>,
    /// What people have done with branches.
    pub(crate) done: Vec<Done>,
    /// Records that services were told are there.
    pub(crate) appended: Vec<(Position, Record)>,
    /// What nobody should have been answered.
    pub(crate) unexpected: Vec<String>,
    /// What happened, in order, for people.
    pub(crate) story: Vec<String>,
}

/// What people have done with the branch of a promotion.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) promotion: String,
    pub(crate) with: Deed,
    /// The repository, and the image that the branch brings.
    pub(crate) edit: (String, String),
}

impl Done {
    /// Whether this status is one that knows of it, when all of this was done. Who deletes a branch and merges another with the same edit
    /// before anybody looked has merged what the first was to bring: its owner finds the edit in the target.
    pub(crate) fn explains(&self, status: &str, all: &[Self]) -> bool {
        let brings_it = |other: &Self| other.with == Deed::Merged && other.edit == self.edit;
        self.with.explains(status) || status == "merged" && all.iter().any(brings_it)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Merged,
    Deleted,
}

impl Deed {
    /// Whether this status is one that knows of it. Of a branch that is deleted it may have been over before that was seen: another
    /// promotion came after it.
    fn explains(self, status: &str) -> bool {
        match self {
            Self::Merged => status == "merged",
            Self::Deleted => status == "closed" || status == "superseded",
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Merged => "merged",
            Self::Deleted => "deleted",
        })
    }
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

    pub(crate) fn not_needed(&self, promotion: PromotionId, of: &str) {
        self.note(format_args!("{of} is told that {promotion} needs no approval of theirs"));
        self.lock().not_needed.push((promotion, of.to_owned()));
    }

    pub(crate) fn rejected(&self, promotion: PromotionId) {
        self.note(format_args!("bob is told that {promotion} is rejected"));
        self.lock().rejected.push(promotion);
    }

    pub(crate) fn did(&self, done: Done) {
        self.note(format_args!("{} is {}", done.promotion, done.with));
        self.lock().done.push(done);
    }

    pub(crate) fn appended(&self, positions: &[Position], records: &[Record]) {
        self.lock().appended.extend(positions.iter().cloned().zip(records.iter().cloned()));
    }

    pub(crate) fn unexpected(&self, what: String) {
        self.lock().unexpected.push(what);
    }

    /// What people have done with branches.
    pub(crate) fn done(&self) -> Vec<Done> {
        self.lock().done.clone()
    }

    /// Everything, once the history has ended.
    pub(crate) fn take(&self) -> Acknowledged {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Acknowledged> {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
