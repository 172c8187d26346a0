//! The topics of a cluster.

use event_log::{KafkaLog, TopicChange, TopicSpec, plan_topics};
use service::KafkaSettings;

use crate::failure::Failure;

/// What has to change. If it is to be made, it is made until something fails.
pub(super) async fn changes(
    settings: &KafkaSettings,
    wanted: &[TopicSpec],
    apply: bool,
) -> Result<Vec<TopicChange>, Failure> {
    let log = connect(settings).await?;
    let topics: Vec<_> = wanted.iter().map(|spec| spec.topic.clone()).collect();
    let failed = |error: event_log::LogError| Failure::of(&error.into());
    let changes = plan_topics(wanted, &log.found_topics(&topics).await.map_err(failed)?);
    if apply {
        for change in &changes {
            log.apply(change).await.map_err(failed)?;
        }
    }
    Ok(changes)
}

async fn connect(settings: &KafkaSettings) -> Result<KafkaLog, Failure> {
    let log = settings.connect().await.map_err(|failure| Failure::of(&failure))?;
    log.ok_or_else(|| {
        Failure::new("CONFIG_INVALID", "kafka.brokers: it is not said, so there is no Kafka to ask")
    })
}
