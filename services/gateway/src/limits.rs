//! How many requests a token may make.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use ids::TokenId;

use crate::config::Config;

type Limiter =
    RateLimiter<TokenId, DefaultKeyedStateStore<TokenId>, DefaultClock, StateInformationMiddleware>;

/// How many requests each token may make.
pub(crate) struct Limits {
    limiter: Limiter,
    clock: DefaultClock,
    burst: u32,
    refill: Duration,
}

/// What a caller is told of its limit (the `RateLimit` fields of the IETF's draft, in their first form, which clients
/// know).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    limit: u32,
    remaining: u32,
    reset_seconds: u64,
}

impl Limits {
    pub(crate) fn new(config: &Config) -> Self {
        let quota = Quota::per_minute(config.requests_per_minute).allow_burst(config.burst);
        let limiter = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        let refill = Duration::from_secs(60) / config.requests_per_minute.get();
        Self { limiter, clock: DefaultClock::default(), burst: config.burst.get(), refill }
    }

    /// One more request of this token: what is left, or after how many seconds there will be one.
    pub(crate) fn take(&self, token: TokenId) -> Result<Left, (Left, u32)> {
        match self.limiter.check_key(&token) {
            Ok(snapshot) => {
                let remaining = snapshot.remaining_burst_capacity();
                let used = self.burst.saturating_sub(remaining);
                Ok(Left { limit: self.burst, remaining, reset_seconds: (self.refill * used).as_secs() })
            }
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now()).as_secs() + 1;
                let left = Left { limit: self.burst, remaining: 0, reset_seconds: wait };
                Err((left, u32::try_from(wait).unwrap_or(u32::MAX)))
            }
        }
    }

    /// Forgets tokens that have all their requests left.
    pub(crate) fn tidy(&self) {
        self.limiter.retain_recent();
    }
}

impl Left {
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        headers.insert("ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("ratelimit-reset", HeaderValue::from(self.reset_seconds));
    }
}
