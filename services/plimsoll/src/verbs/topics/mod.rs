//! `plimsoll topics`: what topics are to be, held against what they are.

#[cfg(feature = "kafka")]
mod cluster;
mod file;
mod shown;

use event_log::{TopicChange, TopicSpec};

use self::shown::Report;
use crate::cli::{Topics, TopicsVerb};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::up::kafka_settings;
use crate::verbs::making::Made;

pub(crate) fn run(Topics { verb }: &Topics) -> Result<Outcome, Failure> {
    let (TopicsVerb::Plan(given) | TopicsVerb::Apply(given) | TopicsVerb::Check(given)) = verb;
    let wanted = file::read(given.file.as_deref())?;
    let settings = kafka_settings(given.config.clone(), given.set.clone())?;
    let applied = matches!(verb, TopicsVerb::Apply(_));
    let made = changes(&settings, &wanted, applied)?;
    let extent = made.extent(applied);
    let Made { changes, failure } = made;
    let output = shown::print(&Report::of(wanted.len(), extent, &changes), &changes, given.format)?;
    let refused = changes.iter().filter(|change| matches!(change, TopicChange::Refused { .. })).count();
    let against = match (verb, changes.len()) {
        _ if failure.is_some() => Vec::new(),
        (TopicsVerb::Check(_), differences @ 1..) => vec![format!("{differences} differences from the file")],
        (TopicsVerb::Apply(_), _) if refused > 0 => {
            vec![format!("{refused} differences remain that are not made here")]
        }
        _ => Vec::new(),
    };
    Ok(Outcome { output, against, failed: failure.into_iter().collect(), ..Outcome::default() })
}

/// What has to change, and what was changed if that is asked for.
#[cfg(feature = "kafka")]
fn changes(
    settings: &service::KafkaSettings,
    wanted: &[TopicSpec],
    apply: bool,
) -> Result<Made<TopicChange>, Failure> {
    let told = |error: std::io::Error| Failure::new("RUNTIME_FAILED", error.to_string());
    let runtime = tokio::runtime::Runtime::new().map_err(told)?;
    runtime.block_on(cluster::changes(settings, wanted, apply))
}

#[cfg(not(feature = "kafka"))]
fn changes(_: &service::KafkaSettings, _: &[TopicSpec], _: bool) -> Result<Made<TopicChange>, Failure> {
    Err(Failure::new("KAFKA_NOT_BUILT", "this program was built without Kafka"))
}
