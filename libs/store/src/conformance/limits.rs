//! What cannot be kept, and what is large.

use std::sync::Arc;

use events::Topic;
use serde_json::json;

use super::fixture::{ORG, commit, handled, letter, outgoing, topic};
use crate::commit::{Commit, Outgoing};
use crate::{Store, StoreError};

const BAD: &str = "a\u{0}";

fn assert_invalid<T: std::fmt::Debug>(done: Result<T, StoreError>) {
    let error = done.unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("STORE_INVALID", false), "{error}");
}

pub async fn names_hold_no_zero_byte(store: Arc<dyn Store>) {
    let bad_topic = Topic::new(BAD);
    assert_invalid(store.load(ORG, BAD).await);
    assert_invalid(store.answered(ORG, BAD).await);
    assert_invalid(store.handled(ORG, BAD, &topic(), "x").await);
    assert_invalid(store.handled(ORG, "reader", &bad_topic, "x").await);
    assert_invalid(store.mark(ORG, "reader", &topic(), BAD, 1).await);
    assert_invalid(store.is_parked(BAD, &topic(), "k").await);
    assert_invalid(store.commit(commit(BAD, 0)).await);
    assert_invalid(store.commit(Commit { handled: handled(BAD, 1), ..commit("a", 0) }).await);
    assert_invalid(
        store.commit(Commit { command: Some((BAD.to_owned(), json!(1))), ..commit("a", 0) }).await,
    );
    let outbox = vec![Outgoing { topic: bad_topic, ..outgoing("a", 1) }];
    assert_invalid(store.commit(Commit { outbox, ..commit("a", 0) }).await);
    let mut bad = letter("k", 1);
    bad.code = BAD.to_owned();
    assert_invalid(store.park(bad).await);
    assert_eq!(store.load(ORG, "a").await.unwrap(), None);
}

pub async fn numbers_have_63_bits(store: Arc<dyn Store>) {
    const MOST: u64 = i64::MAX as u64;
    assert_invalid(store.commit(Commit { sequence: MOST + 1, ..commit("a", 0) }).await);
    assert_invalid(store.commit(Commit { expected_version: u64::MAX, ..commit("a", 0) }).await);
    assert_invalid(store.commit(Commit { handled: handled("x", MOST + 1), ..commit("a", 0) }).await);
    assert_invalid(store.mark(ORG, "reader", &topic(), "x", MOST + 1).await);
    assert_invalid(store.park(letter("k", MOST + 1)).await);
    store.commit(Commit { sequence: MOST, handled: handled("x", MOST), ..commit("a", 0) }).await.unwrap();
    assert_eq!(store.load(ORG, "a").await.unwrap().unwrap().sequence, MOST);
    assert_eq!(store.handled(ORG, "reader", &topic(), "x").await.unwrap(), MOST);
}

pub async fn large_states_and_events_are_kept(store: Arc<dyn Store>) {
    let state = json!("s".repeat(3 << 20));
    let mut large = outgoing("a", 1);
    large.record.value = vec![7; 1 << 20];
    let outbox = vec![large; 12];
    store.commit(Commit { state: state.clone(), outbox, ..commit("a", 0) }).await.unwrap();
    assert_eq!(store.load(ORG, "a").await.unwrap().unwrap().state, state);
    // What is read at once may be less than was asked for, but not nothing.
    let mut read = 0;
    while read < 12 {
        let rows = store.outbox(500).await.unwrap();
        assert!(!rows.is_empty(), "{read} of 12");
        assert!(rows.iter().all(|(_, row)| row.record.value == vec![7; 1 << 20]));
        read += rows.len();
        store.published(&rows.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await.unwrap();
    }
    assert_eq!(store.outbox(500).await.unwrap(), []);
}
