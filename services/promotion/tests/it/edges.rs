//! Several promotions over one edge.

use promotion::domain::Status;

use crate::calls::shop;
use crate::world::World;

#[tokio::test]
async fn a_newer_request_takes_the_place_of_an_older_one() {
    let world = World::with_shop();
    let older = world.previewed().await;
    let newer = world.previewed().await;
    let shown = world.requester("ana").get(older).await.unwrap();
    assert_eq!(shown.status, "superseded");
    assert_eq!(shown.message, Some(format!("ana asked for {newer}, which took its place")));
    assert_eq!(world.requester("ana").get(newer).await.unwrap().status, "preview");
}

/// Partitions are handled in any order among one another.
#[tokio::test]
async fn the_older_gives_way_whichever_is_heard_of_first() {
    let world = World::with_shop();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(world.requester("ana").request(shop()).await.unwrap());
    }
    let mut messages = world.publish().await.unwrap();
    messages.rotate_right(1);
    for message in &messages {
        world.hear(message).await.unwrap();
    }
    world.settle().await;
    let mut statuses = Vec::new();
    for id in ids {
        statuses.push(world.promotion(id).await.status);
    }
    assert_eq!(statuses, [Status::Superseded, Status::Superseded, Status::Requested]);
}

#[tokio::test]
async fn what_is_approved_goes_on_beside_a_newer_one() {
    let world = World::with_shop();
    let older = world.approved().await;
    let newer = world.previewed().await;
    assert_eq!(world.promotion(older).await.status, Status::Approved);
    assert_eq!(world.promotion(newer).await.status, Status::Preview);
    world.pushed(older).await;
    world.merged(older).await;
    assert_eq!(world.promotion(older).await.status, Status::Merged);
    assert_eq!(world.promotion(newer).await.status, Status::Preview);
}

#[tokio::test]
async fn other_edges_are_others() {
    let world = World::with_shop();
    let there = world.previewed().await;
    let back = protos::promotion::RequestPreviewRequest {
        from: "production".to_owned(),
        to: "staging".to_owned(),
        ..shop()
    };
    world.requester("ana").request(back).await.unwrap();
    world.settle().await;
    assert_eq!(world.promotion(there).await.status, Status::Preview);
}
