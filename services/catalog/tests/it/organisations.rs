//! Organisations.

use access::Role;
use catalog::organisation_id;
use tonic::Code;

use crate::world::World;

#[tokio::test]
async fn an_organisation_is_made_once() {
    let world = World::new();
    let org = world.system().ensure("acme").await.unwrap();
    assert_eq!(org, organisation_id("acme"));
    assert_eq!(world.system().ensure("acme").await, Ok(org));
    assert_eq!(world.types().await, ["OrganisationCreated"]);
    assert_ne!(world.system().ensure("other").await.unwrap(), org);
}

#[tokio::test]
async fn nobody_but_the_system_makes_one() {
    let world = World::new();
    let forbidden = Err((Code::PermissionDenied, "FORBIDDEN".to_owned()));
    assert_eq!(world.admin().ensure("mine").await, forbidden);
    let mut approver = world.person("acme", "bob", Role::Approver);
    approver.identity.token = None;
    assert_eq!(approver.ensure("mine").await, forbidden);
    let told = world.told().await;
    assert!(told.iter().all(|(org, _)| *org == organisation_id("acme")), "on the caller's own record");
    assert_eq!(world.types().await, ["CatalogRefused", "CatalogRefused"]);
}

#[tokio::test]
async fn a_name_can_be_shown() {
    let world = World::new();
    let long = "x".repeat(254);
    for name in ["", " ", "a\0b", &long] {
        let refused = world.system().ensure(name).await.unwrap_err();
        assert_eq!(refused, (Code::InvalidArgument, "REQUEST_INVALID".to_owned()), "{name:?}");
    }
}
