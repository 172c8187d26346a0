//! What a start makes of a registry that does not answer as it should.

use embedded_postgres::testing::TestPostgres;
use schema_registry::{NumberStore, Numbers, Registry, RegistryError, subjects};

use crate::fake::{Fake, Mood};
use crate::planned::make;

pub(crate) async fn store() -> NumberStore {
    let database = TestPostgres::shared().await.database().await;
    NumberStore::open(database.url().as_str()).await.unwrap()
}

async fn code(fake: &Fake, store: &NumberStore) -> &'static str {
    Numbers::look_up(fake.client(), store).await.err().unwrap().code()
}

#[tokio::test]
async fn each_trouble_has_its_code() {
    let (fake, store) = (Fake::start(), store().await);
    make(&fake).await;
    let says = |status, body: &str| Mood::Says(status, "", body.to_owned());
    let troubles = [
        (Mood::Down, "REGISTRY_UNAVAILABLE"),
        (Mood::Slow, "REGISTRY_UNAVAILABLE"),
        (says(503, "{}"), "REGISTRY_UNAVAILABLE"),
        (says(429, "{}"), "REGISTRY_UNAVAILABLE"),
        // An ingress whose backend is away, a server that is no registry, and what Confluent's says of a path that it does not have.
        (says(404, "default backend - 404"), "REGISTRY_UNAVAILABLE"),
        (says(404, "{}"), "REGISTRY_UNAVAILABLE"),
        (says(404, r#"{"error_code": 404, "message": "HTTP 404 Not Found"}"#), "REGISTRY_UNAVAILABLE"),
        (says(404, r#"{"error_code": 40403, "message": "Schema not found"}"#), "SCHEMA_NOT_REGISTERED"),
        (says(401, "{}"), "REGISTRY_REFUSED"),
        (says(403, "{}"), "REGISTRY_REFUSED"),
        (says(200, "<html>"), "REGISTRY_ANSWER"),
        (says(200, r#"{"id": -1}"#), "REGISTRY_ANSWER"),
        (says(200, &"x".repeat(2 << 20)), "REGISTRY_ANSWER"),
        (says(418, "{}"), "REGISTRY_ANSWER"),
    ];
    for (mood, expected) in troubles {
        fake.is(mood.clone());
        assert_eq!(code(&fake, &store).await, expected, "{mood:?}");
    }
}

/// Whoever answers for the registry's name does not get to send the password elsewhere.
#[tokio::test]
async fn no_redirection_is_followed() {
    let (fake, other) = (Fake::start(), Fake::start());
    let to: &'static str = Box::leak(format!("location: {}/\r\n", other.client().url()).into_boxed_str());
    fake.is(Mood::Says(307, to, String::new()));
    assert_eq!(code(&fake, &store().await).await, "REGISTRY_ANSWER");
    assert_eq!(other.asked(), Vec::<String>::new());
}

/// A service says what is missing, and registers nothing.
#[tokio::test]
async fn a_schema_that_is_not_registered_ends_the_start() {
    let (fake, store) = (Fake::start(), store().await);
    make(&fake).await;
    let other = Fake::start();
    let error = Numbers::look_up(other.client(), &store).await.err().unwrap();
    assert_eq!(error.code(), "SCHEMA_NOT_REGISTERED");
    assert!(matches!(&error, RegistryError::NotRegistered { others, .. } if *others > 40), "{error}");
    assert!(!error.is_transient());
    let asked = other.asked();
    assert!(asked.iter().all(|call| call.starts_with("POST /subjects/") && !call.ends_with("/versions")));
}

/// What was looked up once is enough as long as the registry is away, for that registry alone.
#[tokio::test]
async fn who_has_asked_before_starts_without_the_registry() {
    let (fake, store) = (Fake::start(), store().await);
    make(&fake).await;
    let first = Numbers::look_up(fake.client(), &store).await.unwrap();
    fake.is(Mood::Down);
    let second = Numbers::look_up(fake.client(), &store).await.unwrap();
    let promotion = events::Service::Promotion.topic();
    let approval = <events::promotion::ApprovalGiven as events::EventBody>::SCHEMA_ID;
    assert!(first.written(&promotion, approval).is_some_and(|number| number >= 1000));
    assert_eq!(first.written(&promotion, approval), second.written(&promotion, approval));
    let mut settings = fake.settings();
    settings.url.push_str("/other");
    let other = Numbers::look_up(Registry::new(&settings).unwrap(), &store).await.err().unwrap();
    assert_eq!(other.code(), "REGISTRY_UNAVAILABLE");
}

/// Nothing else of what it says is believed either: whoever brings the right one back has a number for each that was not known before.
#[tokio::test]
async fn of_a_registry_that_was_made_anew_nothing_is_written_down() {
    let (fake, database) = (Fake::start(), TestPostgres::shared().await.database().await);
    let store = NumberStore::open(database.url().as_str()).await.unwrap();
    make(&fake).await;
    Numbers::look_up(fake.client(), &store).await.unwrap();
    let pool = sqlx::PgPool::connect(database.url().as_str()).await.unwrap();
    let [changed, new] = [0, 1].map(|at| subjects().nth(at).unwrap().name());
    let gone = sqlx::query("DELETE FROM schema_registry.number WHERE subject = $1").bind(&new);
    assert_eq!(gone.execute(&pool).await.unwrap().rows_affected(), 1);
    fake.renumbers(&changed, 77_777);
    assert_eq!(code(&fake, &store).await, "SCHEMA_NUMBER_CHANGED");
    let kept = sqlx::query("SELECT FROM schema_registry.number WHERE subject = $1").bind(&new);
    assert!(kept.fetch_optional(&pool).await.unwrap().is_none());
}

/// One that was made anew gives other numbers: what is on the log has those that were written down, and they stay.
#[tokio::test]
async fn a_registry_that_says_another_number_than_before_ends_the_start() {
    let (fake, store) = (Fake::start(), store().await);
    make(&fake).await;
    let first = Numbers::look_up(fake.client(), &store).await.unwrap();
    let subject = subjects().next().unwrap();
    let kept = fake.numbers(&subject.name())[0];
    fake.renumbers(&subject.name(), 77_777);
    let error = Numbers::look_up(fake.client(), &store).await.err().unwrap();
    assert_eq!((error.code(), error.is_transient()), ("SCHEMA_NUMBER_CHANGED", false));
    let text = error.to_string();
    assert!(text.contains(&subject.name()) && text.contains("77777"), "{text}");
    assert!(text.contains(&format!("the number {kept} when")), "{text}");
    fake.is(Mood::Down);
    let second = Numbers::look_up(fake.client(), &store).await.unwrap();
    let written = |numbers: &Numbers| numbers.written(&subject.topic, subject.schema.id);
    assert_eq!((written(&second), written(&first)), (Some(kept), Some(kept)));
}
