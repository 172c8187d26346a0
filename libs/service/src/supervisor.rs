//! Keeps the tasks of a process running.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::backoff::{Backoff, lot};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::health::{Component, Health};
use crate::task::{Running, Task};

/// After so many failures in a row that are the task's own, the process is not alive any more.
const HOPELESS: u32 = 5;

/// Runs tasks, starts again those that fail, and stops them together.
pub struct Supervisor {
    health: Health,
    clock: Arc<dyn Clock>,
    backoff: Backoff,
    grace: Duration,
}

impl Supervisor {
    /// Tells `health` how the tasks are.
    #[must_use]
    pub fn new(health: Health, clock: Arc<dyn Clock>) -> Self {
        let backoff = Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(10) };
        Self { health, clock, backoff, grace: Duration::from_secs(15) }
    }

    /// Waits so long for tasks to end when they are told to; more than a consumer's own grace time.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Runs tasks until `shutdown` is cancelled, or all have ended by themselves. Gives the names of those that did not
    /// end in time and were cut off. Health knows of all of them from the call on, before the first is run: what nobody has heard of
    /// yet is not ready.
    pub fn run(
        self,
        tasks: Vec<Task>,
        shutdown: CancellationToken,
    ) -> impl Future<Output = Vec<String>> + Send + 'static {
        let known = tasks.into_iter().map(|task| (task.component(&self.health), task)).collect();
        self.keep_all(known, shutdown)
    }

    async fn keep_all(self, tasks: Vec<(Component, Task)>, shutdown: CancellationToken) -> Vec<String> {
        let mut kept = JoinSet::new();
        let mut names = std::collections::BTreeMap::new();
        for (component, task) in tasks {
            let running = Running { shutdown: shutdown.clone(), component };
            let name = task.name().to_owned();
            let id = kept.spawn(keep(Arc::new(task), running, self.backoff, Arc::clone(&self.clock))).id();
            names.insert(id, name);
        }
        let deadline = async {
            shutdown.cancelled().await;
            tokio::time::sleep(self.grace).await;
        };
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                biased;
                ended = kept.join_next_with_id() => match ended {
                    None => break,
                    Some(Ok((id, ()))) => names.remove(&id),
                    Some(Err(error)) => names.remove(&error.id()),
                },
                () = &mut deadline => break,
            };
        }
        names.into_values().collect()
    }
}

async fn keep(task: Arc<Task>, running: Running, backoff: Backoff, clock: Arc<dyn Clock>) {
    let mut failures = 0;
    loop {
        let began = Instant::now();
        running.component.starting();
        let Err(failure) = once(&task, &running).await else {
            running.component.finished();
            return;
        };
        tracing::warn!(task = task.name(), code = failure.code(), error = %failure, "the task failed");
        if running.shutdown.is_cancelled() {
            return;
        }
        // One that ran well for a while begins anew.
        failures = if began.elapsed() > 2 * backoff.longest { 1 } else { failures + 1 };
        note(&running, &failure, failures);
        tokio::select! {
            biased;
            () = tokio::time::sleep(backoff.delay(failures, lot(&*clock))) => {}
            () = running.shutdown.cancelled() => return,
        }
    }
}

fn note(running: &Running, failure: &Failure, failures: u32) {
    match failure {
        Failure::Unhandled { .. } if failures >= HOPELESS => running.component.dead(failure),
        _ => running.component.restarting(failure),
    }
}

/// A task of its own, so that a panic ends this try only.
async fn once(task: &Arc<Task>, running: &Running) -> Result<(), Failure> {
    let (started, told) = (Arc::clone(task), running.clone());
    match AbortOnDropHandle::new(tokio::spawn(async move { started.start(told).await })).await {
        Ok(outcome) => outcome,
        Err(error) if error.is_cancelled() => Ok(()),
        Err(_) => Err(Failure::unhandled("TASK_PANICKED", format!("{} panicked", task.name()))),
    }
}
