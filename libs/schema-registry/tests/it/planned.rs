//! What `plimsoll schemas register` makes of a registry.

use schema_registry::{COMPATIBILITY, SchemaChange, apply, plan, subjects};

use crate::fake::Fake;

const SUBJECT: &str = "plimsoll.diff.v1-plimsoll.preview.v1.DiffComputed";

async fn registered() -> Fake {
    let fake = Fake::start();
    make(&fake).await;
    fake
}

pub(crate) async fn make(fake: &Fake) -> Vec<SchemaChange> {
    let changes = plan(&fake.client()).await.unwrap();
    for change in &changes {
        apply(&fake.client(), change).await.unwrap();
    }
    changes
}

#[tokio::test]
async fn an_empty_registry_gets_every_schema_on_every_topic() {
    let fake = Fake::start();
    let changes = make(&fake).await;
    assert_eq!(changes.len(), 2 * subjects().count(), "a schema and what later ones are held to");
    for subject in subjects() {
        assert_eq!(fake.numbers(&subject.name()).len(), 1, "{}", subject.name());
        assert_eq!(fake.level(&subject.name()).as_deref(), Some("BACKWARD_TRANSITIVE"));
    }
    assert_eq!(plan(&fake.client()).await.unwrap(), [], "doing it again does nothing");
}

#[tokio::test]
async fn what_is_held_to_less_is_told_and_mended_and_to_more_may_stay() {
    let fake = registered().await;
    fake.set_level(SUBJECT, "NONE");
    let set = SchemaChange::SetCompatibility { subject: SUBJECT.to_owned(), from: Some("NONE".to_owned()) };
    assert_eq!(make(&fake).await, [set]);
    assert_eq!(fake.level(SUBJECT).as_deref(), Some(COMPATIBILITY));
    fake.set_level(SUBJECT, "FULL_TRANSITIVE");
    assert_eq!(plan(&fake.client()).await.unwrap(), []);
}

/// Another schema is there, and ours does not read what it wrote.
#[tokio::test]
async fn a_schema_that_does_not_fit_is_not_registered() {
    let fake = Fake::start();
    fake.has(SUBJECT, 7, r#"{"type": "record", "name": "another"}"#);
    fake.set_level(SUBJECT, COMPATIBILITY);
    fake.nothing_fits(SUBJECT);
    let changes = make(&fake).await;
    let why = "reader needs a; reader needs b".to_owned();
    assert!(changes.contains(&SchemaChange::Refused { subject: SUBJECT.to_owned(), why }), "{changes:?}");
    assert_eq!(changes.len(), 2 * (subjects().count() - 1) + 1);
    assert_eq!(fake.numbers(SUBJECT), [7]);
    let error = fake.client().register(SUBJECT, "{}").await.unwrap_err();
    assert_eq!(error.code(), "SCHEMA_INCOMPATIBLE");
    assert!(error.to_string().contains("incompatible"), "{error}");
}
