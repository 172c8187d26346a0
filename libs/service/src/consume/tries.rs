//! Tries again, with back-off, until it works or there is no point in it.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use event_log::PartitionId;
use futures::FutureExt;
use store::StoreError;
use tokio::sync::Semaphore;

use super::work::{Stop, Stopped};
use crate::backoff::lot;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::health::Component;
use crate::policy::Policy;

/// Tries again on behalf of a consumer.
pub(super) struct Tries {
    pub(super) consumer: &'static str,
    pub(super) policy: Policy,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) component: Component,
    /// One for each partition that may be handled at the same time.
    pub(super) permits: Semaphore,
}

/// What became of an event.
pub(super) enum Verdict {
    Handled,
    /// It was handled before.
    Duplicate,
    /// It is at fault itself.
    Faulty {
        attempts: u32,
        failure: Failure,
    },
}

/// What is done about an event that is at fault itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// It is tried as often as the policy says.
    Bounded,
    /// It is tried for ever.
    Endless,
}

impl Tries {
    /// Handles an event. What is away is waited for, without taking another partition's place.
    pub(super) async fn handle<R>(
        &self,
        partition: &PartitionId,
        patience: Patience,
        stop: &Stop,
        handle: impl Fn() -> R,
    ) -> Result<Verdict, Stopped>
    where
        R: Future<Output = Result<(), Failure>>,
    {
        let (mut attempts, mut waits) = (0, Waits::new(self, partition));
        loop {
            let failure = match self.once(handle()).await {
                Ok(()) => return Ok(Verdict::Handled),
                Err(failure) if failure.code() == DUPLICATE => return Ok(Verdict::Duplicate),
                Err(failure) => failure,
            };
            attempts += u32::from(matches!(failure, Failure::Unhandled { .. }));
            if attempts >= self.policy.attempts.max(1) && patience == Patience::Bounded {
                return Ok(Verdict::Faulty { attempts, failure });
            }
            telemetry::messaging::retried(self.consumer, partition.topic.as_str(), failure.code());
            waits.wait(&failure, stop).await?;
        }
    }

    /// Asks the store for something that nothing goes on without.
    pub(super) async fn store<T, R>(
        &self,
        partition: &PartitionId,
        stop: &Stop,
        call: impl Fn() -> R,
    ) -> Result<T, Stopped>
    where
        R: Future<Output = Result<T, StoreError>>,
    {
        let mut waits = Waits::new(self, partition);
        loop {
            match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => waits.wait(&error.into(), stop).await?,
            }
        }
    }

    async fn once(&self, handling: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await;
        let outcome = AssertUnwindSafe(handling).catch_unwind().await;
        outcome.unwrap_or_else(|_| Err(Failure::panicked(self.consumer)))
    }
}

/// The code of [`StoreError::Duplicate`].
const DUPLICATE: &str = "STORE_DUPLICATE";

/// Waits between tries. As long as it waits for something that is away, the consumer is not ready.
struct Waits<'a> {
    tries: &'a Tries,
    partition: &'a PartitionId,
    failures: u32,
}

impl<'a> Waits<'a> {
    fn new(tries: &'a Tries, partition: &'a PartitionId) -> Self {
        Self { tries, partition, failures: 0 }
    }

    async fn wait(&mut self, failure: &Failure, stop: &Stop) -> Result<(), Stopped> {
        let Tries { consumer, policy, clock, component, .. } = self.tries;
        if self.failures == 0 {
            let (code, partition) = (failure.code(), self.partition);
            tracing::warn!(consumer, code, %partition, error = failure.message(), "tried again");
        }
        self.failures = self.failures.saturating_add(1);
        component.away(self.partition.to_string(), failure);
        stop.sleep(policy.backoff.delay(self.failures, lot(&**clock))).await
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        if self.failures > 0 {
            self.tries.component.back(&self.partition.to_string());
        }
    }
}
