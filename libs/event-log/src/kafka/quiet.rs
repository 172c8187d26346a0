//! What librdkafka says, as log lines.

use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::Statistics;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::failure::{is_refusal, of_code};
use super::statistics;
use super::token::Asked;
use crate::error::LogError;

/// A client whose errors are met where they matter: what it says meanwhile is a log line.
#[derive(Debug)]
pub(super) struct Quiet {
    asked: Asked,
    heard: Mutex<Heard>,
}

/// What a client has heard since a broker answered last. It is said once; what then waits for a broker hears only that its time is over.
#[derive(Debug, Default)]
struct Heard {
    /// Why brokers do not let it in.
    refusal: Option<Code>,
    /// Which broker cannot be reached, and why.
    away: Option<String>,
}

impl Quiet {
    pub(super) fn new(asked: Asked) -> Self {
        Self { asked, heard: Mutex::default() }
    }

    /// Why brokers do not let it in, if it has heard that since one answered last.
    pub(super) fn refusal(&self) -> Option<Code> {
        self.heard().refusal
    }

    /// Why nobody answered: that brokers do not let it in, or `otherwise` with the broker that cannot be reached.
    pub(super) fn unanswered(&self, about: &str, otherwise: LogError) -> LogError {
        let heard = self.heard();
        match (heard.refusal, &heard.away, otherwise) {
            (Some(code), _, _) => of_code(code, about),
            (None, Some(away), LogError::Unavailable(why)) => LogError::Unavailable(format!("{why}: {away}")),
            (None, _, otherwise) => otherwise,
        }
    }

    /// A broker has answered.
    pub(super) fn answered(&self) {
        *self.heard() = Heard::default();
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Quiet {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        self.asked.token()
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    /// Only the producer is asked for them.
    fn stats(&self, statistics: Statistics) {
        statistics::of_producer(&statistics);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "kafka");
        match error.rdkafka_error_code() {
            Some(code) if is_refusal(code) => self.heard().refusal = Some(code),
            Some(Code::BrokerTransportFailure | Code::Resolve) => self.heard().away = Some(reason.to_owned()),
            _ => {}
        }
    }
}

impl ConsumerContext for Quiet {}

pub(super) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        // That a client has ended is told by its next answer. A producer that is closed ends so, too.
        _ if facility == "FATAL" => tracing::debug!(facility, message, "kafka"),
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
            tracing::error!(facility, message, "kafka");
        }
        // A broker that is away is told of by whoever needs it.
        RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning | RDKafkaLogLevel::Notice => {
            tracing::debug!(facility, message, "kafka");
        }
        RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => tracing::trace!(facility, message, "kafka"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_brokers_do_not_let_it_in_is_known_until_one_answers() {
        let quiet = Quiet::new(Asked::default());
        let hears = |code| quiet.error(KafkaError::Global(code), "as librdkafka says it");
        hears(Code::AllBrokersDown);
        assert_eq!(quiet.refusal(), None);
        for code in [Code::Authentication, Code::SSL] {
            hears(code);
            // It goes on trying.
            hears(Code::AllBrokersDown);
            assert_eq!(quiet.refusal(), Some(code));
        }
        quiet.answered();
        assert_eq!(quiet.refusal(), None);
    }

    #[test]
    fn who_waits_in_vain_is_told_which_broker_is_away_until_one_answers() {
        let quiet = Quiet::new(Asked::default());
        let told = || quiet.unanswered("a.v1", LogError::Unavailable("a.v1: timed out".to_owned()));
        assert_eq!(told(), LogError::Unavailable("a.v1: timed out".to_owned()));
        quiet.error(KafkaError::Global(Code::BrokerTransportFailure), "kafka-1:9092: refused");
        quiet.error(KafkaError::Global(Code::AllBrokersDown), "1/1 brokers are down");
        assert_eq!(told(), LogError::Unavailable("a.v1: timed out: kafka-1:9092: refused".to_owned()));
        quiet.error(KafkaError::Global(Code::Authentication), "kafka-1:9092: no");
        assert_eq!(told().code(), "LOG_REFUSED");
        quiet.answered();
        assert_eq!(told(), LogError::Unavailable("a.v1: timed out".to_owned()));
    }
}
