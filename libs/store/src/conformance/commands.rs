//! Answered once and for all.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::fixture::{ORG, commit};
use crate::Store;
use crate::commit::Commit;

pub async fn a_command_is_answered_once(store: Arc<dyn Store>) {
    assert_eq!(store.answered(ORG, "key").await.unwrap(), None);
    let asked =
        |aggregate, answer| Commit { command: Some(("key".to_owned(), answer)), ..commit(aggregate, 0) };
    store.commit(asked("a", json!({"id": 1, "text": "\u{0}"}))).await.unwrap();
    let again = store.commit(asked("b", json!({"id": 2}))).await;
    assert_eq!(again.unwrap_err().code(), "STORE_CONFLICT");
    assert_eq!(store.answered(ORG, "key").await.unwrap(), Some(json!({"id": 1, "text": "\u{0}"})));
    assert_eq!(store.load(ORG, "b").await.unwrap(), None);
    // An answer that is null is an answer.
    let null = Commit { command: Some(("other".to_owned(), json!(null))), ..commit("b", 0) };
    store.commit(null).await.unwrap();
    assert_eq!(store.answered(ORG, "other").await.unwrap(), Some(json!(null)));
}

pub async fn answers_are_forgotten_when_they_are_old(store: Arc<dyn Store>) {
    for n in 0..5 {
        let command = Some((format!("key-{n}"), json!(n)));
        store.commit(Commit { command, ..commit("a", n) }).await.unwrap();
    }
    assert_eq!(store.forget_commands(Duration::from_hours(1), 10).await.unwrap(), 0);
    // The oldest first, a few at a time.
    assert_eq!(store.forget_commands(Duration::ZERO, 2).await.unwrap(), 2);
    assert_eq!(store.answered(ORG, "key-1").await.unwrap(), None);
    assert_eq!(store.answered(ORG, "key-2").await.unwrap(), Some(json!(2)));
    assert_eq!(store.forget_commands(Duration::ZERO, 10).await.unwrap(), 3);
    assert_eq!(store.forget_commands(Duration::ZERO, 10).await.unwrap(), 0);
    // What the command did stays.
    assert_eq!(store.load(ORG, "a").await.unwrap().unwrap().version, 5);
}
