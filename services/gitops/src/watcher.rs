//! Looking at what was pushed, until it is merged or its branch is gone.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use events::Event;
use events::gitops::{BranchDeleted, MergeSeen};
use ids::{OrgId, PromotionId};
use service::{Decision, Failure, Parts, decide};

use crate::config::Config;
use crate::git::{Git, Looking, Seen};
use crate::lists::{List, Listed, Lists, by_itself};
use crate::rounds::{DONE, Errand, once};
use crate::state::{Promoted, promoted};

/// Looks at what was pushed.
#[derive(Clone)]
pub struct Watcher {
    git: Arc<dyn Git>,
    lists: Lists,
    parts: Parts,
    pause: Duration,
}

impl Watcher {
    /// Looks through this Git.
    #[must_use]
    pub fn new(config: &Config, git: Arc<dyn Git>, parts: Parts) -> Self {
        Self { git, lists: Lists::new(parts.clone()), parts, pause: config.pause() }
    }

    /// Looks once at everything that is pushed and not over. What fails for one promotion is logged, and tried at the
    /// next look.
    ///
    /// # Errors
    /// The list of promotions cannot be read.
    pub async fn look(&self) -> Result<(), Failure> {
        once(self).await
    }

    async fn find(&self, looking: Looking) -> Result<Seen, Failure> {
        let git = Arc::clone(&self.git);
        let found = self.parts.blocking.run(DONE, move || git.find_merge(&looking)).await?;
        found.map_err(|error| Failure::unavailable(error.code(), error.to_string()))
    }

    async fn note(
        &self,
        org: OrgId,
        promotion: PromotionId,
        looking: &Looking,
        seen: &Seen,
    ) -> Result<(), Failure> {
        if let Seen::Merged(merge) = seen
            && !merge.incomplete.is_empty()
        {
            let files = merge.incomplete.join(", ");
            tracing::warn!(%promotion, commit = merge.commit, files, "merged without a part of the edit");
        }
        let occasion = by_itself(org, promotion.to_string(), promotion);
        decide(&self.parts, &occasion, |state: Option<Promoted>| noted(state, promotion, looking, seen))
            .await?;
        Ok(())
    }
}

#[async_trait]
impl Errand for Watcher {
    async fn listed(&self) -> Result<Arc<Listed>, Failure> {
        self.lists.read(List::Watching).await
    }

    async fn run(&self, org: OrgId, promotion: PromotionId) -> Result<Option<Duration>, Failure> {
        let state = promoted(&self.parts, org, promotion).await?;
        if let Some(looking) = state.and_then(|state| state.looking(promotion)) {
            let seen = self.find(looking.clone()).await?;
            self.note(org, promotion, &looking, &seen).await?;
        }
        self.lists.settle(org, promotion).await?;
        Ok(Some(self.pause))
    }
}

/// What follows from a look, unless the promotion has gone on meanwhile.
fn noted(
    state: Option<Promoted>,
    promotion_id: PromotionId,
    looking: &Looking,
    seen: &Seen,
) -> Decision<Promoted, ()> {
    let nothing = |state| Decision { state, events: Vec::new(), answer: () };
    let Some(promoted) = state else { return nothing(None) };
    if promoted.is_over || promoted.commit.as_ref() != Some(&looking.branch_commit) {
        return nothing(Some(promoted));
    }
    let event: Event = match seen {
        Seen::Open { head } => return nothing(Some(Promoted { since: head.clone(), ..promoted })),
        Seen::BranchDeleted { .. } => BranchDeleted { promotion_id, branch: looking.branch.clone() }.into(),
        Seen::Merged(merge) => {
            let (commit, how) = (merge.commit.clone(), merge.how.to_string());
            MergeSeen { promotion_id, commit, how, incomplete: merge.incomplete.clone() }.into()
        }
    };
    Decision { state: Some(promoted), events: vec![event], answer: () }
}
