//! What was done is committed, and at a shutdown finished first.

use event_log::LogError;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::reader::{Reader, due};
use crate::failure::Failure;

impl Reader {
    /// Commits what is done. What cannot be committed now is later; what is not ours any more is dropped.
    pub(super) async fn commit(&mut self) -> Result<(), Failure> {
        self.book.commit_at = None;
        for (partition, next) in self.book.uncommitted.clone() {
            match self.subscription.commit(&partition, next).await {
                Ok(()) => {
                    self.log_is_back();
                    self.book.uncommitted.remove(&partition);
                }
                Err(error @ LogError::Fenced { .. }) => {
                    tracing::info!(code = error.code(), %partition, "the partition is another member's");
                    self.revoke(&partition);
                }
                Err(error) if error.is_transient() => {
                    self.book.commit_at = Some(self.log_is_away(error.into()));
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Finishes what was taken, commits it and leaves the group, all within the grace time.
    pub(super) async fn finish(mut self) -> Result<(), Failure> {
        let deadline = Instant::now() + self.policy.grace;
        self.subscription.pause(&self.subscription.assignment());
        self.book.close();
        // What takes longer is cut off, and delivered again.
        if timeout_at(deadline, self.last_steps()).await.is_err() {
            tracing::warn!("work was cut off at the end of the grace time");
            while let Ok(progress) = self.progress.try_recv() {
                self.book.note(progress);
            }
        }
        let last = Instant::now() + self.policy.backoff.longest;
        timeout_at(deadline.max(last), self.last_commit()).await.unwrap_or(Ok(()))?;
        if let Err(error) = self.subscription.leave().await {
            tracing::warn!(code = error.code(), error = %error, "the group could not be left");
        }
        Ok(())
    }

    /// Notes and commits until the last lane has ended.
    async fn last_steps(&mut self) -> Result<(), Failure> {
        loop {
            tokio::select! {
                biased;
                progress = self.progress.recv() => match progress {
                    Some(progress) => self.book.note(progress),
                    None => return Ok(()),
                },
                () = due(self.book.commit_at) => {
                    self.commit().await?;
                    None
                }
            };
        }
    }

    async fn last_commit(&mut self) -> Result<(), Failure> {
        while !self.book.uncommitted.is_empty() {
            self.commit().await?;
            if let Some(at) = self.book.commit_at {
                sleep_until(at).await;
            }
        }
        Ok(())
    }
}
