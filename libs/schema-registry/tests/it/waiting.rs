//! What a member of a group makes of a number that it does not know, while the registry is away or slow.

use std::time::Duration;

use event_log::{Delivered, EventLog as _, LogError, Subscription};
use events::decode;
use tokio::time::timeout;

use crate::fake::Mood;
use crate::scene::{OTHER, Scene, message, message_in, scene, with_number};

/// A consumer does something else between, as one does at each tick of its own.
const MOMENT: Duration = Duration::from_millis(20);

/// What comes in some of these moments.
async fn within(consumer: &mut dyn Subscription, moments: u32) -> Vec<(u32, u64)> {
    for _ in 0..moments {
        if let Ok(delivered) = timeout(MOMENT, consumer.next(10)).await {
            return delivered.unwrap().iter().map(seen).collect();
        }
    }
    Vec::new()
}

/// Its partition and sequence.
fn seen(delivered: &Delivered) -> (u32, u64) {
    let message = decode(&delivered.record).unwrap();
    (delivered.position.partition.partition, message.envelope.sequence)
}

async fn until_held_up(consumer: &mut dyn Subscription, why: &str) -> LogError {
    for _ in 0..LONG {
        assert_eq!(within(consumer, 1).await, []);
        if let Some(trouble) = consumer.held_up().filter(|trouble| trouble.to_string().contains(why)) {
            return trouble;
        }
    }
    panic!("nothing is held up");
}

/// So many moments that nobody waits for their end.
const LONG: u32 = 3000;

#[tokio::test]
async fn who_asks_anew_every_moment_gets_on_though_the_registry_is_slow() {
    let scene = scene().await;
    scene.has_another_number();
    scene.raw.append(&scene.topic, &[with_number(OTHER, 1)]).await.unwrap();
    let mut consumer = scene.subscribe().await;
    scene.fake.is(Mood::Late(10 * MOMENT));
    assert_eq!(within(&mut *consumer, LONG).await, [(0, 1)]);
    assert_eq!(scene.asked_for(OTHER), 1);
}

#[tokio::test]
async fn who_asks_anew_every_moment_gets_on_when_the_registry_is_back() {
    let scene = scene().await;
    scene.has_another_number();
    scene.raw.append(&scene.topic, &[with_number(OTHER, 1)]).await.unwrap();
    let mut consumer = scene.subscribe().await;
    for (mood, why) in [(Mood::Down, "reached"), (Mood::Says(404, "", "default backend".to_owned()), "404")] {
        scene.fake.is(mood);
        let trouble = until_held_up(&mut *consumer, why).await;
        assert_eq!(trouble.code(), "REGISTRY_UNAVAILABLE");
        assert!(trouble.is_transient(), "nobody has to start anything again");
    }
    scene.fake.is(Mood::Well);
    assert_eq!(within(&mut *consumer, LONG).await, [(0, 1)]);
    assert_eq!(consumer.held_up(), None);
}

#[tokio::test]
async fn a_number_that_is_not_known_holds_up_its_own_partition_and_nothing_before_it() {
    let scene = scene().await;
    scene.has_another_number();
    let mut consumer = scene.subscribe().await;
    scene.fake.is(Mood::Down);
    scene.append(&message(1)).await;
    scene.raw.append(&scene.topic, &[with_number(OTHER, 2)]).await.unwrap();
    scene.append(&message(3)).await;
    scene.append(&message_in(1, 1)).await;
    let mut first = within(&mut *consumer, LONG).await;
    first.extend(within(&mut *consumer, 3).await);
    first.sort_unstable();
    assert_eq!(first, [(0, 1), (1, 1)]);
    let trouble = until_held_up(&mut *consumer, "reached").await;
    assert_eq!(trouble.code(), "REGISTRY_UNAVAILABLE");
    for sequence in [2, 3] {
        scene.append(&message_in(1, sequence)).await;
        assert_eq!(within(&mut *consumer, LONG).await, [(1, sequence)]);
        assert!(consumer.held_up().is_some(), "what other partitions have does not change it");
    }
    // Neither who stops and goes on nor who commits gets at what is held.
    consumer.pause(&[scene.partition()]);
    consumer.resume(&[scene.partition()]);
    consumer.commit(&scene.partition(), 1).await.unwrap();
    scene.append(&message(4)).await;
    assert_eq!(within(&mut *consumer, 3).await, []);
    scene.fake.is(Mood::Well);
    let mut rest = Vec::new();
    while rest.len() < 3 {
        rest.extend(within(&mut *consumer, LONG).await);
    }
    assert_eq!(rest, [(0, 2), (0, 3), (0, 4)]);
    assert_eq!(consumer.held_up(), None);
    consumer.commit(&scene.partition(), 4).await.unwrap();
}

#[tokio::test]
async fn what_is_held_is_given_when_the_caller_wants_it() {
    let scene = scene().await;
    scene.has_another_number();
    let mut consumer = scene.subscribe().await;
    scene.fake.is(Mood::Down);
    scene.append(&message(1)).await;
    scene.raw.append(&scene.topic, &[with_number(OTHER, 2)]).await.unwrap();
    assert_eq!(within(&mut *consumer, LONG).await, [(0, 1)]);
    until_held_up(&mut *consumer, "reached").await;
    consumer.pause(&[scene.partition()]);
    scene.fake.is(Mood::Well);
    // Longer than the pause between two calls.
    assert_eq!(within(&mut *consumer, 100).await, []);
    consumer.resume(&[scene.partition()]);
    assert_eq!(within(&mut *consumer, LONG).await, [(0, 2)]);
    assert_eq!(within(&mut *consumer, 3).await, []);
}

/// Another member has handled it.
#[tokio::test]
async fn what_was_held_of_a_partition_that_went_is_dropped() {
    let scene = scene().await;
    scene.has_another_number();
    scene.raw.append(&scene.topic, &[with_number(OTHER, 1)]).await.unwrap();
    let mut consumer = scene.subscribe().await;
    scene.fake.is(Mood::Down);
    until_held_up(&mut *consumer, "reached").await;
    scene.raw.disconnect();
    let mut other =
        scene.raw.client().subscribe(&Scene::group(), std::slice::from_ref(&scene.topic)).await.unwrap();
    let taken = timeout(LONG * MOMENT, other.next(10)).await.unwrap().unwrap();
    assert_eq!(taken[0].position.partition, scene.partition());
    other.commit(&scene.partition(), 1).await.unwrap();
    scene.raw.reconnect();
    scene.fake.is(Mood::Well);
    for _ in 0..100 {
        if let Ok(Ok(delivered)) = timeout(MOMENT, consumer.next(10)).await {
            panic!("{delivered:?}");
        }
    }
    assert_eq!(consumer.held_up(), None);
}
