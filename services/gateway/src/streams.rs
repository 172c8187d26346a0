//! How many streams of events a token may follow at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ids::TokenId;

/// How many streams each token follows now.
#[derive(Clone)]
pub(crate) struct Streams {
    open: Arc<Mutex<HashMap<TokenId, u32>>>,
    most: u32,
}

/// One stream; it counts until this is dropped.
pub(crate) struct Followed {
    streams: Streams,
    token: TokenId,
}

impl Streams {
    pub(crate) fn new(most: u32) -> Self {
        Self { open: Arc::default(), most }
    }

    /// One more of this token's; none if it has as many as it may have.
    pub(crate) fn follow(&self, token: TokenId) -> Option<Followed> {
        let mut open = self.lock();
        let count = open.entry(token).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Followed { streams: self.clone(), token })
    }

    pub(crate) fn most(&self) -> u32 {
        self.most
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TokenId, u32>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        let Some(count) = open.get_mut(&self.token) else { return };
        *count -= 1;
        if *count == 0 {
            open.remove(&self.token);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_token_follows_so_many_and_then_as_many_as_it_gives_up() {
        let streams = Streams::new(2);
        let [ana, bob] = [1, 2].map(|number| TokenId::new(Uuid::from_u128(number)));
        let (first, second) = (streams.follow(ana), streams.follow(ana));
        assert!(first.is_some() && second.is_some() && streams.follow(ana).is_none());
        assert!(streams.follow(bob).is_some(), "another's are not counted");
        drop(first);
        let third = streams.follow(ana);
        assert!(third.is_some() && streams.follow(ana).is_none());
        drop((second, third));
        assert!(streams.lock().is_empty());
    }
}
