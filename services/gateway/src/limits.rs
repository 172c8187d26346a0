//! How many requests a token may make: of each copy of the gateway as many as it may make at all, and where Redis is, of all
//! copies together no more than that.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use ids::{OrgId, TokenId};
use service::Redis;

use crate::config::Config;

type Limiter =
    RateLimiter<TokenId, DefaultKeyedStateStore<TokenId>, DefaultClock, StateInformationMiddleware>;

/// [`Limits::elsewhere`], where Redis is: asked and noted at once.
const TAKE: &str = include_str!("limits/take.lua");

/// How many requests each token may make.
pub(crate) struct Limits {
    limiter: Limiter,
    clock: DefaultClock,
    burst: u32,
    refill: Duration,
    redis: Option<Redis>,
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
    pub(crate) fn new(config: &Config, redis: Option<Redis>) -> Self {
        let quota = Quota::per_minute(config.requests_per_minute).allow_burst(config.burst);
        let limiter = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        let refill = Duration::from_secs(60) / config.requests_per_minute.get();
        Self { limiter, clock: DefaultClock::default(), burst: config.burst.get(), refill, redis }
    }

    /// One more request of this token: what is left, or after how many seconds there will be one.
    pub(crate) async fn take(&self, org: OrgId, token: TokenId) -> Result<Left, (Left, u32)> {
        // Counted here as well: whatever becomes of Redis, a copy lets no more in than this.
        let here = self.here(token).map_err(|wait| self.refused(wait))?;
        match self.elsewhere(org, token).await {
            None => Ok(self.left(here)),
            Some(Ok(remaining)) => Ok(self.left(remaining.min(here))),
            Some(Err(wait)) => Err(self.refused(wait)),
        }
    }

    /// Of what this copy has let in: how many more it would, or how long until the next.
    fn here(&self, token: TokenId) -> Result<u32, Duration> {
        match self.limiter.check_key(&token) {
            Ok(snapshot) => Ok(snapshot.remaining_burst_capacity()),
            Err(until) => Err(until.wait_time_from(self.clock.now())),
        }
    }

    /// Of what all copies have let in; nothing, if nobody knows.
    async fn elsewhere(&self, org: OrgId, token: TokenId) -> Option<Result<u32, Duration>> {
        let redis = self.redis.as_ref()?;
        let every = u64::try_from(self.refill.as_micros()).ok()?;
        let answer: (u8, u32, u64) =
            redis.run(TAKE, &redis.key("limit", org, &token), &[every, self.burst.into()]).await?;
        Some(match answer {
            (1, remaining, _) => Ok(remaining),
            (_, _, wait) => Err(Duration::from_micros(wait)),
        })
    }

    fn left(&self, remaining: u32) -> Left {
        let used = self.burst.saturating_sub(remaining);
        Left { limit: self.burst, remaining, reset_seconds: (self.refill * used).as_secs() }
    }

    fn refused(&self, wait: Duration) -> (Left, u32) {
        let seconds = wait.as_secs() + 1;
        let left = Left { limit: self.burst, remaining: 0, reset_seconds: seconds };
        (left, u32::try_from(seconds).unwrap_or(u32::MAX))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

    use std::num::NonZeroU32;

    use service::{RedisSettings, Secret};
    use test_redis::{TestRedis, eventually};
    use uuid::Uuid;

    use super::*;

    const TOKEN: TokenId = TokenId::new(Uuid::NAMESPACE_DNS);

    fn org(number: u128) -> OrgId {
        OrgId::new(Uuid::from_u128(number))
    }

    /// Three at once, and one an hour.
    fn config() -> Config {
        let number = |number| NonZeroU32::new(number).unwrap();
        Config { burst: number(3), requests_per_minute: number(1), ..Config::default() }
    }

    /// A copy of the gateway.
    async fn copy(url: &str) -> Limits {
        let settings = RedisSettings { url: Some(Secret::new(url.to_owned())), ..RedisSettings::default() };
        let redis = settings.open().unwrap().unwrap();
        eventually("Redis answers", async || redis.is_there().await.then_some(())).await;
        Limits::new(&config(), Some(redis))
    }

    async fn remaining(limits: &Limits, org: OrgId) -> Option<u32> {
        limits.take(org, TOKEN).await.ok().map(|left| left.remaining)
    }

    #[tokio::test]
    async fn a_copy_alone_lets_in_as_many_as_it_may() {
        let limits = Limits::new(&config(), None);
        for left in [Some(2), Some(1), Some(0), None] {
            assert_eq!(remaining(&limits, org(1)).await, left);
        }
        let (left, wait) = limits.take(org(1), TOKEN).await.unwrap_err();
        assert_eq!((left.remaining, (59..=61).contains(&wait)), (0, true), "the next in a minute: {wait}");
    }

    #[tokio::test]
    async fn copies_together_let_in_as_many_as_one_may() {
        let Some(server) = TestRedis::start().await else { return };
        let (first, second) = (copy(&server.url()).await, copy(&server.url()).await);
        assert_eq!(remaining(&first, org(1)).await, Some(2));
        assert_eq!(remaining(&second, org(1)).await, Some(1));
        assert_eq!(remaining(&first, org(1)).await, Some(0));
        let (left, wait) = second.take(org(1), TOKEN).await.unwrap_err();
        assert_eq!((left.remaining, (59..=61).contains(&wait)), (0, true), "the next in a minute: {wait}");
        // The same token's identifier of another organisation is another's.
        assert_eq!(remaining(&copy(&server.url()).await, org(2)).await, Some(2));
    }

    /// Wiped, filled with anything, or gone: a copy lets in no more than it may by itself, and no fewer.
    #[tokio::test]
    async fn whatever_becomes_of_redis_each_copy_keeps_the_limit() {
        let Some(mut server) = TestRedis::start().await else { return };
        let key = format!("plimsoll:limit:{}:{TOKEN}", org(1));
        for said in [
            "FLUSHALL".to_owned(),
            format!("SET {key} 99999999999999999999"),
            format!("SET {key} x"),
            format!("LPUSH {key} x"),
        ] {
            let limits = copy(&server.url()).await;
            assert_eq!(remaining(&limits, org(1)).await, Some(2), "{said}");
            server.say("FLUSHALL");
            server.say(&said);
            for left in [Some(1), Some(0), None] {
                assert_eq!(remaining(&limits, org(1)).await, left, "{said}");
            }
            server.say("FLUSHALL");
        }
        let limits = copy(&server.url()).await;
        assert_eq!(remaining(&limits, org(1)).await, Some(2));
        server.stop();
        for left in [Some(1), Some(0), None] {
            assert_eq!(remaining(&limits, org(1)).await, left, "it is gone");
        }
    }
}
