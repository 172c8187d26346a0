//! From a request to a merge, and to what the next plan compares with.

use events::Event;
use events::plan::{Base, Held};

use crate::calls::shop;
use crate::world::{Files, World};

#[tokio::test]
async fn a_request_becomes_a_merge_and_the_base_of_the_next() {
    let world = World::new();
    let head = world.push(&Files::default());
    let id = world.previewed().await;
    let shown = world.requester("ana").get(id).await.unwrap();
    assert_eq!((shown.status.as_str(), shown.approvals_needed), ("preview", 1));
    assert_eq!(shown.preview_hash.len(), 64);

    let shown = world.approver("bob").approve(id).await.unwrap();
    assert_eq!((shown.status.as_str(), shown.approvals_given), ("approved", 1));
    world.settle().await;
    world.pushed(id).await;
    let shown = world.requester("ana").get(id).await.unwrap();
    assert_eq!((shown.status.as_str(), shown.branch), ("open", Some(format!("plimsoll/{id}"))));
    world.merged(id).await;
    assert_eq!(world.requester("ana").get(id).await.unwrap().status, "merged");

    let expected = [
        "PreviewRequested",
        "PreviewCompleted",
        "ApprovalGiven",
        "PromotionApproved",
        "PromotionOpened",
        "PromotionMerged",
    ];
    assert_eq!(world.types(id).await, expected);
    let told = world.told().await;
    let base = told.values().flatten().find_map(|message| match &message.event {
        Event::BaseAdvanced(advanced) => Some(advanced.base.clone()),
        _ => None,
    });
    // Nobody has decided about the number of replicas, and no promotion before says what staging had.
    let place = "Deployment.apps/shop-prod/web:spec.replicas".to_owned();
    assert_eq!(base, Some(Base { commit: head.clone(), held: vec![Held { place, commit: None }] }));

    world.push(&Files { image: "1.3.0", production_image: "1.2.0", ..Files::default() });
    let next = world.previewed().await;
    assert_eq!(world.promotion(next).await.inputs.base.unwrap().commit, head);
}

#[tokio::test]
async fn what_was_declined_is_held_at_what_counted_before() {
    let world = World::with_shop();
    let first = world.approved().await;
    world.pushed(first).await;
    world.merged(first).await;

    // The source changes the image and adds an argument; the argument is declined.
    let args = "        args: [--fast]\n";
    let second =
        world.push(&Files { image: "1.3.0", staging: args, production_image: "1.2.0", ..Files::default() });
    let skip = vec!["Deployment/web:spec.template.spec.containers[name=web].args".to_owned()];
    let request = protos::promotion::RequestPreviewRequest { skip: skip.clone(), ..shop() };
    let id = world.requester("ana").request(request).await.unwrap();
    world.settle().await;
    let promotion = world.promotion(id).await;
    let base = promotion.inputs.base.clone().unwrap();
    world.approver("bob").approve(id).await.unwrap();
    world.settle().await;
    world.pushed(id).await;
    world.merged(id).await;

    let next = world.previewed().await;
    let after = world.promotion(next).await.inputs.base.unwrap();
    assert_eq!(after.commit, second);
    let held: Vec<(&str, Option<&str>)> =
        after.held.iter().map(|held| (held.place.as_str(), held.commit.as_deref())).collect();
    let args = "Deployment.apps/shop-prod/web:spec.template.spec.containers[name=web].args";
    let replicas = "Deployment.apps/shop-prod/web:spec.replicas";
    assert_eq!(held, [(replicas, None), (args, Some(base.commit.as_str()))]);
}

#[tokio::test]
async fn events_say_what_they_follow_from() {
    let world = World::with_shop();
    let id = world.approved().await;
    let told = world.told().await;
    let [requested, completed, given, approved] = told[&id.to_string()].as_slice() else { panic!() };
    assert!([requested, completed, given, approved].iter().all(|one| one.envelope.correlation == id.uuid()));
    let published = world.published.lock().await;
    let explained = published.iter().find(|one| matches!(one.event, Event::PreviewExplained(_))).unwrap();
    assert_eq!(completed.envelope.causation, Some(explained.envelope.id));
    assert_eq!((requested.envelope.causation, given.envelope.causation), (None, None));
    let Event::PromotionApproved(event) = &approved.event else { panic!() };
    assert_eq!(event.approved.approvers, ["bob"]);
    assert_eq!(event.approved.requested_by, "ana");
}
