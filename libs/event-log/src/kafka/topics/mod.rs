//! Topics: what they are to be, and making them so.

mod plan;

use std::collections::BTreeMap;

use events::Topic;
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, ConfigSource, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

pub use plan::{FoundTopic, TopicChange, TopicSpec, plan_topics};

use super::failure::{failure, of_code};
use super::quiet::Quiet;
use super::records::number;
use super::settings::KafkaSettings;
use crate::error::LogError;

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
            message_bytes: self.settings.message_bytes(),
        }
    }

    fn client(&self, about: &str) -> Result<AdminClient<Quiet>, LogError> {
        self.settings.admin().create_with_context(Quiet).map_err(|error| failure(&error, about))
    }

    fn options(&self) -> AdminOptions {
        let patience = Some(self.settings.request_timeout);
        AdminOptions::new().request_timeout(patience).operation_timeout(patience)
    }

    /// What a topic's settings are, and those of its own among them.
    async fn settings_of(&self, topic: &Topic) -> Result<(Settings, Settings), LogError> {
        let fail = |error: KafkaError| failure(&error, topic.as_str());
        let asked = [ResourceSpecifier::Topic(topic.as_str())];
        // Its answers come while it is there.
        let client = self.client(topic.as_str())?;
        let answers = client.describe_configs(&asked, &self.options());
        let (mut all, mut own) = (Settings::new(), Settings::new());
        for answer in answers.await.map_err(fail)? {
            let entries = answer.map_err(|code| of_code(code, topic.as_str()))?.entries;
            for entry in entries {
                let Some(value) = entry.value else { continue };
                if entry.source == ConfigSource::DynamicTopic {
                    own.insert(entry.name.clone(), value.clone());
                }
                all.insert(entry.name, value);
            }
        }
        Ok((all, own))
    }

    /// What a topic is, of which the metadata say how many partitions and replicas it has.
    pub(super) async fn found(
        &self,
        topic: &Topic,
        (partitions, replication): (u32, u16),
    ) -> Result<FoundTopic, LogError> {
        let (settings, _) = self.settings_of(topic).await?;
        Ok(FoundTopic { partitions, replication, settings })
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

    /// Gives a topic settings, and leaves its others as they are: who alters settings says all of a topic's own.
    pub(super) async fn set(&self, topic: &Topic, changed: &[(&str, &str)]) -> Result<(), LogError> {
        let name = topic.as_str();
        let (_, mut own) = self.settings_of(topic).await?;
        own.extend(changed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
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

/// Settings by Kafka's names.
type Settings = BTreeMap<String, String>;
