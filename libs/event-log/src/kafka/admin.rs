//! Topics: what they are to be, and making them so.

use std::collections::BTreeMap;
use std::time::Duration;

use events::Topic;
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, ConfigResource, ConfigSource, NewTopic, OwnedResourceSpecifier,
    ResourceSpecifier, TopicReplication,
};
use rdkafka::error::RDKafkaErrorCode as Code;
use tokio::time::{Instant, sleep};

use super::failure::{failure, of_code};
use super::quiet::Quiet;
use super::records::number;
use super::settings::KafkaSettings;
use crate::error::LogError;
use crate::topics::{FoundTopic, Keeps, SettingChange, TopicSpec};

/// Before the cluster is asked again.
const SOON: Duration = Duration::from_millis(20);

/// Asks and tells the cluster about topics.
#[derive(Clone)]
pub(super) struct Admin {
    settings: KafkaSettings,
}

impl Admin {
    pub(super) fn new(settings: &KafkaSettings) -> Self {
        Self { settings: settings.clone() }
    }

    /// What a topic of so many partitions is to be, by the settings.
    pub(super) fn spec(&self, topic: &Topic, partitions: u32) -> TopicSpec {
        TopicSpec {
            topic: topic.clone(),
            partitions: partitions.max(1),
            replication: self.settings.replication,
            min_insync: self.settings.min_insync,
            keeps: Keeps::Everything,
            message_bytes: self.settings.message_bytes(),
        }
    }

    fn client(&self, about: &str) -> Result<AdminClient<Quiet>, LogError> {
        self.settings
            .admin()
            .create_with_context(self.settings.quiet())
            .map_err(|error| failure(&error, about))
    }

    fn options(&self) -> AdminOptions {
        let patience = Some(self.settings.request_timeout);
        AdminOptions::new().request_timeout(patience).operation_timeout(patience)
    }

    /// What the settings of topics are, and those of their own among them.
    async fn settings_of(
        &self,
        topics: &[&Topic],
    ) -> Result<BTreeMap<String, (Settings, Settings)>, LogError> {
        let about = topics.first().map_or("topics", |topic| topic.as_str());
        let asked: Vec<_> = topics.iter().map(|topic| ResourceSpecifier::Topic(topic.as_str())).collect();
        // Its answers come while it is there.
        let client = self.client(about)?;
        let answers = client.describe_configs(&asked, &self.options());
        let mut found = BTreeMap::new();
        for answer in answers.await.map_err(|error| failure(&error, about))? {
            let resource = answer.map_err(|code| of_code(code, about))?;
            if let OwnedResourceSpecifier::Topic(name) = &resource.specifier {
                found.insert(name.clone(), settings(&resource));
            }
        }
        Ok(found)
    }

    /// What topics are, of which the metadata say how many partitions and replicas each has.
    pub(super) async fn found(
        &self,
        shapes: BTreeMap<Topic, (u32, u16)>,
    ) -> Result<BTreeMap<Topic, FoundTopic>, LogError> {
        if shapes.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut settings = self.settings_of(&shapes.keys().collect::<Vec<_>>()).await?;
        let mut found = |(topic, (partitions, replication)): (Topic, (u32, u16))| {
            let (settings, _) = settings.remove(topic.as_str()).unwrap_or_default();
            (topic, FoundTopic { partitions, replication, settings })
        };
        Ok(shapes.into_iter().map(&mut found).collect())
    }

    /// Makes a topic, if there is none.
    pub(super) async fn create(&self, spec: &TopicSpec) -> Result<(), LogError> {
        let name = spec.topic.as_str();
        let settings = spec.settings();
        let replication = TopicReplication::Fixed(i32::from(spec.replication));
        let topic = NewTopic::new(name, number(spec.partitions), replication);
        let topic = settings.iter().fold(topic, |topic, (name, value)| topic.set(name, value));
        let client = self.client(name)?;
        let made = client.create_topics([&topic], &self.options());
        for made in made.await.map_err(|error| failure(&error, name))? {
            match made {
                Ok(_) | Err((_, Code::TopicAlreadyExists)) => {}
                Err((_, code)) => return Err(of_code(code, name)),
            }
        }
        Ok(())
    }

    /// Gives a topic settings, and leaves its others as they are: who alters settings says all of a topic's own. It is done when the
    /// cluster tells it: a broker answers from what it has heard so far, and a refusal of one topic's settings is in an answer that
    /// rdkafka does not hand on (0.39 reads which topics were answered for, and no topic's error).
    pub(super) async fn set(&self, topic: &Topic, changes: &[SettingChange]) -> Result<(), LogError> {
        let name = topic.as_str();
        let (_, mut own) = self.settings_of(&[topic]).await?.remove(name).unwrap_or_default();
        own.extend(changes.iter().map(|change| (change.name.to_owned(), change.to.clone())));
        self.alter(name, &own).await?;
        let deadline = Instant::now() + self.settings.request_timeout;
        loop {
            let (told, _) = self.settings_of(&[topic]).await?.remove(name).unwrap_or_default();
            match changes.iter().find(|change| told.get(change.name) != Some(&change.to)) {
                None => return Ok(()),
                Some(_) if Instant::now() < deadline => sleep(SOON).await,
                Some(change) => return Err(unmoved(name, change, &told)),
            }
        }
    }

    /// Says all of a topic's own settings.
    async fn alter(&self, name: &str, own: &Settings) -> Result<(), LogError> {
        let altered = AlterConfig::new(ResourceSpecifier::Topic(name));
        let altered = own.iter().fold(altered, |altered, (name, value)| altered.set(name, value));
        let client = self.client(name)?;
        let answers = client.alter_configs([&altered], &self.options());
        for answer in answers.await.map_err(|error| failure(&error, name))? {
            answer.map_err(|(_, code)| of_code(code, name))?;
        }
        Ok(())
    }
}

/// What is said of a setting that the cluster was asked to change and did not.
fn unmoved(topic: &str, SettingChange { name, to, .. }: &SettingChange, told: &Settings) -> LogError {
    let is = told.get(*name).map_or("not set", String::as_str);
    LogError::Refused(format!(
        "{topic}: {name} is still {is} after it was asked to be {to}: this user has no right to it (AlterConfigs of the topic), a policy of the \
         brokers refuses it, or a broker has not heard of it yet"
    ))
}

/// All settings of a topic, and those of its own.
fn settings(resource: &ConfigResource) -> (Settings, Settings) {
    let (mut all, mut own) = (Settings::new(), Settings::new());
    for entry in &resource.entries {
        let Some(value) = &entry.value else { continue };
        if entry.source == ConfigSource::DynamicTopic {
            own.insert(entry.name.clone(), value.clone());
        }
        all.insert(entry.name.clone(), value.clone());
    }
    (all, own)
}

/// Settings by Kafka's names.
type Settings = BTreeMap<String, String>;
