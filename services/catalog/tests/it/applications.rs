//! Applications.

use access::Role;
use events::Event;
use events::catalog::ApplicationRegistered;
use tonic::Code;

use crate::world::{REPOSITORY, World, document, file, given};

async fn only_registered(world: &World) -> ApplicationRegistered {
    let told = world.told().await;
    let [(_, Event::ApplicationRegistered(event))] = told.as_slice() else { panic!("{told:?}") };
    event.clone()
}

fn error<T>(code: Code, ours: &str) -> Result<T, (Code, String)> {
    Err((code, ours.to_owned()))
}

#[tokio::test]
async fn a_document_that_was_given_is_kept_as_canonical_json() {
    let world = World::new();
    let shop = world.admin().register(given("shop")).await.unwrap();
    assert_eq!((shop.name.as_str(), shop.repository.as_str(), shop.path), ("shop", REPOSITORY, None));
    let kept: serde_json::Value = serde_json::from_str(&shop.document).unwrap();
    assert_eq!(kept["spec"]["environments"][0]["path"], "overlays/staging");
    let event = only_registered(&world).await;
    assert_eq!(event.document, Some(ids::BlobHash::of(shop.document.as_bytes())));
    assert_eq!((event.environments[0].cluster.as_deref(), event.by.as_str()), (Some("eu"), "ada"));
    assert_eq!(world.admin().get("shop").await.unwrap().application_id, shop.application_id);
    assert_eq!(world.admin().get(&shop.application_id).await.unwrap().document, shop.document);
}

#[tokio::test]
async fn a_document_of_a_repository_is_read_where_it_lies() {
    let world = World::new();
    // Under which name others reach the repository is their matter.
    let text = document("shop", "https://elsewhere.example/x.git");
    world.repositories.push(REPOSITORY, [("deploy/plimsoll.yaml", text.as_str())]);
    let shop = world.admin().register(file("deploy/plimsoll.yaml")).await.unwrap();
    assert_eq!((shop.repository.as_str(), shop.path.as_deref()), (REPOSITORY, Some("deploy/plimsoll.yaml")));
    let event = only_registered(&world).await;
    assert_eq!((event.document, event.environments[0].path.as_str()), (None, "deploy/overlays/staging"));
    assert!(shop.document.contains("overlays/staging"));
}

#[tokio::test]
async fn what_cannot_be_an_application_is_refused_and_recorded() {
    let world = World::new();
    let admin = world.admin();
    let with_secret = document("shop", "https://ana:s3cret@git.example/shop.git");
    let without_repository = document("shop", "null").replace("source: {repo: null}", "source: {}");
    let source = protos::catalog::application_source::Source::Document;
    world.repositories.push(REPOSITORY, [("README.md", "")]);
    for (given, code) in [
        (source("kind: Application".to_owned()), "APPLICATION_INVALID"),
        (source(without_repository), "APPLICATION_INVALID"),
        (source(document("\"a\\0b\"", REPOSITORY)), "APPLICATION_INVALID"),
        (source(with_secret), "GIT_URL_REFUSED"),
        (file("plimsoll.yaml"), "APPLICATION_FILE_MISSING"),
    ] {
        assert_eq!(admin.register(given).await, error(Code::InvalidArgument, code));
        let told = world.told().await;
        let Some((_, Event::CatalogRefused(refused))) = told.last() else { panic!("{told:?}") };
        assert_eq!((refused.command.as_str(), refused.code.as_str()), ("register_application", code));
        assert!(!refused.message.contains("s3cret"));
    }
    assert_eq!(world.types().await.len(), 5);
    world.repositories.set_away(REPOSITORY, true);
    assert_eq!(admin.register(file("x")).await, error(Code::Unavailable, "GIT_UNREACHABLE"));
    assert_eq!(world.types().await.len(), 5, "what is away refuses nobody");
}

