//! How long a preview waits for the host of its repository. Others' previews wait behind it in its partition, so a host that does
//! not answer must not take that long again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ids::OrgId;
use tokio::time::Instant;

/// How long Git may take for all that a preview reads: the first fetch of a large repository does.
const WHOLE: Duration = Duration::from_secs(60);

/// How long it may take where the host has just taken all of that and not answered.
const SHORT: Duration = Duration::from_secs(15);

/// A host that has not answered is not given the whole time again for so long.
const HUNG: Duration = Duration::from_secs(60);

/// Which hosts have not answered. Clones are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patience(Arc<Mutex<HashMap<(OrgId, String), Instant>>>);

impl Patience {
    /// How long a preview that begins now waits.
    pub(crate) fn with(&self, org: OrgId, repository: &str, now: Instant) -> Duration {
        let mut hung = self.hung();
        hung.retain(|_, since| now.saturating_duration_since(*since) < HUNG);
        if hung.contains_key(&(org, repository.to_owned())) { SHORT } else { WHOLE }
    }

    /// A preview that waited at most so long has been read, or refused with this code. A host that has not answered within the short
    /// time alone is not known to hang: the next after a while is given all of it.
    pub(crate) fn note(
        &self,
        org: OrgId,
        repository: &str,
        waited: Duration,
        refused: Option<&str>,
        now: Instant,
    ) {
        let repository = (org, repository.to_owned());
        match refused {
            Some("GIT_TIMEOUT") if waited == WHOLE => drop(self.hung().insert(repository, now)),
            Some("GIT_TIMEOUT") => {}
            _ => drop(self.hung().remove(&repository)),
        }
    }

    fn hung(&self) -> MutexGuard<'_, HashMap<(OrgId, String), Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn a_host_that_has_not_answered_is_given_less_for_a_while() {
        let (patience, began) = (Patience::default(), Instant::now());
        assert_eq!(patience.with(ACME, SHOP, began), WHOLE);
        patience.note(ACME, SHOP, WHOLE, Some("GIT_TIMEOUT"), began);
        let later = began + HUNG / 2;
        assert_eq!(patience.with(ACME, NEWS, later), WHOLE);
        assert_eq!(patience.with(OTHER, SHOP, later), WHOLE);
        assert_eq!(patience.with(ACME, SHOP, later), SHORT);
        // It need not hang: a large repository may take longer than the short time.
        patience.note(ACME, SHOP, SHORT, Some("GIT_TIMEOUT"), later);
        assert_eq!(patience.with(ACME, SHOP, began + HUNG), WHOLE);
    }

    #[test]
    fn a_host_that_answers_again_is_given_the_whole_time() {
        let (patience, now) = (Patience::default(), Instant::now());
        for outcome in [None, Some("SOURCE_NOT_FOUND")] {
            patience.note(ACME, SHOP, WHOLE, Some("GIT_TIMEOUT"), now);
            assert_eq!(patience.with(ACME, SHOP, now), SHORT);
            patience.note(ACME, SHOP, SHORT, outcome, now);
            assert_eq!(patience.with(ACME, SHOP, now), WHOLE);
        }
    }
}
