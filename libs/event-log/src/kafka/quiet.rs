//! What librdkafka says, as log lines.

use std::error::Error;
use std::sync::{Mutex, PoisonError};

use rdkafka::Statistics;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::failure::is_refusal;
use super::statistics;
use super::token::Asked;

/// A client whose errors are met where they matter: what it says meanwhile is a log line.
#[derive(Debug)]
pub(super) struct Quiet {
    asked: Asked,
    /// Why brokers do not let it in. It is said once; what then waits for a broker hears only that its time is over.
    refusal: Mutex<Option<Code>>,
}

impl Quiet {
    pub(super) fn new(asked: Asked) -> Self {
        Self { asked, refusal: Mutex::default() }
    }

    /// Why brokers do not let it in, if it has heard that since one answered last.
    pub(super) fn refusal(&self) -> Option<Code> {
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A broker has answered.
    pub(super) fn answered(&self) {
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = None;
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
        if let Some(code) = error.rdkafka_error_code().filter(|code| is_refusal(*code)) {
            *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(code);
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
}
