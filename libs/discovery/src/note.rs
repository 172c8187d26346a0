//! What was found but not understood, or not read.

use std::fmt;

use crate::place::Location;

/// Something that discovery met and says: nothing is left out in silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What kind of thing.
    pub problem: Problem,
    /// Where.
    pub at: Location,
    /// In words, without secrets.
    pub message: String,
}

/// The kinds of things that are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    /// A file that is no YAML, or an object of a wrong shape.
    Unreadable,
    /// A path that leads out of the repository, or through a link.
    Outside,
    /// A path that does not exist.
    Missing,
    /// Something that only a cluster, another service or another repository knows.
    Elsewhere,
    /// A template that cannot be filled in here.
    Template,
    /// Applications that contain one another.
    Cycle,
    /// More than the limit.
    TooMany,
}

impl Problem {
    /// The stable code, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "DISCOVERY_UNREADABLE",
            Self::Outside => "DISCOVERY_OUTSIDE",
            Self::Missing => "DISCOVERY_MISSING",
            Self::Elsewhere => "DISCOVERY_ELSEWHERE",
            Self::Template => "DISCOVERY_TEMPLATE",
            Self::Cycle => "DISCOVERY_CYCLE",
            Self::TooMany => "DISCOVERY_TOO_MANY",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.message)
    }
}
