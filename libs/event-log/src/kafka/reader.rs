//! Reading outside of groups, and asking about topics and groups.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use events::Topic;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::{Offset, TopicPartitionList};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::failure::{failure, of_code};
use super::quiet::Quiet;
use super::ranges::{READERS, Ranges};
use super::records::{number, offset};
use super::settings::KafkaSettings;
use crate::error::LogError;
use crate::position::{Delivered, Group, PartitionId};

/// How long to wait for what a client has to say before looking whether it knows more.
const TICK: Duration = Duration::from_millis(10);

type Client = BaseConsumer<Quiet>;

/// Every call blocks.
pub(super) struct Reader {
    settings: KafkaSettings,
    /// Asks about topics.
    client: Client,
    ranges: Ranges,
    /// Ask about groups.
    groups: Mutex<HashMap<Group, Arc<Client>>>,
    partitions: Mutex<HashMap<Topic, u32>>,
}

impl Reader {
    pub(super) fn new(settings: &KafkaSettings) -> Result<Self, LogError> {
        Ok(Self {
            settings: settings.clone(),
            client: client(settings, READERS)?,
            ranges: Ranges::new(settings),
            groups: Mutex::default(),
            partitions: Mutex::default(),
        })
    }

    /// How many partitions a topic has, if it was asked before. A topic keeps what it has.
    pub(super) fn known_partitions(&self, topic: &Topic) -> Option<u32> {
        lock(&self.partitions).get(topic).copied()
    }

