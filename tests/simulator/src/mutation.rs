//! Deliberate faults. They are in what the services are given, never in the services.

use std::fmt;
use std::str::FromStr;

/// A deliberate fault, which an invariant has to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutation {
    /// Offsets are committed when records are delivered.
    CommitBeforeEffect,
    /// Nobody remembers what was handled.
    DedupeOff,
    /// The outbox is published from its end.
    OutboxReversed,
    /// Rows of the outbox count as published when they are read.
    OutboxForgotten,
    /// An append is acknowledged and not done.
    AppendLost,
    /// A commit that a crash cuts off leaves its state and not its events.
    CommitTorn,
    /// Who commits upon an old version overwrites what is there.
    VersionUnchecked,
    /// What was not committed before a crash is not delivered again in full.
    RedeliverySkips,
    /// What was approved is marked as handled by who is to push it, and not noted.
    ApprovalForgotten,
    /// A push is acknowledged, and its branch is not there.
    PushLost,
    /// A push that nobody answered is tried again under another name.
    SecondBranch,
    /// The remote is said not to have moved.
    NothingMoved,
    /// A plan that is asked for again is the old one.
    OldPlan,
    /// The branch holds something else than the edit.
    OtherContent,
    /// The branch takes a file away that nobody promoted.
    OtherFile,
    /// Records that come again have another leaf.
    LeafTwice,
    /// The projections mark one event more than they fold.
    MarkedTooFar,
    /// An identifier is given more than once.
    IdentifiersAgain,
    /// A task panics now and then, and is started again.
    TaskPanics,
}

impl Mutation {
    /// Every one.
    pub const ALL: [Self; 19] = [
        Self::CommitBeforeEffect,
        Self::DedupeOff,
        Self::OutboxReversed,
        Self::OutboxForgotten,
        Self::AppendLost,
        Self::CommitTorn,
        Self::VersionUnchecked,
        Self::RedeliverySkips,
        Self::ApprovalForgotten,
        Self::PushLost,
        Self::SecondBranch,
        Self::NothingMoved,
        Self::OldPlan,
        Self::OtherContent,
        Self::OtherFile,
        Self::LeafTwice,
        Self::MarkedTooFar,
        Self::IdentifiersAgain,
        Self::TaskPanics,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CommitBeforeEffect => "commit-before-effect",
            Self::DedupeOff => "dedupe-off",
            Self::OutboxReversed => "outbox-reversed",
            Self::OutboxForgotten => "outbox-forgotten",
            Self::AppendLost => "append-lost",
            Self::CommitTorn => "commit-torn",
            Self::VersionUnchecked => "version-unchecked",
            Self::RedeliverySkips => "redelivery-skips",
            Self::ApprovalForgotten => "approval-forgotten",
            Self::PushLost => "push-lost",
            Self::SecondBranch => "second-branch",
            Self::NothingMoved => "nothing-moved",
            Self::OldPlan => "old-plan",
            Self::OtherContent => "other-content",
            Self::OtherFile => "other-file",
            Self::LeafTwice => "leaf-twice",
            Self::MarkedTooFar => "marked-too-far",
            Self::IdentifiersAgain => "identifiers-again",
            Self::TaskPanics => "task-panics",
        }
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mutation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|mutation| mutation.name() == text);
        known.ok_or_else(|| {
            format!("there is no mutation {text}; there are {}", Self::ALL.map(Self::name).join(", "))
        })
    }
}
