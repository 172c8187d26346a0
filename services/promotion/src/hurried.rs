//! Git hosts, as they are asked where others' promotions wait for the answer.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use repositories::{Head, Repositories, RepositoryError};
use tokio::time::{Instant, timeout_at};

/// Repositories that are waited for until some time, whatever is asked of them. What a host has not answered by then goes on
/// where it was asked, and who asks next finds what it has brought.
pub(crate) struct Hurried {
    repositories: Arc<dyn Repositories>,
    patience: Duration,
    until: Instant,
}

impl Hurried {
    /// These repositories, for so long from now on.
    pub(crate) fn new(repositories: Arc<dyn Repositories>, patience: Duration) -> Self {
        Self { repositories, patience, until: Instant::now() + patience }
    }

    async fn wait<T>(
        &self,
        url: &str,
        answer: impl Future<Output = Result<T, RepositoryError>> + Send,
    ) -> Result<T, RepositoryError> {
        let too_late = |_| {
            let message = format!("{url} has not answered within {} s", self.patience.as_secs());
            RepositoryError { code: "GIT_TIMEOUT", message, is_transient: true }
        };
        timeout_at(self.until, answer).await.map_err(too_late)?
    }
}

#[async_trait]
impl Repositories for Hurried {
    fn check(&self, url: &str) -> Result<(), RepositoryError> {
        self.repositories.check(url)
    }

    async fn head(&self, url: &str) -> Result<Head, RepositoryError> {
        self.wait(url, self.repositories.head(url)).await
    }

    async fn commit(&self, url: &str, revision: &str) -> Result<String, RepositoryError> {
        self.wait(url, self.repositories.commit(url, revision)).await
    }

    async fn file(&self, url: &str, commit: &str, path: &str) -> Result<Option<Vec<u8>>, RepositoryError> {
        self.wait(url, self.repositories.file(url, commit, path)).await
    }
}