#[tokio::test]
async fn a_name_belongs_to_one_application_and_can_be_given_away() {
    let world = World::new();
    let admin = world.admin();
    let shop = admin.register(given("shop")).await.unwrap();
    assert_eq!(admin.register(given("shop")).await, error(Code::AlreadyExists, "APPLICATION_EXISTS"));
    let blog = admin.register(given("blog")).await.unwrap();
    let taken = admin.update(&blog.application_id, given("shop")).await;
    assert_eq!(taken, error(Code::AlreadyExists, "APPLICATION_EXISTS"));
    admin.update(&shop.application_id, given("store")).await.unwrap();
    admin.update(&blog.application_id, given("shop")).await.unwrap();
    assert_eq!(admin.list().await, ["shop", "store"]);
    admin.remove(&shop.application_id).await.unwrap();
    assert_eq!(admin.list().await, ["shop"]);
    let unknown = error(Code::NotFound, "APPLICATION_NOT_FOUND");
    assert_eq!(admin.get("store").await, unknown);
    assert_eq!(admin.update(&shop.application_id, given("store")).await, unknown);
    assert_eq!(admin.remove("none").await, Err((Code::NotFound, "APPLICATION_NOT_FOUND".to_owned())));
}

#[tokio::test]
async fn what_is_the_same_is_no_change() {
    let world = World::new();
    let shop = world.admin().register(given("shop")).await.unwrap();
    world.admin().update(&shop.application_id, given("shop")).await.unwrap();
    assert_eq!(world.types().await, ["ApplicationRegistered"]);
}

#[tokio::test]
async fn only_admins_say_what_there_is() {
    let world = World::new();
    for role in [Role::Requester, Role::Approver] {
        let person = world.person("acme", "bob", role);
        assert_eq!(person.register(given("shop")).await, error(Code::PermissionDenied, "FORBIDDEN"));
        // Nothing is read on behalf of somebody who may not.
        assert_eq!(person.register(file("x")).await, error(Code::PermissionDenied, "FORBIDDEN"));
        assert_eq!(person.list().await, Vec::<String>::new());
    }
    let shop = world.admin().register(given("shop")).await.unwrap();
    let requester = world.person("acme", "rob", Role::Requester);
    assert_eq!(requester.get("shop").await.unwrap(), shop);
    let remove = requester.remove(&shop.application_id).await;
    assert_eq!(remove, error(Code::PermissionDenied, "FORBIDDEN"));
}

#[tokio::test]
async fn what_others_have_does_not_exist() {
    let world = World::new();
    let shop = world.admin().register(given("shop")).await.unwrap();
    let eve = world.person("other", "eve", Role::Admin);
    assert_eq!(eve.list().await, Vec::<String>::new());
    assert_eq!(eve.get("shop").await, error(Code::NotFound, "APPLICATION_NOT_FOUND"));
    assert_eq!(eve.get(&shop.application_id).await, error(Code::NotFound, "APPLICATION_NOT_FOUND"));
    assert_eq!(eve.remove(&shop.application_id).await, error(Code::NotFound, "APPLICATION_NOT_FOUND"));
    assert!(eve.register(given("shop")).await.is_ok(), "a name is one organisation's");
}

#[tokio::test]
async fn the_same_key_is_answered_the_same() {
    let world = World::new();
    world.repositories.push(REPOSITORY, [("plimsoll.yaml", document("shop", REPOSITORY).as_str())]);
    let admin = world.admin();
    let first = admin.register_as(file("plimsoll.yaml"), Some("k")).await.unwrap();
    // Even if the repository is away by then.
    world.repositories.set_away(REPOSITORY, true);
    assert_eq!(admin.register_as(file("plimsoll.yaml"), Some("k")).await, Ok(first));
    // A key is for one kind of call.
    assert_eq!(admin.cluster_as("eu", Some("k")).await.unwrap().name, "eu");
    assert_eq!(world.types().await, ["ApplicationRegistered", "ClusterRegistered"]);
}
