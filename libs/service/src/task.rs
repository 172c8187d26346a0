//! What a process is made of.

use std::future::Future;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::health::{Component, Health};

/// A part of a process: a consumer, a relay, a server. It runs until it is told to stop, and can be started again.
///
/// Each service's crate has `pub fn tasks(config: Config, parts: Parts) -> Result<Vec<Task>, Failure>`, which its own
/// `main.rs` ([`crate::main`]) and `plimsoll up` run ([`crate::Supervisor`]).
pub struct Task {
    name: String,
    serves: bool,
    start: Box<dyn Fn(Running) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync>,
}

/// What a task that runs is told, and says.
#[derive(Debug, Clone)]
pub struct Running {
    /// Cancelled when the task is to finish what it has begun, and end.
    pub shutdown: CancellationToken,
    /// How the task is.
    pub component: Component,
}

impl Task {
    /// A task. Its name is `SERVICE/WHAT`. It says that it is ready ([`Component::ready`]) once it is, ends well when
    /// [`Running::shutdown`] is cancelled or its work is over, and is started again when it ends with an error.
    pub fn new<F, R>(name: impl Into<String>, start: F) -> Self
    where
        F: Fn(Running) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        Self { name: name.into(), serves: false, start: Box::new(move |running| Box::pin(start(running))) }
    }

    /// One by which requests are answered, or without which none is: while it is not well, the process is not ready
    /// ([`Health::readiness`]).
    #[must_use]
    pub fn serving(self) -> Self {
        Self { serves: true, ..self }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is to the process.
    pub(crate) fn component(&self, health: &Health) -> Component {
        match self.serves {
            true => health.serving(&self.name),
            false => health.component(&self.name),
        }
    }

    pub(crate) fn start(&self, running: Running) -> BoxFuture<'static, Result<(), Failure>> {
        (self.start)(running)
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Task").field(&self.name).finish()
    }
}
