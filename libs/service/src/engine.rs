//! An engine as a consumer.

use std::sync::Arc;

use async_trait::async_trait;
use event_log::{EventLog, LogError};
use events::{Message, Service, Topic};
use telemetry::trace;

use crate::consume::consume;
use crate::failure::Failure;
use crate::handler::{Engine, GivenUp, Handler};
use crate::parts::Parts;
use crate::policy::Policy;
use crate::task::{Running, Task};
use crate::traces::named;

/// An engine whose output is appended to its service's topic before its input is committed.
struct Appending {
    engine: Arc<dyn Engine>,
    log: Arc<dyn EventLog>,
}

#[async_trait]
impl Handler for Appending {
    fn consumer(&self) -> &'static str {
        self.engine.service().name()
    }

    fn service(&self) -> Service {
        self.engine.service()
    }

    fn topics(&self) -> Vec<Topic> {
        self.engine.topics()
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        match self.engine.output(message).await? {
            Some(output) => self.append(output).await,
            None => Ok(()),
        }
    }

    async fn give_up(&self, message: &Message, failure: &Failure) -> Result<GivenUp, Failure> {
        let shown = failure.for_people(self.engine.service());
        match self.engine.failed(message, shown.code(), shown.message().to_owned()) {
            Some(output) => self.append(output).await.map(|()| GivenUp::Told),
            None => Ok(GivenUp::Silently),
        }
    }
}

impl Appending {
    async fn append(&self, mut output: Message) -> Result<(), Failure> {
        let topic = self.engine.service().topic();
        let span = trace::send(output.envelope.traceparent.as_deref(), &named(&topic, &output));
        output.envelope.traceparent = span.traceparent();
        let record =
            events::encode(&output).map_err(|error| Failure::unhandled(error.code(), error.to_string()))?;
        let records = [record];
        let appended = match self.log.append(&topic, &records).await {
            // It may be refused for what was sent beside it. After that it goes alone.
            Err(LogError::RecordTooLarge { .. }) => self.log.append(&topic, &records).await,
            appended => appended,
        };
        appended.map_err(|error| {
            span.fail(error.code());
            refused(&error)
        })?;
        telemetry::messaging::sent(topic.as_str(), 1);
        Ok(())
    }
}

/// Only the record itself is the event's fault.
fn refused(error: &LogError) -> Failure {
    match error {
        LogError::RecordTooLarge { .. } => Failure::unhandled(error.code(), error.to_string()),
        _ => Failure::unavailable(error.code(), error.to_string()),
    }
}

/// Runs an engine until the task is told to stop ([`consume`]).
///
/// # Errors
/// As [`consume`].
pub async fn run_engine(
    engine: Arc<dyn Engine>,
    parts: Parts,
    policy: Policy,
    running: Running,
) -> Result<(), Failure> {
    let log = Arc::clone(&parts.log);
    consume(Arc::new(Appending { engine, log }), parts, policy, running).await
}

/// [`run_engine`] as a task.
#[must_use]
pub fn engine(engine: Arc<dyn Engine>, parts: Parts, policy: Policy) -> Task {
    let name = format!("{}/consume", engine.service());
    Task::new(name, move |running| run_engine(Arc::clone(&engine), parts.clone(), policy, running))
}
