//! What librdkafka tells a member: its share of the group, and errors.

use std::error::Error;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use events::Topic;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Statistics, TopicPartitionList};
use telemetry::kafka::{Rebalance, rebalanced};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::quiet::log;
use super::records::partition_id;
use super::share::Share;
use super::statistics;
use super::token::Asked;
use crate::error::LogError;
use crate::position::{Group, PartitionId};

/// What the poller, the callbacks and the subscription share.
pub(super) struct Member {
    share: Mutex<Share>,
    /// There may be something to take.
    pub(super) woken: Notify,
    /// There may be something to fetch, or room for it.
    pub(super) bell: Bell,
}

impl Member {
    pub(super) fn new(share: Share) -> Self {
        Self { share: Mutex::new(share), woken: Notify::new(), bell: Bell::default() }
    }

    pub(super) fn share(&self) -> MutexGuard<'_, Share> {
        self.share.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes a thread that waits, or does not let it wait when it is about to.
#[derive(Default)]
pub(super) struct Bell {
    rung: Mutex<bool>,
    heard: Condvar,
}

impl Bell {
    pub(super) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.heard.notify_one();
    }

    /// Waits until it is rung, or for so long.
    pub(super) fn wait(&self, longest: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.heard.wait_timeout_while(rung, longest, |rung| !*rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}

/// Gives what librdkafka tells to the member.
pub(super) struct Told {
    pub(super) asked: Asked,
    pub(super) group: Group,
    pub(super) topics: Vec<Topic>,
    pub(super) member: Arc<Member>,
}

/// librdkafka tells it nothing more.
impl Drop for Told {
    fn drop(&mut self) {
        statistics::of_nobody(&self.group, &self.topics);
    }
}

impl ClientContext for Told {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        self.asked.token()
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn stats(&self, statistics: Statistics) {
        statistics::of_member(&self.group, &statistics, self.member.share().at_hand());
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "kafka");
        if error.rdkafka_error_code() == Some(Code::AllBrokersDown) {
            self.member.share().trouble = Some(LogError::Unavailable(reason.to_owned()));
            self.member.woken.notify_one();
        }
    }
}

impl ConsumerContext for Told {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, event: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let moved = |change| rebalanced(self.group.as_str(), change, list.count() as u64);
        if event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            moved(Rebalance::Assigned);
            self.member.share().assign(partitions(list));
            report(consumer.incremental_assign(list));
        } else {
            let lost = consumer.assignment_lost();
            moved(if lost { Rebalance::Lost } else { Rebalance::Revoked });
            let mut share = self.member.share();
            if lost || share.left {
                share.drop_all(partitions(list));
                drop(share);
                report(consumer.incremental_unassign(list));
            } else {
                share.revoke(list.clone(), partitions(list), Instant::now());
            }
        }
        self.member.woken.notify_one();
    }
}

pub(super) fn partitions(list: &TopicPartitionList) -> Vec<PartitionId> {
    list.elements().iter().map(|element| partition_id(element.topic(), element.partition())).collect()
}

/// A rebalance that fails ends in another one: librdkafka joins again.
pub(super) fn report(result: KafkaResult<()>) {
    if let Err(error) = result {
        tracing::warn!(%error, "kafka: a rebalance failed");
    }
}
