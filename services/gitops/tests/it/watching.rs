//! From a branch to its merge.

use events::Event;
use events::gitops::{BranchDeleted, MergeSeen};
use events::promotion::PromotionRejected;

use crate::desk::{Desk, message};
use crate::world::{MemoryWorld, PROMOTION, RealWorld, World};

/// The events after the push.
async fn later(desk: &Desk<impl World>) -> Vec<Event> {
    desk.events().await.into_iter().filter(|event| !matches!(event, Event::BranchPushed(_))).collect()
}

async fn merged(desk: Desk<impl World>) {
    let commit = desk.pushed().await;
    desk.look().await;
    let moved = desk.world.commit("main", &[&desk.base], &[("docs/a", Some("a\n"))], "meanwhile");
    desk.look().await;
    assert_eq!(later(&desk).await, [], "it is open");
    let files = [("prod/web.yaml", crate::world::edited(&[2])), ("prod/new.yaml", "new\n".to_owned())];
    let changes: Vec<_> = files.iter().map(|(path, text)| (*path, Some(text.as_str()))).collect();
    let merge = desk.world.commit("main", &[&moved, &commit], &changes, "Merge");
    desk.look().await;
    let how = "ancestor".to_owned();
    let seen =
        MergeSeen { promotion_id: PROMOTION.parse().unwrap(), commit: merge, how, incomplete: Vec::new() };
    assert_eq!(later(&desk).await, [Event::MergeSeen(seen.clone())]);
    desk.world.delete_branch(&desk.branch_name());
    desk.look().await;
    desk.handle(&desk.approval(PROMOTION)).await.unwrap();
    desk.look().await;
    assert_eq!(later(&desk).await, [Event::MergeSeen(seen)], "once");
}

/// Each look is that of a service that has just been started: what is looked at is in the store.
#[tokio::test]
async fn a_merge_is_seen_once() {
    merged(Desk::new(MemoryWorld::new()).await).await;
    merged(Desk::new(RealWorld::new()).await).await;
}

#[tokio::test]
async fn a_branch_that_goes_without_a_merge_is_told_once() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.pushed().await;
    desk.world.delete_branch(&desk.branch_name());
    desk.look().await;
    desk.look().await;
    let deleted = BranchDeleted { promotion_id: PROMOTION.parse().unwrap(), branch: desk.branch_name() };
    assert_eq!(later(&desk).await, [Event::BranchDeleted(deleted)]);
}

#[tokio::test]
async fn what_was_rejected_is_not_looked_at_any_more() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.pushed().await;
    let promotion_id = PROMOTION.parse().unwrap();
    let rejected = PromotionRejected { promotion_id, by: "ana".to_owned(), comment: None };
    desk.handle(&message(promotion_id, 8, rejected)).await.unwrap();
    desk.world.delete_branch(&desk.branch_name());
    desk.look().await;
    assert_eq!(later(&desk).await, []);
}

#[tokio::test]
async fn a_repository_that_is_gone_does_not_stop_the_others() {
    let desk = Desk::new(MemoryWorld::new()).await;
    desk.pushed().await;
    // This one comes first on the list, by its identifier.
    let first = "00000000-7b1c-7d3e-8f4a-5b6c7d8e9f01";
    let other = desk.another_repository();
    let mut approval = desk.approval(first);
    let Event::PromotionApproved(event) = &mut approval.event else { panic!("an approval") };
    event.approved.repository = other.url;
    event.approved.target_commit = other.base;
    desk.handle(&approval).await.unwrap();
    assert_eq!(desk.events().await.len(), 2);
    desk.remove_another_repository();
    desk.world.delete_branch(&desk.branch_name());
    desk.look().await;
    let deleted = BranchDeleted { promotion_id: PROMOTION.parse().unwrap(), branch: desk.branch_name() };
    assert_eq!(later(&desk).await, [Event::BranchDeleted(deleted)]);
}
