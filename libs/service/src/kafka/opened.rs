//! A log on Kafka before its topics are looked at: first it is to be known whether it is the installation's.

use std::sync::Arc;

use event_log::EventLog;
#[cfg(feature = "kafka")]
use events::Service;

use super::KafkaSettings;
use crate::failure::Failure;

/// A log on Kafka, of which the cluster is known and nothing else.
#[cfg(feature = "kafka")]
pub(crate) struct OpenedLog {
    log: event_log::KafkaLog,
    cluster: String,
}

/// There is none in a program without Kafka.
#[cfg(not(feature = "kafka"))]
pub(crate) enum OpenedLog {}

#[cfg(feature = "kafka")]
impl OpenedLog {
    /// The id of its cluster.
    pub(crate) fn cluster(&self) -> &str {
        &self.cluster
    }

    /// The log, with every service's topic as it has to be.
    pub(crate) async fn checked(self) -> Result<Arc<dyn EventLog>, Failure> {
        self.log.check_topics(&Service::ALL.map(Service::topic)).await?;
        Ok(Arc::new(self.log))
    }
}

#[cfg(not(feature = "kafka"))]
impl OpenedLog {
    pub(crate) fn cluster(&self) -> &str {
        match *self {}
    }

    pub(crate) async fn checked(self) -> Result<Arc<dyn EventLog>, Failure> {
        match self {}
    }
}

impl KafkaSettings {
    /// The log, if it is on Kafka.
    #[cfg(feature = "kafka")]
    pub(crate) async fn open(&self) -> Result<Option<OpenedLog>, Failure> {
        let Some(log) = self.connect().await? else { return Ok(None) };
        let cluster = log.cluster().await?;
        Ok(Some(OpenedLog { log, cluster }))
    }

    #[cfg(not(feature = "kafka"))]
    pub(crate) async fn open(&self) -> Result<Option<OpenedLog>, Failure> {
        self.brokers().map(|_| None)
    }
}
