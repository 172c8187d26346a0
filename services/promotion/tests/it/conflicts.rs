//! The target moves under an approved plan.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use events::{Event, Message};
use ids::PromotionId;
use promotion::Reactor;
use promotion::domain::Status;
use promotion::resolve::Resolver;
use repositories::{Head, Repositories, RepositoryError};
use service::Handler as _;
use tokio::time::Instant;

use crate::world::{ACME, Files, SHOP, World};

#[tokio::test]
async fn an_equal_plan_carries_the_approval() {
    let world = World::with_shop();
    let id = world.approved().await;
    let old = world.promotion(id).await.approved.unwrap();
    // Another file of the target's says the same in other words.
    let head = world.push(&Files { production: "# a comment\n", ..Files::default() });
    world.conflict(id, &head).await;
    let promotion = world.promotion(id).await;
    let new = promotion.approved.unwrap();
    assert_eq!((promotion.status, new.target_commit), (Status::Approved, head));
    assert_ne!(new.preview_hash, old.preview_hash);
    assert_eq!(new.approvers, ["bob"]);
    let types = world.types(id).await;
    assert_eq!(types[4..], ["ReplanRequested", "PreviewCompleted", "ApprovalCarried"]);
    world.pushed(id).await;
    assert_eq!(world.promotion(id).await.status, Status::Open);
}

#[tokio::test]
async fn a_different_plan_ends_the_approval_with_the_reason() {
    let world = World::with_shop();
    let id = world.approved().await;
    let head = world.push(&Files { production_image: "1.1.1", ..Files::default() });
    world.conflict(id, &head).await;
    let promotion = world.promotion(id).await;
    assert_eq!(promotion.status, Status::Stale);
    let reason = promotion.end.unwrap().message;
    assert!(reason.contains("Deployment/web:spec.template.spec.containers[name=web].image"), "{reason}");
}

#[tokio::test]
async fn the_rules_may_move_too() {
    let world = World::with_shop();
    let id = world.approved().await;
    let head = world.push(&Files { rules: "approvals: 2", ..Files::default() });
    world.conflict(id, &head).await;
    let promotion = world.promotion(id).await;
    assert_eq!(promotion.status, Status::Stale);
    assert_eq!(promotion.end.unwrap().message, "the application asks for 2 approvals now, and there are 1");
}

#[tokio::test]
async fn what_cannot_be_planned_any_more_says_why() {
    let world = World::with_shop();
    let id = world.approved().await;
    let head = world.push(&Files { rules: "aprovals: 2", ..Files::default() });
    world.conflict(id, &head).await;
    let reason = world.promotion(id).await.end.unwrap().message;
    assert!(reason.contains("aprovals"), "{reason}");

    let world = World::with_shop();
    let id = world.approved().await;
    world.catalog.remove(ACME, SHOP);
    let head = world.push(&Files::default());
    world.conflict(id, &head).await;
    assert_eq!(world.promotion(id).await.end.unwrap().message, format!("there is no application {SHOP}"));
}

/// That the target has moved, as the log has it.
async fn moved(world: &World, id: PromotionId) -> Message {
    let head = world.push(&Files { production: "# a comment\n", ..Files::default() });
    let preview_hash = world.promotion(id).await.approved.unwrap().preview_hash;
    let moved = vec!["overlays/production/web.yaml".to_owned()];
    world.of_git(id, events::gitops::ConflictDetected { promotion_id: id, preview_hash, head, moved })
}

#[tokio::test(start_paused = true)]
async fn a_host_that_stays_away_keeps_nobody_else_waiting() {
    let world = World::with_shop();
    let id = world.approved().await;
    let message = moved(&world, id).await;
    world.repositories.set_away(crate::world::REPOSITORY, true);
    let began = Instant::now();
    world.hear(&message).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    world.settle().await;
    assert_eq!(world.promotion(id).await.status, Status::Stale);
}

/// Git hosts that take questions and never answer.
#[derive(Default)]
struct Silent {
    asked: AtomicU32,
}

impl Silent {
    async fn wait<T>(&self) -> T {
        self.asked.fetch_add(1, Ordering::SeqCst);
        pending().await
    }
}

#[async_trait]
impl Repositories for Silent {
    fn check(&self, _: &str) -> Result<(), RepositoryError> {
        Ok(())
    }

    async fn head(&self, _: &str) -> Result<Head, RepositoryError> {
        self.wait().await
    }

    async fn commit(&self, _: &str, _: &str) -> Result<String, RepositoryError> {
        self.wait().await
    }

    async fn file(&self, _: &str, _: &str, _: &str) -> Result<Option<Vec<u8>>, RepositoryError> {
        self.wait().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_answers_is_asked_once_and_left_after_some_seconds() {
    let world = World::with_shop();
    let id = world.approved().await;
    let message = moved(&world, id).await;
    let silent = Arc::new(Silent::default());
    let repositories: Arc<dyn Repositories> = Arc::<Silent>::clone(&silent);
    let reactor = Reactor::new(Resolver { repositories, ..world.resolver() });
    let began = Instant::now();
    reactor.handle(&message).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(11), "{:?}", began.elapsed());
    assert_eq!(silent.asked.load(Ordering::SeqCst), 1);
    world.settle().await;
    let promotion = world.promotion(id).await;
    let reason = promotion.end.unwrap().message;
    assert_eq!(promotion.status, Status::Stale);
    assert!(reason.ends_with("has not answered within 10 s"), "{reason}");
}

#[tokio::test]
async fn the_source_and_the_prices_stay_when_the_plan_is_made_again() {
    let world = World::with_shop();
    let id = world.approved().await;
    let head = world.push(&Files { image: "9.9.9", ..Files::default() });
    world.conflict(id, &head).await;
    let told = world.told().await;
    let events = || told[&id.to_string()].iter().map(|message| &message.event);
    let first = events().find_map(|event| match event {
        Event::PreviewRequested(event) => Some(&event.inputs),
        _ => None,
    });
    let again = events().find_map(|event| match event {
        Event::ReplanRequested(event) => Some(&event.inputs),
        _ => None,
    });
    let (first, again) = (first.unwrap(), again.unwrap());
    assert_eq!((&first.source_commit, first.price_book), (&again.source_commit, again.price_book));
    assert_eq!(again.target_commit, head);
    assert_eq!(world.promotion(id).await.status, Status::Approved);
}
