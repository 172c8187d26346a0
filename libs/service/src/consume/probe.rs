//! Whether a log that was away is back, while no record comes that would say so.

use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, Group, PartitionId};
use events::Topic;
use tokio::time::timeout;

/// A question to the log that costs little and cannot be answered without it.
pub(crate) struct Probe {
    log: Arc<dyn EventLog>,
    group: Group,
    partition: Option<PartitionId>,
}

const PATIENCE: Duration = Duration::from_secs(1);

impl Probe {
    pub(crate) fn new(log: Arc<dyn EventLog>, group: Group, topics: &[Topic]) -> Self {
        let partition = topics.first().map(|topic| PartitionId { topic: topic.clone(), partition: 0 });
        Self { log, group, partition }
    }

    /// Whether the log answers now.
    pub(crate) async fn is_answered(&self) -> bool {
        let Some(partition) = &self.partition else { return true };
        timeout(PATIENCE, self.log.committed(&self.group, partition)).await.is_ok_and(|asked| asked.is_ok())
    }
}
