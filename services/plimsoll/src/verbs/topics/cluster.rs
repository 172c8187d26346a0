//! The topics of a cluster.

use event_log::{KafkaLog, TopicChange, TopicSpec, plan_topics};
use service::KafkaSettings;

use crate::failure::Failure;
use crate::verbs::making::Made;

/// What has to change, and what was changed if that is asked for.
pub(super) async fn changes(
    settings: &KafkaSettings,
    wanted: &[TopicSpec],
    apply: bool,
) -> Result<Made<TopicChange>, Failure> {
    let log = connect(settings).await?;
    let topics: Vec<_> = wanted.iter().map(|spec| spec.topic.clone()).collect();
    let failed = |error: event_log::LogError| Failure::of(&error.into());
    let changes = plan_topics(wanted, &log.found_topics(&topics).await.map_err(failed)?);
    Ok(match apply {
        true => Made::of(changes, async |change| log.apply(change).await.map_err(failed)).await,
        false => Made::nothing(changes),
    })
}

async fn connect(settings: &KafkaSettings) -> Result<KafkaLog, Failure> {
    let log = settings.connect().await.map_err(|failure| Failure::of(&failure))?;
    log.ok_or_else(|| {
        Failure::new("CONFIG_INVALID", "kafka.brokers: it is not said, so there is no Kafka to ask")
    })
}