    /// How many partitions a topic has.
    pub(super) fn partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        if let Some(partitions) = self.known_partitions(topic) {
            return Ok(partitions);
        }
        let deadline = Instant::now() + self.settings.request_timeout;
        loop {
            match self.ask_partitions(topic) {
                // A topic that was just made has no leaders yet.
                Err(LogError::Unavailable(_)) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Ok(partitions) => {
                    lock(&self.partitions).insert(topic.clone(), partitions);
                    return Ok(partitions);
                }
                error => return error,
            }
        }
    }

    /// The id of the cluster. Who is not let in is told so at once: there is no sense in waiting for that.
    pub(super) fn cluster(&self) -> Result<String, LogError> {
        let deadline = Instant::now() + self.settings.request_timeout;
        loop {
            hear(&self.client);
            if let Some(id) = self.client.client().fetch_cluster_id(Duration::ZERO) {
                return Ok(id);
            }
            if let Some(code) = self.client.context().refusal() {
                return Err(of_code(code, &self.settings.brokers));
            }
            if Instant::now() >= deadline {
                let why = LogError::Unavailable("no broker has said of which cluster it is".to_owned());
                return Err(self.client.context().unanswered(&self.settings.brokers, why));
            }
        }
    }

    /// How many partitions a topic has, and how many brokers keep the one that the fewest keep; none if there is no such
    /// topic.
    pub(super) fn shape(&self, topic: &Topic) -> Result<Option<(u32, u16)>, LogError> {
        match self.partitions(topic) {
            Ok(_) => {}
            Err(LogError::TopicUnknown(_)) => return Ok(None),
            Err(error) => return Err(error),
        }
        let (name, patience) = (topic.as_str(), self.settings.request_timeout);
        let metadata = ask(&self.client, name, |client| client.fetch_metadata(Some(name), patience))?;
        let partitions = metadata.topics().iter().flat_map(|topic| topic.partitions());
        let replicas: Vec<usize> = partitions.map(|partition| partition.replicas().len()).collect();
        let fewest = replicas.iter().min().copied().unwrap_or_default();
        let count = u32::try_from(replicas.len()).unwrap_or(u32::MAX);
        Ok(Some((count, u16::try_from(fewest).unwrap_or(u16::MAX))))
    }

    /// Waits until a topic that was made is known.
    pub(super) fn until_known(&self, topic: &Topic) -> Result<(), LogError> {
        let deadline = Instant::now() + self.settings.request_timeout;
        loop {
            match self.partitions(topic) {
                Err(LogError::TopicUnknown(_)) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                known => return known.map(drop),
            }
        }
    }

    fn ask_partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        let (name, patience) = (topic.as_str(), self.settings.request_timeout);
        let metadata = ask(&self.client, name, |client| client.fetch_metadata(Some(name), patience))?;
        let found = metadata.topics().iter().find(|found| found.name() == name);
        let found = found.ok_or_else(|| LogError::TopicUnknown(topic.clone()))?;
        let error = found.error().or_else(|| found.partitions().iter().find_map(|one| one.error()));
        match error.map(Code::from) {
            None | Some(Code::ReplicaNotAvailable) if !found.partitions().is_empty() => {
                Ok(u32::try_from(found.partitions().len()).unwrap_or(u32::MAX))
            }
            None | Some(Code::ReplicaNotAvailable) => Err(LogError::TopicUnknown(topic.clone())),
            Some(code) => Err(of_code(code, name)),
        }
    }

    /// Refuses a partition that does not exist.
    fn known(&self, partition: &PartitionId) -> Result<(), LogError> {
        let unknown = || LogError::PartitionUnknown(partition.clone());
        match self.partitions(&partition.topic) {
            Ok(partitions) if partition.partition < partitions => Ok(()),
            Ok(_) | Err(LogError::TopicUnknown(_)) => Err(unknown()),
            Err(error) => Err(error),
        }
    }

    pub(super) fn bounds(&self, partition: &PartitionId) -> Result<Range<u64>, LogError> {
        self.known(partition)?;
        let (topic, number) = (partition.topic.as_str(), number(partition.partition));
        let patience = self.settings.request_timeout;
        let ends = |client: &Client| client.fetch_watermarks(topic, number, patience);
        let (low, high) = ask(&self.client, &partition.to_string(), ends)?;
        Ok(offset(low)..offset(high))
    }

    pub(super) fn offset_at(&self, partition: &PartitionId, time: OffsetDateTime) -> Result<u64, LogError> {
        self.known(partition)?;
        let fail = |error: &KafkaError| failure(error, &partition.to_string());
        // What is asked for goes where offsets stand, and is no offset: milliseconds since 1970.
        let asked =
            i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX).max(0);
        let asked = at(partition, Offset::Offset(asked)).map_err(|error| fail(&error))?;
        let patience = self.settings.request_timeout;
        let found = |client: &Client| client.offsets_for_times(asked, patience);
        let found = ask(&self.client, &partition.to_string(), found)?;
        let elements = found.elements();
        let Some(element) = elements.first() else { return Ok(self.bounds(partition)?.end) };
        element.error().map_err(|error| fail(&error))?;
        match element.offset() {
            Offset::Offset(found) => Ok(offset(found)),
            _ => Ok(self.bounds(partition)?.end),
        }
    }

    pub(super) fn committed(&self, group: &Group, partition: &PartitionId) -> Result<u64, LogError> {
        self.known(partition)?;
        let client = self.of_group(group)?;
        let asked = at(partition, Offset::Invalid).map_err(|error| failure(&error, group.as_str()))?;
        let patience = self.settings.request_timeout;
        let answer = ask(&client, group.as_str(), |client| client.committed_offsets(asked, patience))?;
        let committed = answer.elements().first().map(|element| element.offset());
        Ok(match committed {
            Some(Offset::Offset(committed)) => offset(committed),
            _ => 0,
        })
    }

    fn of_group(&self, group: &Group) -> Result<Arc<Client>, LogError> {
        let mut groups = lock(&self.groups);
        if let Some(client) = groups.get(group) {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(client(&self.settings, group.as_str())?);
        groups.insert(group.clone(), Arc::clone(&client));
        Ok(client)
    }

    pub(super) fn read(
        &self,
        partition: &PartitionId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        self.ranges.read(partition, from, limit, || Ok(self.bounds(partition)?.end))
    }
}

/// One partition at an offset.
pub(super) fn at(partition: &PartitionId, offset: Offset) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(partition.topic.as_str(), number(partition.partition), offset)?;
    Ok(list)
}

fn client(settings: &KafkaSettings, group: &str) -> Result<Client, LogError> {
    let created = settings.consumer(group).create_with_context(settings.quiet());
    let created: Client = created.map_err(|error| failure(&error, &settings.brokers))?;
    serve(&created);
    Ok(created)
}

/// Asks brokers for something. If none lets this client in, that is the answer: librdkafka says beside the question why, and to the question that its
/// time is over.
fn ask<T>(
    client: &Client,
    about: &str,
    question: impl FnOnce(&Client) -> KafkaResult<T>,
) -> Result<T, LogError> {
    serve(client);
    let error = match question(client) {
        Ok(answer) => {
            client.context().answered();
            return Ok(answer);
        }
        Err(error) => failure(&error, about),
    };
    if !matches!(error, LogError::Unavailable(_)) {
        return Err(error);
    }
    hear(client);
    Err(client.context().unanswered(about, error))
}

/// Lets a client that reads nothing do what librdkafka asks of it: only who is polled asks for a new token.
fn serve(client: &Client) {
    let _ = client.poll(Duration::ZERO);
}

/// Has a client say all that it has to say, and waits for it for a moment. Errors come one at a time.
fn hear(client: &Client) {
    while client.poll(TICK).is_some() {}
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
