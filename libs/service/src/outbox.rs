//! The relay of a service's outbox, as a task.

use std::sync::Arc;
use std::time::Duration;

use events::Service;
use store::{OutboxRelay, RelayStatus};
use tokio::sync::watch;

use crate::failure::Failure;
use crate::parts::Parts;
use crate::task::{Running, Task};

/// How often the lag is measured.
const LAG: Duration = Duration::from_secs(10);

/// Publishes what the service's store has in its outbox. Every service with a store has this task: its deciders, its
/// consumers (which tell of what they park) and its operators publish through it.
#[must_use]
pub fn outbox_relay(service: Service, parts: Parts) -> Task {
    Task::new(format!("{service}/outbox"), move |running| relay(service, parts.clone(), running))
}

async fn relay(service: Service, parts: Parts, running: Running) -> Result<(), Failure> {
    let relay = OutboxRelay::new(Arc::clone(&parts.store), Arc::clone(&parts.log));
    running.component.ready();
    tokio::select! {
        biased;
        () = relay.run(running.shutdown.clone()) => Ok(()),
        () = report(relay.status(), &running) => Ok(()),
        () = lag(service, &parts) => Ok(()),
    }
}

/// Never ends: the relay is what ends.
async fn report(mut status: watch::Receiver<RelayStatus>, running: &Running) {
    loop {
        let now = status.borrow_and_update().clone();
        match now {
            RelayStatus::Failing { code, message } => {
                running.component.away("outbox", &Failure::unavailable(code, message));
            }
            _ => running.component.back("outbox"),
        }
        if status.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn lag(service: Service, parts: &Parts) {
    loop {
        // Without an answer the gauges stay as they were, and say of when that is.
        if let Ok(backlog) = parts.store.backlog().await {
            let (age, at) = (backlog.oldest.unwrap_or_default(), parts.clock.now().unix_timestamp());
            telemetry::messaging::outbox_lag(service.name(), backlog.rows, age, at);
        }
        tokio::time::sleep(LAG).await;
    }
}
