//! Waivers.

use access::Role;
use events::Event;
use protos::catalog as proto;
use tonic::Code;

use crate::world::{Refused, World, given};

fn asked(world: &World, days: i64) -> proto::GrantWaiverRequest {
    let day = (world.parts.clock.now() + time::Duration::days(days)).date();
    proto::GrantWaiverRequest {
        application: "shop".to_owned(),
        environment: Some("production".to_owned()),
        rule: "kube-linter/latest-tag".to_owned(),
        place: "Deployment/*:spec.template".to_owned(),
        reason: "known".to_owned(),
        until: day.to_string(),
        idempotency_key: Some("k".to_owned()),
    }
}

fn refusal(code: Code, name: &str) -> Option<Refused> {
    Some((code, name.to_owned()))
}

#[tokio::test]
async fn who_approves_grants_and_revokes() {
    let world = World::new();
    world.admin().register(given("shop")).await.unwrap();
    let bob = world.person("acme", "bob", Role::Approver);
    let alice = world.person("acme", "alice", Role::Requester);
    let forbidden = refusal(Code::PermissionDenied, "FORBIDDEN");
    assert_eq!(alice.grant(asked(&world, 1)).await.err(), forbidden);
    let granted = bob.grant(asked(&world, 90)).await.unwrap();
    assert_eq!((granted.who.as_str(), granted.application.as_str()), ("bob", "shop"));
    // The same call makes the same one.
    assert_eq!(bob.grant(asked(&world, 90)).await.unwrap(), granted);
    assert_eq!(alice.waivers("shop").await.unwrap(), std::slice::from_ref(&granted));
    assert_eq!(alice.revoke(&granted.waiver_id).await.err(), forbidden);
    bob.revoke(&granted.waiver_id).await.unwrap();
    let unknown = refusal(Code::NotFound, "WAIVER_NOT_FOUND");
    assert_eq!(bob.revoke(&granted.waiver_id).await.err(), unknown);
    assert_eq!(bob.revoke("none").await.err(), unknown);
    assert_eq!(alice.waivers("shop").await.unwrap(), []);
    let told = world.told().await;
    let granted: Vec<&Event> = told
        .iter()
        .map(|(_, event)| event)
        .filter(|event| matches!(event, Event::WaiverGranted(_)))
        .collect();
    assert_eq!(granted.len(), 1);
}

#[tokio::test]
async fn another_organisation_sees_none_of_them() {
    let world = World::new();
    world.admin().register(given("shop")).await.unwrap();
    let granted = world.admin().grant(asked(&world, 1)).await.unwrap();
    let other = world.person("other", "eve", Role::Admin);
    assert_eq!(other.revoke(&granted.waiver_id).await.err(), refusal(Code::NotFound, "WAIVER_NOT_FOUND"));
    assert_eq!(other.waivers("shop").await.err(), refusal(Code::NotFound, "APPLICATION_NOT_FOUND"));
}

#[tokio::test]
async fn a_waiver_that_is_none_is_refused_for_the_record() {
    let world = World::new();
    world.admin().register(given("shop")).await.unwrap();
    let invalid = |change: fn(&mut proto::GrantWaiverRequest)| {
        let mut asked = proto::GrantWaiverRequest { idempotency_key: None, ..asked(&world, 1) };
        change(&mut asked);
        let admin = world.admin();
        async move { admin.grant(asked).await.err() }
    };
    let wrong = refusal(Code::InvalidArgument, "WAIVER_INVALID");
    assert_eq!(invalid(|asked| asked.rule = "latest".to_owned()).await, wrong);
    assert_eq!(invalid(|asked| asked.place = "Deployment/".to_owned()).await, wrong);
    assert_eq!(invalid(|asked| asked.reason = "a\nb".to_owned()).await, wrong);
    assert_eq!(invalid(|asked| asked.reason = "login is ana, password=hunter2".to_owned()).await, wrong);
    assert_eq!(invalid(|asked| asked.until = "2026-02-30".to_owned()).await, wrong);
    let too_long = world.admin().grant(asked(&world, 91)).await.err();
    assert_eq!(too_long, refusal(Code::InvalidArgument, "WAIVER_TOO_LONG"));
    let refused = world.types().await.iter().filter(|name| **name == "CatalogRefused").count();
    assert_eq!(refused, 6);
}
