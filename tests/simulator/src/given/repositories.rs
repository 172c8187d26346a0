//! Git hosts, as the promotion service asks them.

use std::sync::Arc;

use async_trait::async_trait;
use gitops::git::{Git as _, GitError};
use repositories::{Head, Repositories, RepositoryError};

use super::remote::Hosts;
use crate::process::Process;
use crate::repository::TARGET;

/// Git hosts, as the promotion service asks them.
pub(crate) struct GivenRepositories {
    pub(crate) hosts: Arc<Hosts>,
    pub(crate) process: Process,
}

fn away(url: &str) -> impl FnOnce(String) -> RepositoryError + '_ {
    move |why| GitError::Unreachable { repository: url.to_owned(), why }.into()
}

#[async_trait]
impl Repositories for GivenRepositories {
    fn check(&self, _: &str) -> Result<(), RepositoryError> {
        Ok(())
    }

    async fn head(&self, url: &str) -> Result<Head, RepositoryError> {
        let commit = self.commit(url, TARGET).await?;
        Ok(Head { branch: TARGET.to_owned(), commit })
    }

    async fn commit(&self, url: &str, revision: &str) -> Result<String, RepositoryError> {
        let head = async {
            let missing = || GitError::Revision { repository: url.to_owned(), revision: revision.to_owned() };
            let head = self.hosts.git.head(url, revision)?;
            head.ok_or_else(missing).map_err(RepositoryError::from)
        };
        self.process.ask(away(url), head).await
    }

    async fn file(&self, url: &str, commit: &str, path: &str) -> Result<Option<Vec<u8>>, RepositoryError> {
        let file = async {
            let mut files = self.hosts.git.files(url, commit, &[path.to_owned()])?;
            Ok(files.pop().flatten())
        };
        self.process.ask(away(url), file).await
    }
}
