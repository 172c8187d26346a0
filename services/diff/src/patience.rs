//! How long a preview waits for the host of its repository. Others' previews wait behind it in its partition, so the hosts of
//! one organisation must not take all partitions for long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ids::OrgId;
use tokio::time::Instant;

/// How long Git may take for all that a preview reads: the first fetch of a large repository does.
const WHOLE: Duration = Duration::from_secs(60);

/// How long it may take where the whole time is not to be had.
const SHORT: Duration = Duration::from_secs(15);

/// So many previews of an organisation may take the whole time at once. One that waited for its turn would hold its partition
/// all the same.
const OF_ONE_ORGANISATION: usize = 2;

/// A host that has taken the whole time and not answered is not given it again for so long.
const HUNG: Duration = Duration::from_secs(60);

/// What hosts are waited for, and which have not answered. Clones are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patience(Arc<Mutex<Waits>>);

#[derive(Debug, Default)]
struct Waits {
    /// How many previews of an organisation may take the whole time now.
    whole: HashMap<OrgId, usize>,
    /// When the hosts of repositories have taken all of it.
    hung: HashMap<(OrgId, String), Instant>,
}

/// The time that one preview may take. Dropped, it is another's.
#[derive(Debug)]
pub(crate) struct Share {
    patience: Patience,
    org: OrgId,
    repository: String,
    is_whole: bool,
}

impl Patience {
    /// The share of a preview that begins now.
    pub(crate) fn share(&self, org: OrgId, repository: &str, now: Instant) -> Share {
        let repository = repository.to_owned();
        let mut waits = self.waits();
        waits.hung.retain(|_, since| now.saturating_duration_since(*since) < HUNG);
        let has_hung = waits.hung.contains_key(&(org, repository.clone()));
        let others = waits.whole.get(&org).copied().unwrap_or_default();
        let is_whole = !has_hung && others < OF_ONE_ORGANISATION;
        if is_whole {
            waits.whole.insert(org, others + 1);
        }
        Share { patience: self.clone(), org, repository, is_whole }
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    pub(crate) fn time(&self) -> Duration {
        if self.is_whole { WHOLE } else { SHORT }
    }

    /// The preview has been read or refused, with this code. A host that has not answered within the short time alone is not
    /// known to hang: the next after a while is given all of it.
    pub(crate) fn ends(&self, refused: Option<&str>, now: Instant) {
        let repository = (self.org, self.repository.clone());
        let mut waits = self.patience.waits();
        match refused {
            Some("GIT_TIMEOUT") if self.is_whole => {
                waits.hung.insert(repository, now);
            }
            Some("GIT_TIMEOUT") => {}
            _ => {
                waits.hung.remove(&repository);
            }
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if !self.is_whole {
            return;
        }
        let mut waits = self.patience.waits();
        let others = waits.whole.remove(&self.org).unwrap_or_default().saturating_sub(1);
        if others > 0 {
            waits.whole.insert(self.org, others);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ACME: OrgId = OrgId::new(Uuid::from_u128(1));
    const OTHER: OrgId = OrgId::new(Uuid::from_u128(2));
    const SHOP: &str = "https://git.example/shop.git";
    const NEWS: &str = "https://git.example/news.git";

    #[test]
    fn hosts_of_one_organisation_take_few_partitions_for_long() {
        let (patience, now) = (Patience::default(), Instant::now());
        let mut shares: Vec<Share> = (0..4).map(|_| patience.share(ACME, SHOP, now)).collect();
        let times: Vec<Duration> = shares.iter().map(Share::time).collect();
        assert_eq!(times, [WHOLE, WHOLE, SHORT, SHORT]);
        assert_eq!(patience.share(ACME, NEWS, now).time(), SHORT);
        assert_eq!(patience.share(OTHER, SHOP, now).time(), WHOLE);
        // What has ended leaves room, unless it had taken none.
        drop(shares.pop());
        assert_eq!(patience.share(ACME, NEWS, now).time(), SHORT);
        drop(shares.remove(0));
        assert_eq!(patience.share(ACME, NEWS, now).time(), WHOLE);
        drop(shares);
        assert!(patience.waits().whole.is_empty());
    }

    #[test]
    fn a_host_that_has_not_answered_is_given_less_for_a_while() {
        let (patience, began) = (Patience::default(), Instant::now());
        patience.share(ACME, SHOP, began).ends(Some("GIT_TIMEOUT"), began);
        let later = began + HUNG / 2;
        assert_eq!(patience.share(ACME, NEWS, later).time(), WHOLE);
        assert_eq!(patience.share(OTHER, SHOP, later).time(), WHOLE);
        let short = patience.share(ACME, SHOP, later);
        assert_eq!(short.time(), SHORT);
        // It need not hang: a large repository may take longer than the short time.
        short.ends(Some("GIT_TIMEOUT"), later);
        assert_eq!(patience.share(ACME, SHOP, began + HUNG).time(), WHOLE);
    }

    #[test]
    fn a_host_that_answers_again_is_given_the_whole_time() {
        let (patience, now) = (Patience::default(), Instant::now());
        for outcome in [None, Some("SOURCE_NOT_FOUND")] {
            patience.share(ACME, SHOP, now).ends(Some("GIT_TIMEOUT"), now);
            assert_eq!(patience.share(ACME, SHOP, now).time(), SHORT);
            patience.share(ACME, SHOP, now).ends(outcome, now);
            assert_eq!(patience.share(ACME, SHOP, now).time(), WHOLE);
        }
    }
}
