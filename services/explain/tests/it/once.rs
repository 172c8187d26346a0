//! A preview is phrased once, and the same facts are asked about once.

use events::EventBody as _;
use events::preview::ExplanationPhrased;
use ids::{BlobHash, output_event_id};
use service::Handler as _;

use crate::fake::{Does, Fake};
use crate::world::{ACME, OTHER, World, config, good};

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_told_of_once_however_often_it_comes() {
    let fake = Fake::start(vec![Does::Streams(good())]).await;
    let world = World::new(config(&fake.url));
    let message = world.preview(ACME, 1, "1.2.0").await;
    world.hear(&message).await;
    world.hear(&message).await;
    let world = world.restarted();
    world.hear(&message).await;
    let published = world.published().await;
    assert_eq!((published.len(), fake.seen().len()), (1, 1));
    let envelope = &published[0].envelope;
    assert_eq!(envelope.id, output_event_id(message.envelope.id, ExplanationPhrased::TYPE));
    assert_eq!(
        (envelope.sequence, envelope.org, envelope.correlation),
        (1, ACME, message.envelope.correlation)
    );
    assert_eq!(envelope.causation, Some(message.envelope.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_facts_are_asked_about_once_and_by_each_organisation_for_itself() {
    let fake = Fake::start(vec![Does::Streams(good())]).await;
    let world = World::new(config(&fake.url));
    let first = world.phrased(1).await;
    let second = world.phrased(2).await;
    assert_eq!((first.cached, second.cached, fake.seen().len()), (false, true, 1));
    assert_eq!((second.tries, second.tokens_in, second.cost_micros), (0, 0, 0));
    assert_eq!((first.phrased, first.answer_hash), (second.phrased, second.answer_hash));
    assert_eq!(first.answer_hash, Some(BlobHash::of(good().as_bytes())));
    // Another process has it from the ledger.
    let world = world.restarted();
    assert!(world.phrased(3).await.cached);
    // Other facts, and another organisation with the same.
    let other = world.preview(ACME, 4, "1.3.0").await;
    assert!(!world.hear(&other).await.cached);
    let others = world.preview(OTHER, 5, "1.2.0").await;
    assert!(!world.hear(&others).await.cached);
    assert_eq!(fake.seen().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_ask_is_not_asked_for() {
    let fake = Fake::start(vec![Does::Streams(good())]).await;
    let world = World::new(explain::Config { organisations: Some(vec![ACME]), ..config(&fake.url) });
    let others = world.preview(OTHER, 1, "1.2.0").await;
    world.phraser.handle(&others).await.unwrap();
    // Who turns a model on has not asked for what was long ago.
    let old = world.preview(ACME, 3, "1.2.0").await;
    world.later(60 * 60);
    world.phraser.handle(&old).await.unwrap();
    // Nothing is promoted: there is nothing to say.
    let nothing = world.preview(ACME, 2, "1.2.0").await;
    let events::Event::PreviewCompleted(completed) = nothing.event else { panic!("it is complete") };
    let completed =
        events::promotion::PreviewCompleted { obstacle: Some("NOTHING_TO_PROMOTE".to_owned()), ..completed };
    world.phraser.handle(&events::Message { event: completed.into(), ..nothing }).await.unwrap();
    assert_eq!((world.published().await.len(), fake.seen().len()), (0, 0));
}
