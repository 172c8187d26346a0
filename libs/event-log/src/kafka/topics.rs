//! Making topics.

use events::Topic;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::RDKafkaErrorCode as Code;

use super::failure::{failure, of_code};
use super::quiet::Quiet;
use super::settings::KafkaSettings;
use crate::error::LogError;

/// Makes a topic that keeps everything for ever, if there is none.
pub(super) async fn ensure(settings: &KafkaSettings, topic: &Topic, partitions: u32) -> Result<(), LogError> {
    let fail = |error| failure(&error, topic.as_str());
    let admin: AdminClient<Quiet> = settings.admin().create_with_context(Quiet).map_err(fail)?;
    let min_insync = settings.min_insync.to_string();
    let message_bytes = settings.message_bytes().to_string();
    let replication = TopicReplication::Fixed(i32::from(settings.replication));
    let wanted = NewTopic::new(topic.as_str(), super::records::number(partitions.max(1)), replication)
        .set("cleanup.policy", "delete")
        .set("retention.ms", "-1")
        .set("retention.bytes", "-1")
        .set("min.insync.replicas", &min_insync)
        .set("max.message.bytes", &message_bytes);
    let options = AdminOptions::new()
        .request_timeout(Some(settings.request_timeout))
        .operation_timeout(Some(settings.request_timeout));
    for made in admin.create_topics([&wanted], &options).await.map_err(fail)? {
        match made {
            Ok(_) | Err((_, Code::TopicAlreadyExists)) => {}
            Err((_, code)) => return Err(of_code(code, topic.as_str())),
        }
    }
    Ok(())
}
