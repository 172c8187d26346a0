//! Doing what is to be done about the promotions of a list, again and again.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::{FutureExt as _, StreamExt as _};
use ids::{OrgId, PromotionId};
use service::{Backoff, Failure, Running};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::lists::Listed;
use crate::turns::Turns;

/// Between tries that fail for another reason than the promotion's own.
const AGAIN: Backoff = Backoff { first: Duration::from_secs(2), longest: Duration::from_secs(300) };

/// What is done about promotions.
#[async_trait]
pub(crate) trait Errand: Send + Sync + 'static {
    /// The promotions about which something is to be done.
    async fn listed(&self) -> Result<Arc<Listed>, Failure>;

    /// Does it for one; when to come back to it, none if nothing is to be done any more.
    async fn run(&self, org: OrgId, promotion: PromotionId) -> Result<Option<Duration>, Failure>;
}

/// Does what is to be done now, once, for each promotion of the list.
pub(crate) async fn once(errand: &impl Errand) -> Result<(), Failure> {
    let listed = errand.listed().await?;
    let listed: Vec<_> = listed.iter().map(|(promotion, entry)| (*promotion, entry.org)).collect();
    let all = futures::stream::iter(listed);
    all.for_each_concurrent(None, |(promotion, org)| async move {
        if let Err(failure) = errand.run(org, promotion).await {
            warn(promotion, &failure);
        }
    })
    .await;
    Ok(())
}

/// The promotions that are worked on. Dropped, it lets go of them: what is cut off is found by the next round.
struct Rounds {
    errand: Arc<dyn Errand>,
    turns: Turns,
    at_work: JoinSet<(PromotionId, Result<Option<Duration>, Failure>)>,
    /// How often in a row.
    failures: HashMap<PromotionId, u32>,
}

/// Goes on until the task is told to stop. `poll` is the longest time between two looks at the list; `wake` asks for one
/// now.
pub(crate) async fn go(
    errand: Arc<dyn Errand>,
    poll: Duration,
    wake: Arc<Notify>,
    running: Running,
) -> Result<(), Failure> {
    running.component.ready();
    let mut rounds =
        Rounds { errand, turns: Turns::default(), at_work: JoinSet::new(), failures: HashMap::new() };
    loop {
        rounds.begin().await?;
        let pause = rounds.turns.pause(Instant::now(), poll);
        tokio::select! {
            biased;
            () = running.shutdown.cancelled() => return Ok(()),
            Some(Ok((promotion, outcome))) = rounds.at_work.join_next() => rounds.end(promotion, outcome),
            () = wake.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

impl Rounds {
    async fn begin(&mut self) -> Result<(), Failure> {
        let listed = self.errand.listed().await?;
        self.failures.retain(|promotion, _| listed.contains_key(promotion));
        for (promotion, entry) in self.turns.begin(&listed, Instant::now()) {
            let errand = Arc::clone(&self.errand);
            self.at_work.spawn(async move {
                let outcome = AssertUnwindSafe(errand.run(entry.org, promotion)).catch_unwind().await;
                (promotion, outcome.unwrap_or_else(|_| Err(Failure::panicked(DONE))))
            });
        }
        Ok(())
    }

    fn end(&mut self, promotion: PromotionId, outcome: Result<Option<Duration>, Failure>) {
        let next = match outcome {
            Ok(next) => {
                self.failures.remove(&promotion);
                next
            }
            Err(failure) => {
                warn(promotion, &failure);
                let failures = self.failures.entry(promotion).or_default();
                *failures = failures.saturating_add(1);
                Some(AGAIN.delay(*failures, u32::MAX))
            }
        };
        self.turns.end(promotion, next.map(|next| Instant::now() + next));
    }
}

/// What people are told of that panicked.
pub(crate) const DONE: &str = "what was done about the promotion";

fn warn(promotion: PromotionId, failure: &Failure) {
    tracing::warn!(%promotion, code = failure.code(), error = failure.message(), "tried again later");
}
