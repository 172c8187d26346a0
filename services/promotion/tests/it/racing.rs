//! People at the same time.

use std::sync::Arc;

use tokio::task::JoinSet;
use tonic::Code;

use crate::calls::shop;
use crate::world::{Files, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_approvers_are_exactly_a_quorum() {
    let world = Arc::new(World::new());
    world.push(&Files { rules: "approvals: 3", ..Files::default() });
    let id = world.previewed().await;
    let mut racing = JoinSet::new();
    for number in 0..12 {
        let world = Arc::clone(&world);
        racing.spawn(async move { world.approver(&format!("approver-{number}")).approve(id).await });
    }
    let results = racing.join_all().await;
    let (given, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(given.len(), 3);
    let code = (Code::FailedPrecondition, "ALREADY_APPROVED".to_owned());
    assert!(refused.into_iter().all(|result| result.unwrap_err() == code));
    world.settle().await;
    let types = world.types(id).await;
    let count = |name| types.iter().filter(|one| **one == name).count();
    assert_eq!((count("ApprovalGiven"), count("PromotionApproved"), count("CommandRefused")), (3, 1, 9));
    let approved = world.promotion(id).await.approved.unwrap();
    assert_eq!(approved.approvers.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_key_is_one_promotion_however_many_ask_at_once() {
    let world = Arc::new(World::with_shop());
    let request =
        protos::promotion::RequestPreviewRequest { idempotency_key: Some("k".to_owned()), ..shop() };
    let mut racing = JoinSet::new();
    for _ in 0..8 {
        let (world, request) = (Arc::clone(&world), request.clone());
        racing.spawn(async move { world.requester("ana").request(request).await });
    }
    let ids = racing.join_all().await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    world.settle().await;
    let told = world.told().await;
    let requested =
        told.values().flatten().filter(|one| one.event.event_type().ends_with("PreviewRequested"));
    assert_eq!(requested.count(), 1);
}
