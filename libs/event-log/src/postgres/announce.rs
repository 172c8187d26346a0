//! News for other processes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::time::sleep;

use super::core::Core;
use super::group_store;
use crate::error::LogError;

/// The channel on which processes tell one another that there is news.
pub(super) const CHANNEL: &str = "plimsoll_log";

/// What the other processes are to be told.
#[derive(Debug, Default)]
pub(super) struct Announcements {
    pending: Mutex<BTreeSet<News>>,
    some: Notify,
}

/// News, without what is new: that is to be looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum News {
    /// Records were appended.
    Records,
    /// Something has changed in a group.
    Group(String),
}

impl Announcements {
    pub(super) fn records(&self) {
        self.add(News::Records);
    }

    pub(super) fn group(&self, group: &str) {
        self.add(News::Group(group.to_owned()));
    }

    fn add(&self, news: News) {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(news);
        self.some.notify_one();
    }

    fn take(&self) -> BTreeSet<News> {
        std::mem::take(&mut *self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl News {
    /// As it is sent: who says it, and what.
    fn payload(&self, process: &str) -> String {
        match self {
            Self::Records => format!("{process} records"),
            Self::Group(group) => format!("{process} group {group}"),
        }
    }

    /// As it was received; none if this process said it itself.
    pub(super) fn read(payload: &str, process: &str) -> Option<Self> {
        let (from, news) = payload.split_once(' ')?;
        let group = news.strip_prefix("group ");
        (from != process).then(|| group.map_or(Self::Records, |group| Self::Group(group.to_owned())))
    }
}

/// Tells the other processes, not in the transactions that make the news (commits that notify wait for one another),
/// and no more often than is set. What is lost, others find by polling.
pub(super) async fn announce(core: Arc<Core>) {
    loop {
        core.announcements.some.notified().await;
        let news = core.announcements.take();
        if let Err(error) = send(&core, &news).await {
            tracing::debug!(%error, "other processes will notice later");
        }
        sleep(core.settings.announce).await;
    }
}

async fn send(core: &Core, news: &BTreeSet<News>) -> Result<(), LogError> {
    let process = core.process.to_string();
    let payloads: Vec<String> = news.iter().map(|news| news.payload(&process)).collect();
    let mut connection = core.connection().await?;
    core.in_time(group_store::notify(&mut connection, CHANNEL, &payloads)).await?;
    connection.keep();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_of_others_are_read_and_those_of_this_process_are_not() {
        for news in [News::Records, News::Group("a group".to_owned())] {
            let payload = news.payload("one");
            assert_eq!(News::read(&payload, "two"), Some(news));
            assert_eq!(News::read(&payload, "one"), None);
        }
        assert_eq!(News::read("", "one"), None);
    }
}
