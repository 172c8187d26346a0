//! Which service writes which topic.

use std::fmt;
use std::sync::Arc;

/// The services that write events. Each is the one writer of its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Applications, clusters and organisations.
    Catalog,
    /// Promotions and edges.
    Promotion,
    /// Plans and compares.
    Diff,
    /// Estimates costs.
    Cost,
    /// Assesses risks.
    Risk,
    /// Puts previews into words.
    Explain,
    /// Pushes branches and sees merges.
    Gitops,
    /// Vouches for the log.
    Audit,
    /// Serves the API.
    Gateway,
}

/// What stands before a service's name in its topic's, and after it.
const BEFORE: &str = "plimsoll.";
const AFTER: &str = ".v1";

impl Service {
    /// Every service.
    pub const ALL: [Self; 9] = [
        Self::Catalog,
        Self::Promotion,
        Self::Diff,
        Self::Cost,
        Self::Risk,
        Self::Explain,
        Self::Gitops,
        Self::Audit,
        Self::Gateway,
    ];

    /// Its name, as in `plimsoll up --only NAME`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Promotion => "promotion",
            Self::Diff => "diff",
            Self::Cost => "cost",
            Self::Risk => "risk",
            Self::Explain => "explain",
            Self::Gitops => "gitops",
            Self::Audit => "audit",
            Self::Gateway => "gateway",
        }
    }

    /// The service of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == name)
    }

    /// The topic that it writes: `plimsoll.NAME.v1`.
    #[must_use]
    pub fn topic(self) -> Topic {
        Topic::new(format!("{BEFORE}{}{AFTER}", self.name()))
    }

    /// Whether this is the topic that it writes. It is asked of every event that is read, and makes no text for it.
    #[must_use]
    pub fn writes(self, topic: &Topic) -> bool {
        let name = topic.as_str().strip_prefix(BEFORE).and_then(|rest| rest.strip_suffix(AFTER));
        name == Some(self.name())
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of a topic. Each record that is delivered has one, so that a clone costs no memory.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(Arc<str>);

impl Topic {
    /// A topic of this name. Services use [`Service::topic`].
    #[must_use]
    pub fn new(name: impl AsRef<str>) -> Self {
        Self(name.as_ref().into())
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_writes_its_own_topic_and_no_other() {
        let others = ["plimsoll.cost.v2", "plimsoll.cost", "cost", "plimsoll..v1", "plimsoll.cost.v1.v1", ""];
        for service in Service::ALL {
            for other in Service::ALL {
                assert_eq!(service.writes(&other.topic()), service == other, "{service} on {other}");
            }
            assert!(!others.iter().any(|other| service.writes(&Topic::new(other))), "{service}");
        }
    }
}
