//! What the engines have made, read and judged.

use application::Policy;
use cost_model::CostReport;
use diff_engine::Diff;
use events::preview::PreviewExplained;
use events::promotion::PreviewCompleted;
use ids::OrgId;
use preview::{Billed, PlanDocument, PreviewParts, Previewed, equal_plan, preview_hash};
use risk_rules::RiskReport;
use service::Failure;
use store::Blobs;

use crate::domain::{Again, Command};
use crate::promotions::Promotions;

/// What the engines have made, read and judged.
pub(crate) struct Previews {
    promotions: Promotions,
}

/// The documents that an approval rests on.
struct Documents {
    plan: PlanDocument,
    changes: Diff,
    cost: CostReport,
    bill: Billed,
    risk: RiskReport,
}

impl Previews {
    pub(crate) fn new(promotions: Promotions) -> Self {
        Self { promotions }
    }

    /// What the promotion is told; nothing if it does not wait for this.
    pub(crate) async fn completion(
        &self,
        org: OrgId,
        explained: &PreviewExplained,
    ) -> Result<Option<Command>, Failure> {
        let promotion = self.promotions.promotion(org, explained.promotion_id).await?;
        let Some(promotion) = promotion.filter(|promotion| promotion.awaits(explained.request)) else {
            return Ok(None);
        };
        let completed = self.completed(org, explained).await?;
        let Some(before) = promotion.preview.filter(|_| promotion.replan.is_some()) else {
            return Ok(Some(Command::Complete(Box::new(completed))));
        };
        let blobs = &*self.promotions.parts().blobs;
        let (old, new) =
            (Documents::read(blobs, org, &before).await?, Documents::read(blobs, org, &completed).await?);
        let again = match equal_plan(old.previewed(), new.previewed()) {
            Ok(()) => Again::Equal,
            Err(difference) => Again::Different(difference.to_string()),
        };
        Ok(Some(Command::CompleteAgain(Box::new(completed), again)))
    }

    async fn completed(&self, org: OrgId, explained: &PreviewExplained) -> Result<PreviewCompleted, Failure> {
        let blobs = &*self.promotions.parts().blobs;
        let plan: PlanDocument = documents::read(blobs, org, explained.compared.plan).await?;
        let policy: Policy = documents::read(blobs, org, explained.policy).await?;
        let hash = preview_hash(&PreviewParts {
            bill: explained.bill,
            cost: explained.cost,
            findings: explained.risk,
            plan: explained.compared.plan,
            policy: explained.policy,
            price_book: explained.price_book,
            snapshot: explained.compared.nodes,
        });
        Ok(PreviewCompleted {
            promotion_id: explained.promotion_id,
            request: explained.request,
            preview_hash: hash.to_string(),
            compared: explained.compared.clone(),
            cost: explained.cost,
            bill: explained.bill,
            risk: explained.risk,
            explanation: explained.explanation,
            obstacle: plan.obstacle().map(str::to_owned),
            // A preview alone never becomes a branch: at least one person says so.
            approvals_needed: policy.approvals.max(1),
            self_approval: policy.self_approval,
        })
    }
}

impl Documents {
    async fn read(blobs: &dyn Blobs, org: OrgId, preview: &PreviewCompleted) -> Result<Self, Failure> {
        Ok(Self {
            plan: documents::read(blobs, org, preview.compared.plan).await?,
            changes: documents::read(blobs, org, preview.compared.changes).await?,
            cost: documents::read(blobs, org, preview.cost).await?,
            bill: documents::read(blobs, org, preview.bill).await?,
            risk: documents::read(blobs, org, preview.risk).await?,
        })
    }

    fn previewed(&self) -> Previewed<'_> {
        let Self { plan, changes, cost, bill, risk } = self;
        Previewed { plan, changes, cost, bill, risk }
    }
}
