//! What the service runs.

use std::sync::Arc;
use std::time::Duration;

use events::Service;
use service::{Parts, Policy, Task, consumer, outbox_relay};
use tokio::sync::Notify;

use crate::approvals::Approvals;
use crate::config::Config;
use crate::git::Git;
use crate::pusher::Pusher;
use crate::rounds::{Errand, go};
use crate::watcher::Watcher;

/// How long an approval waits that another process has noted, at most.
const POLL: Duration = Duration::from_secs(5);

/// What the service runs.
#[must_use]
pub fn tasks(config: &Config, git: Arc<dyn Git>, parts: Parts) -> Vec<Task> {
    let noted = Arc::new(Notify::new());
    let approvals = Arc::new(Approvals::new(parts.clone(), Arc::clone(&noted)));
    let pusher = Arc::new(Pusher::new(config, Arc::clone(&git), parts.clone()));
    let watcher = Arc::new(Watcher::new(config, git, parts.clone()));
    vec![
        consumer(approvals, parts.clone(), Policy::default()),
        outbox_relay(Service::Gitops, parts),
        rounds("gitops/push", pusher, POLL, noted),
        rounds("gitops/watch", watcher, config.pause(), Arc::default()),
    ]
}

fn rounds(name: &str, errand: Arc<dyn Errand>, poll: Duration, wake: Arc<Notify>) -> Task {
    Task::new(name, move |running| go(Arc::clone(&errand), poll, Arc::clone(&wake), running))
}
