//! The log on Kafka.
//!
//! Nothing rests on Kafka's transactions: a call may be written twice, and readers drop what they have seen. A member's
//! records are fetched by a thread of its own (`poller`), on which librdkafka's callbacks run; what it has is a value
//! (`share`) that the subscription takes from. A partition that is to go is held back from the group until what was
//! delivered is committed, which cooperative rebalancing allows.

mod admin;
mod appender;
mod calls;
mod failure;
mod instances;
mod member;
mod poller;
mod producer;
mod quiet;
mod ranges;
mod reader;
mod records;
mod settings;
mod share;
mod statistics;
mod subscription;
mod token;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use events::{Record, Topic};
use time::OffsetDateTime;

pub use settings::KafkaSettings;
pub use token::{Token, TokenFile, Tokens};

use self::admin::Admin;
use self::appender::Appender;
use self::instances::Instances;
use self::reader::Reader;
use self::subscription::KafkaSubscription;
use crate::error::LogError;
use crate::position::{Delivered, Group, PartitionId, Position};
use crate::topics::{FoundTopic, TopicChange, TopicSpec};
use crate::traits::{EventLog, Subscription};

/// The log on Kafka.
#[derive(Clone)]
pub struct KafkaLog {
    inner: Arc<Inner>,
}

struct Inner {
    settings: KafkaSettings,
    admin: Admin,
    appender: Appender,
    reader: Reader,
    instances: Instances,
}

impl KafkaLog {
    /// A client of the log. Brokers that are away are no error yet.
    ///
    /// # Errors
    /// [`LogError::Misconfigured`].
    pub async fn connect(settings: KafkaSettings) -> Result<Self, LogError> {
        settings.check()?;
        let connect = move || {
            let (appender, reader) = (Appender::new(&settings)?, Reader::new(&settings)?);
            let (admin, instances) = (Admin::new(&settings), Instances::new(settings.instance.clone()));
            Ok(Self { inner: Arc::new(Inner { settings, admin, appender, reader, instances }) })
        };
        blocking(connect).await
    }

    /// The id of the cluster, which it keeps for as long as it lives.
    ///
    /// # Errors
    /// The log cannot be reached.
    pub async fn cluster(&self) -> Result<String, LogError> {
        self.ask(Reader::cluster).await
    }

    /// What topics are, of those that there are.
    ///
    /// # Errors
    /// The log cannot be reached, or does not let us in.
    pub async fn found_topics(&self, topics: &[Topic]) -> Result<BTreeMap<Topic, FoundTopic>, LogError> {
        let mut shapes = BTreeMap::new();
        for topic in topics {
            let asked = topic.clone();
            if let Some(shape) = self.ask(move |reader| reader.shape(&asked)).await? {
                shapes.insert(topic.clone(), shape);
            }
        }
        self.inner.admin.found(shapes).await
    }

    /// Refuses topics that are not there, or would lose what was acknowledged.
    ///
    /// # Errors
    /// [`LogError::TopicUnknown`], [`LogError::Misconfigured`], or the log cannot be reached.
    pub async fn check_topics(&self, topics: &[Topic]) -> Result<(), LogError> {
        let found = self.found_topics(topics).await?;
        for topic in topics {
            let found = found.get(topic).ok_or_else(|| LogError::TopicUnknown(topic.clone()))?;
            safe(&self.inner.admin.spec(topic, found.partitions), found)?;
        }
        Ok(())
    }

    /// Makes a change of a plan, and waits until the cluster tells it. One that is refused changes nothing.
    ///
    /// # Errors
    /// The log cannot be reached, or does not let us in.
    pub async fn apply(&self, change: &TopicChange) -> Result<(), LogError> {
        let admin = &self.inner.admin;
        match change {
            TopicChange::Create(spec) => self.create(spec).await,
            TopicChange::Set { topic, settings } => admin.set(topic, settings).await,
            TopicChange::Refused { .. } => Ok(()),
        }
    }

    async fn create(&self, spec: &TopicSpec) -> Result<(), LogError> {
        self.inner.admin.create(spec).await?;
        let topic = spec.topic.clone();
        self.ask(move |reader| reader.until_known(&topic)).await
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let inner = Arc::clone(&self.inner);
        blocking(move || question(&inner.reader)).await
    }
}

#[async_trait]
impl EventLog for KafkaLog {
    async fn ensure_topic(&self, topic: &Topic, partitions: u32) -> Result<(), LogError> {
        let spec = self.inner.admin.spec(topic, partitions);
        let found = self.found_topics(std::slice::from_ref(topic)).await?;
        let Some(found) = found.get(topic) else {
            return self.create(&spec).await;
        };
        safe(&spec, found)
    }

    async fn partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        // Every append asks, and nothing is waited for to answer what is known.
        if let Some(partitions) = self.inner.reader.known_partitions(topic) {
            return Ok(partitions);
        }
        let topic = topic.clone();
        self.ask(move |reader| reader.partitions(&topic)).await
    }

    async fn append(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        self.inner.settings.limits.check(topic, records)?;
        let partitions = self.partitions(topic).await?;
        self.inner.appender.append(topic, partitions, records).await
    }

    async fn read(
        &self,
        partition: &PartitionId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        let partition = partition.clone();
        self.ask(move |reader| reader.read(&partition, from, limit)).await
    }

    async fn bounds(&self, partition: &PartitionId) -> Result<Range<u64>, LogError> {
        let partition = partition.clone();
        self.ask(move |reader| reader.bounds(&partition)).await
    }

    async fn offset_at(&self, partition: &PartitionId, time: OffsetDateTime) -> Result<u64, LogError> {
        let partition = partition.clone();
        self.ask(move |reader| reader.offset_at(&partition, time)).await
    }

    async fn committed(&self, group: &Group, partition: &PartitionId) -> Result<u64, LogError> {
        let (group, partition) = (group.clone(), partition.clone());
        self.ask(move |reader| reader.committed(&group, &partition)).await
    }

    async fn subscribe(&self, group: &Group, topics: &[Topic]) -> Result<Box<dyn Subscription>, LogError> {
        for topic in topics {
            self.partitions(topic).await?;
        }
        let (inner, instance) = (Arc::clone(&self.inner), self.inner.instances.take(group)?);
        let (group, topics) = (group.clone(), topics.to_vec());
        let join = move || KafkaSubscription::join(&inner.settings, &group, instance, &topics);
        Ok(Box::new(blocking(join).await?))
    }
}

/// Refuses a topic that would lose what was acknowledged.
fn safe(spec: &TopicSpec, found: &FoundTopic) -> Result<(), LogError> {
    match &*spec.dangers(found) {
        [] => Ok(()),
        dangers => {
            let (topic, dangers) = (&spec.topic, dangers.join("; "));
            Err(LogError::Misconfigured(format!("{topic} would lose records: {dangers}")))
        }
    }
}

/// What librdkafka waits for is waited for on a thread that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(LogError::Unavailable(error.to_string())),
    }
}
