//! Nobody approves what has moved, and what is approved is what was shown.

use events::plan::ApprovedPlan;
use events::{Event, Message};
use ids::BlobHash;
use preview::{Document as _, PlanDocument};
use store::Blobs as _;

use super::evidence::Evidence;
use crate::history::HistoryError;
use crate::report::Violation;
use crate::world::{ACME, World};

const SHOWN: &str = "an approval is of the preview that was shown";
const MOVED: &str = "no approval of a moved preview";

pub(super) async fn check(world: &World, evidence: &Evidence) -> Result<Vec<Violation>, HistoryError> {
    let mut found = Vec::new();
    for messages in evidence.promotions.values() {
        found.extend(shown(messages));
        for approved in messages.iter().filter_map(approved) {
            found.extend(pinned(world, approved).await?);
        }
    }
    Ok(found)
}

fn approved(message: &Message) -> Option<&ApprovedPlan> {
    match &message.event {
        Event::PromotionApproved(event) => Some(&event.approved),
        Event::ApprovalCarried(event) => Some(&event.approved),
        _ => None,
    }
}

/// Each approval names the preview before it, and together they are as many as it asks for.
fn shown(messages: &[Message]) -> Vec<Violation> {
    let (mut found, mut preview, mut given) = (Vec::new(), None, 0);
    for message in messages {
        match &message.event {
            Event::PreviewCompleted(completed) => preview = Some(completed),
            Event::ApprovalGiven(approval) => {
                given += 1;
                if preview.is_none_or(|preview| preview.preview_hash != approval.preview_hash) {
                    found
                        .push(Violation::new(SHOWN, format!("{} by {}", approval.promotion_id, approval.by)));
                }
            }
            Event::PromotionApproved(event) => {
                let hash = &event.approved.preview_hash;
                let enough = preview.is_some_and(|preview| {
                    preview.approvals_needed <= given && preview.preview_hash == *hash
                });
                if !enough {
                    found.push(Violation::new(SHOWN, format!("{} with {given}", event.promotion_id)));
                }
            }
            _ => {}
        }
    }
    found
}

/// The files that an approved plan read are those of the commit that it is for.
async fn pinned(world: &World, approved: &ApprovedPlan) -> Result<Option<Violation>, HistoryError> {
    let bytes = world.blobs.get(ACME, approved.plan).await?.unwrap_or_default();
    let plan = PlanDocument::read(&bytes).map_err(|error| HistoryError::Broken(error.to_string()))?;
    let moved = plan.inputs.files.iter().find(|file| {
        let there = world.hosts.git.file(&approved.repository, &approved.target_commit, &file.path);
        there.as_deref().map(BlobHash::of) != Some(file.sha256)
    });
    Ok(moved.map(|file| Violation::new(MOVED, format!("{}: {}", approved.branch, file.path))))
}
