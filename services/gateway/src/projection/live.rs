//! Waking who waits for news of a promotion.

use tokio::sync::broadcast;
use uuid::Uuid;

/// Tells of what was folded, by what it belongs to. News of another process' fold is found by looking again.
#[derive(Clone)]
pub(crate) struct Live(broadcast::Sender<Uuid>);

/// Who is behind by more looks again, so nothing is lost.
const BEHIND: usize = 256;

impl Live {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(BEHIND).0)
    }

    pub(crate) fn wake(&self, correlation: Uuid) {
        // Nobody may be waiting.
        let _ = self.0.send(correlation);
    }

    pub(crate) fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

/// Somebody who waits.
pub(crate) struct Listener(broadcast::Receiver<Uuid>);

impl Listener {
    /// Waits for news of this promotion, or until it is worth to look anyway.
    pub(crate) async fn news(&mut self, correlation: Uuid) {
        loop {
            match self.0.recv().await {
                Ok(news) if news != correlation => {}
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
