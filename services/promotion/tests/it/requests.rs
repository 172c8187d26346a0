//! Requests for previews.

use events::promotion::PreviewRequested;
use events::{Event, plan::Side};
use protos::promotion::RequestPreviewRequest;
use tonic::Code;

use crate::calls::shop;
use crate::world::{ACME, Files, REPOSITORY, SHOP, World, document, registered};

async fn requested(world: &World, request: RequestPreviewRequest) -> PreviewRequested {
    let id = world.requester("ana").request(request).await.unwrap();
    world.settle().await;
    let Event::PreviewRequested(event) = world.told().await[&id.to_string()][0].event.clone() else {
        panic!()
    };
    event
}

#[tokio::test]
async fn names_become_what_does_not_change() {
    let world = World::new();
    let first = world.push(&Files::default());
    let head = world.push(&Files { image: "1.3.0", ..Files::default() });
    let event =
        requested(&world, RequestPreviewRequest { source_revision: Some(first.clone()), ..shop() }).await;
    assert_eq!(event.inputs.source_commit, first);
    assert_eq!((event.inputs.target_commit, event.inputs.target_branch.as_str()), (head, "main"));
    assert_eq!((event.inputs.application_id, event.inputs.repository.as_str()), (SHOP, REPOSITORY));
    let production = Side {
        environment: "production".to_owned(),
        path: "overlays/production".to_owned(),
        namespace: Some("shop-prod".to_owned()),
        cluster: None,
    };
    assert_eq!(event.inputs.to, production);
    assert_eq!((event.requested_by.as_str(), event.inputs.base), ("ana", None));
}

/// The rules that hold are those on the target's branch: a revision cannot bring its own.
#[tokio::test]
async fn the_policy_is_the_targets_and_not_that_of_what_is_promoted() {
    let world = World::new();
    let lax = world.push(&Files { rules: "approvals: 1, selfApproval: true", ..Files::default() });
    world.push(&Files { rules: "approvals: 2", ..Files::default() });
    let request = RequestPreviewRequest { source_revision: Some(lax), ..shop() };
    let id = world.requester("ana").request(request).await.unwrap();
    world.settle().await;
    assert_eq!(world.requester("ana").get(id).await.unwrap().approvals_needed, 2);
    let refused = world.approver("ana").approve(id).await.unwrap_err();
    assert_eq!(refused, (Code::PermissionDenied, "SELF_APPROVAL".to_owned()));
}

#[tokio::test]
async fn an_application_that_was_given_has_the_policy_that_was_given() {
    let world = World::with_shop();
    let given = document("approvals: 4");
    world.catalog.put(ACME, promotion::catalog::Registered { path: None, document: given, ..registered() });
    let id = world.previewed().await;
    assert_eq!(world.requester("ana").get(id).await.unwrap().approvals_needed, 4);
}

#[tokio::test]
async fn no_approval_at_all_still_means_somebodys() {
    let world = World::new();
    world.push(&Files { rules: "approvals: 0", ..Files::default() });
    let id = world.previewed().await;
    let shown = world.requester("ana").get(id).await.unwrap();
    assert_eq!((shown.status.as_str(), shown.approvals_needed), ("preview", 1));
}

#[tokio::test]
async fn the_paths_of_a_document_are_relative_to_it() {
    let world = World::new();
    let web = crate::world::web("shop-prod", "1.2.0", 1, "");
    let files = ["staging", "production"].map(|name| format!("deploy/overlays/{name}/web.yaml"));
    let text = document("approvals: 1");
    world
        .repositories
        .push(REPOSITORY, [("deploy/plimsoll.yaml", text.as_str()), (&files[0], &web), (&files[1], &web)]);
    let path = Some("deploy/plimsoll.yaml".to_owned());
    world.catalog.put(ACME, promotion::catalog::Registered { path, ..registered() });
    let event = requested(&world, shop()).await;
    assert_eq!(event.inputs.from.path, "deploy/overlays/staging");
}

#[tokio::test]
async fn the_same_key_is_answered_the_same_and_refused_for_something_else() {
    let world = World::with_shop();
    let of = |request: RequestPreviewRequest| RequestPreviewRequest {
        idempotency_key: Some("k1".to_owned()),
        ..request
    };
    let first = world.requester("ana").request(of(shop())).await.unwrap();
    assert_eq!(world.requester("ana").request(of(shop())).await, Ok(first));
    // Even when it could not be resolved any more.
    world.repositories.set_away(REPOSITORY, true);
    assert_eq!(world.requester("ana").request(of(shop())).await, Ok(first));
    world.repositories.set_away(REPOSITORY, false);
    let other = RequestPreviewRequest { skip: vec!["Deployment/web:spec".to_owned()], ..shop() };
    let refused = world.requester("ana").request(of(other)).await.unwrap_err();
    assert_eq!(refused, (Code::FailedPrecondition, "IDEMPOTENCY_KEY_REUSED".to_owned()));
    // Another person's key is another key.
    assert_ne!(world.requester("eve").request(of(shop())).await.unwrap(), first);
}

#[tokio::test]
async fn a_host_that_is_away_makes_no_promotion() {
    let world = World::with_shop();
    world.repositories.set_away(REPOSITORY, true);
    let refused = world.requester("ana").request(shop()).await.unwrap_err();
    assert_eq!(refused, (Code::Unavailable, "GIT_UNREACHABLE".to_owned()));
    world.settle().await;
    assert!(world.told().await.is_empty(), "what is away refuses nobody");
}
