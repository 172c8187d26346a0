//! What is told of a history.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::mutation::Mutation;

/// Something that an invariant forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The invariant.
    pub invariant: &'static str,
    /// What was found.
    pub found: String,
}

/// What is told of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// The deliberate fault, if there was one.
    pub mutation: Option<Mutation>,
    /// What was found; nothing if all is well.
    pub violations: Vec<Violation>,
    /// The SHA-256 of everything in the log: two runs of one seed have the same.
    pub digest: String,
    /// How many records the log has.
    pub records: usize,
    /// How many promotions ended how; those whose approval was carried over to another plan are counted once more.
    pub promotions: BTreeMap<&'static str, usize>,
    /// How much time it took, in the history.
    pub lasted: Duration,
    /// What happened, in order.
    pub story: Vec<String>,
}

impl Violation {
    pub(crate) fn new(invariant: &'static str, found: impl Into<String>) -> Self {
        Self { invariant, found: found.into() }
    }
}

impl Report {
    /// The command that plays this history again.
    #[must_use]
    pub fn command(&self) -> String {
        let mutation = self.mutation.map(|mutation| format!(" --mutation {mutation}")).unwrap_or_default();
        format!("cargo xtask simulate --seed {}{mutation}", self.seed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, records, lasted, digest, .. } = self;
        let (seconds, promotions) = (lasted.as_secs(), shown(&self.promotions));
        writeln!(f, "seed {seed}: {promotions}; {records} records, {seconds} s, digest {digest}")?;
        for Violation { invariant, found } in &self.violations {
            writeln!(f, "  broken: {invariant}: {found}")?;
        }
        if !self.violations.is_empty() {
            writeln!(f, "  again with: {}", self.command())?;
        }
        Ok(())
    }
}

/// How many promotions ended how.
#[must_use]
pub fn shown(promotions: &BTreeMap<&'static str, usize>) -> String {
    let counts: Vec<String> = promotions.iter().map(|(ending, count)| format!("{count} {ending}")).collect();
    counts.join(", ")
}
