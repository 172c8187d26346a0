//! Events that come twice, or late, or after a crash.

use events::Event;
use ids::PromotionId;
use service::Handler;

use crate::calls::shop;
use crate::world::World;

async fn whole(world: &World) -> PromotionId {
    let id = world.approved().await;
    world.pushed(id).await;
    world.merged(id).await;
    id
}

#[tokio::test]
async fn what_is_delivered_twice_is_done_once() {
    let once = World::with_shop();
    let expected = (once.types(whole(&once).await).await, once.told().await.len());
    let twice = World::with_shop().delivering(2);
    let id = whole(&twice).await;
    assert_eq!((twice.types(id).await, twice.told().await.len()), expected);
}

#[tokio::test]
async fn everything_again_from_the_beginning_changes_nothing() {
    let world = World::with_shop();
    whole(&world).await;
    let all = world.published.lock().await.clone();
    for message in &all {
        world.reactor.handle(message).await.unwrap();
    }
    assert!(world.publish().await.is_none());
}

#[tokio::test]
async fn what_was_committed_is_published_after_a_crash() {
    let world = World::with_shop();
    let id = world.requester("ana").request(shop()).await.unwrap();
    // Committed, and nobody has published it yet.
    let world = world.restarted();
    world.settle().await;
    world.approver("bob").approve(id).await.unwrap();
    let world = world.restarted();
    world.settle().await;
    let expected = ["PreviewRequested", "PreviewCompleted", "ApprovalGiven", "PromotionApproved"];
    assert_eq!(world.types(id).await, expected);
}

#[tokio::test]
async fn a_publication_that_is_not_marked_comes_again_and_is_dropped() {
    let world = World::with_shop();
    let id = world.requester("ana").request(shop()).await.unwrap();
    let first = world.publish().await.unwrap();
    world.hear(&first[0]).await.unwrap();
    // The relay died between its append and its mark: another one appends the same again.
    world.hear(&first[0]).await.unwrap();
    let explained = explained(&world, id).await;
    world.hear(&explained).await.unwrap();
    world.hear(&explained).await.unwrap();
    world.settle().await;
    assert_eq!(world.types(id).await, ["PreviewRequested", "PreviewCompleted"]);
}

async fn explained(world: &World, id: PromotionId) -> events::Message {
    let requested = world.told().await[&id.to_string()][0].clone();
    let chain = crate::chain::Chain { parts: world.parts.clone(), repositories: world.repositories.clone() };
    chain.answer(&requested).await.unwrap()
}

#[tokio::test]
async fn a_preview_that_cannot_be_made_ends_the_promotion() {
    let world = World::new();
    let broken = "        image: twice\n";
    world.push(&crate::world::Files { production: broken, ..Default::default() });
    let id = world.previewed().await;
    let shown = world.requester("ana").get(id).await.unwrap();
    assert_eq!((shown.status.as_str(), shown.code.as_deref()), ("failed", Some("MANIFEST_DUPLICATE_KEY")));
}

#[tokio::test]
async fn a_blob_that_is_missing_is_the_events_fault_and_the_promotion_waits() {
    let world = World::with_shop();
    let id = world.requester("ana").request(shop()).await.unwrap();
    let first = world.publish().await.unwrap();
    world.hear(&first[0]).await.unwrap();
    let mut explained = explained(&world, id).await;
    let Event::PreviewExplained(event) = &mut explained.event else { panic!() };
    event.compared.plan = ids::BlobHash::of(b"nothing");
    let failure = world.hear(&explained).await.unwrap_err();
    assert_eq!(failure.code(), "BLOB_MISSING");
    assert!(matches!(failure, service::Failure::Unhandled { .. }));
    assert_eq!(world.requester("ana").get(id).await.unwrap().status, "requested");
}

#[tokio::test]
async fn what_is_about_no_promotion_of_the_organisation_changes_nothing() {
    let world = World::with_shop();
    let id = world.approved().await;
    let seen = events::gitops::MergeSeen {
        promotion_id: id,
        commit: "m".to_owned(),
        how: "trailer".to_owned(),
        incomplete: Vec::new(),
    };
    let mut message = world.of_git(id, seen);
    message.envelope.org = crate::world::OTHER;
    world.hear(&message).await.unwrap();
    assert!(world.publish().await.is_none());
}
