//! Whether the server can be reached.

use tokio::sync::watch;

use crate::error::LogError;

/// Whether the server can be reached, as the statements of this process found it.
#[derive(Debug)]
pub(super) struct Link {
    broken: watch::Sender<Option<LogError>>,
}

impl Link {
    pub(super) fn new() -> Self {
        Self { broken: watch::Sender::new(None) }
    }

    /// A statement was answered. Answers whether that is news.
    pub(super) fn works(&self) -> bool {
        let mended = self.broken.send_if_modified(|broken| broken.take().is_some());
        if mended {
            tracing::info!("the event log can be reached again");
        }
        mended
    }

    /// A statement was not answered, or could not be sent, and so it would be with others.
    pub(super) fn failed(&self, error: &LogError) {
        let changed = self.broken.send_if_modified(|broken| {
            let changed = broken.is_none();
            broken.get_or_insert_with(|| error.clone());
            changed
        });
        if changed {
            tracing::warn!(code = error.code(), %error, "the event log cannot be reached");
        }
    }

    /// Why the server cannot be reached, if it cannot.
    pub(super) fn why(&self) -> Option<LogError> {
        self.broken.borrow().clone()
    }

    /// Waits until the server cannot be reached.
    pub(super) async fn until_broken(&self) {
        // The sender lives as long as `self`.
        let _ = self.broken.subscribe().wait_for(Option::is_some).await;
    }

    /// Waits until the server can be reached.
    pub(super) async fn until_mended(&self) {
        let _ = self.broken.subscribe().wait_for(Option::is_none).await;
    }
}
