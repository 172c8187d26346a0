//! What the service runs.

use std::sync::Arc;
use std::time::Duration;

use events::Service;
use service::{Failure, Parts, Policy, Running, Task, consumer, outbox_relay};

use crate::config::Config;
use crate::git::Git;
use crate::pusher::Pusher;
use crate::watcher::Watcher;

/// What the service runs.
#[must_use]
pub fn tasks(config: &Config, git: Arc<dyn Git>, parts: Parts) -> Vec<Task> {
    let pusher = Arc::new(Pusher::new(config, Arc::clone(&git), parts.clone()));
    let watcher = Watcher::new(git, parts.clone());
    let pause = Duration::from_secs(config.poll_seconds.max(1));
    vec![
        consumer(pusher, parts.clone(), Policy::default()),
        outbox_relay(Service::Gitops, parts),
        Task::new("gitops/watch", move |running| watch(watcher.clone(), pause, running)),
    ]
}

async fn watch(watcher: Watcher, pause: Duration, running: Running) -> Result<(), Failure> {
    running.component.ready();
    loop {
        // A look that is cut off has changed nothing, or the next one finds what it has changed.
        tokio::select! {
            looked = watcher.look() => looked?,
            () = running.shutdown.cancelled() => return Ok(()),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = running.shutdown.cancelled() => return Ok(()),
        }
    }
}
