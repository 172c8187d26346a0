//! Every record of every topic becomes a leaf.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use event_log::Delivered;
use events::{Service, Topic};
use ids::OrgId;
use service::{Failure, RecordHandler};

use crate::leaf::{self, Entry};
use crate::store::AuditStoreError;

/// Where leaves are kept.
#[async_trait]
pub trait Trees: Send + Sync + 'static {
    /// Appends the entries of one organisation to its tree, in order, all or none. Those whose record has a leaf already are
    /// left out.
    ///
    /// # Errors
    /// The trees cannot be reached, or what they hold is no tree.
    async fn append(&self, org: OrgId, entries: &[&Entry]) -> Result<(), AuditStoreError>;
}

/// The consumer of everything.
pub(crate) struct Recorder {
    trees: Arc<dyn Trees>,
}

impl Recorder {
    pub(crate) fn new(trees: Arc<dyn Trees>) -> Self {
        Self { trees }
    }
}

#[async_trait]
impl RecordHandler for Recorder {
    fn consumer(&self) -> &'static str {
        "audit"
    }

    fn topics(&self) -> Vec<Topic> {
        // Its own events tell of the tree, and would make it grow for ever.
        Service::ALL.into_iter().filter(|service| *service != Service::Audit).map(Service::topic).collect()
    }

    async fn handle(&self, records: &[Delivered]) -> Result<(), Failure> {
        let entries: Vec<Entry> = records.iter().map(leaf::of).collect();
        let mut by_organisation: BTreeMap<OrgId, Vec<&Entry>> = BTreeMap::new();
        for entry in &entries {
            by_organisation.entry(entry.org).or_default().push(entry);
        }
        for (org, entries) in by_organisation {
            self.trees.append(org, &entries).await?;
        }
        Ok(())
    }
}

impl From<AuditStoreError> for Failure {
    fn from(error: AuditStoreError) -> Self {
        match error {
            AuditStoreError::Store(error) => error.into(),
            error @ AuditStoreError::Tree(_) => Self::unhandled(error.code(), error.to_string()),
        }
    }
}
