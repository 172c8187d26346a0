//! Handled once, by sequence.

use std::sync::Arc;

use events::Topic;

use super::fixture::{ORG, commit, handled, topic};
use crate::commit::Commit;
use crate::{Store, StoreError};

pub async fn an_event_is_handled_once(store: Arc<dyn Store>) {
    store.commit(Commit { handled: handled("x", 1), ..commit("a", 0) }).await.unwrap();
    // Sequences begin at 1, so 0 was always handled.
    for sequence in [1, 0] {
        let again = store.commit(Commit { handled: handled("x", sequence), ..commit("a", 1) }).await;
        let error = again.unwrap_err();
        assert!(!error.is_transient());
        let StoreError::Duplicate { aggregate, sequence: told } = error else { panic!("{error:?}") };
        assert_eq!((aggregate.as_str(), told), ("x", sequence));
    }
    let never = store.commit(Commit { handled: handled("y", 0), ..commit("a", 1) }).await;
    assert_eq!(never.unwrap_err().code(), "STORE_DUPLICATE");
    store.commit(Commit { handled: handled("x", 2), ..commit("a", 1) }).await.unwrap();
}

pub async fn handled_marks_may_have_gaps(store: Arc<dyn Store>) {
    store.commit(Commit { handled: handled("x", 3), ..commit("a", 0) }).await.unwrap();
    store.commit(Commit { handled: handled("x", 9), ..commit("a", 1) }).await.unwrap();
    assert_eq!(store.handled(ORG, "reader", &topic(), "x").await.unwrap(), 9);
    let late = store.commit(Commit { handled: handled("x", 5), ..commit("a", 2) }).await;
    assert_eq!(late.unwrap_err().code(), "STORE_DUPLICATE");
}

pub async fn a_mark_never_goes_back(store: Arc<dyn Store>) {
    assert_eq!(store.handled(ORG, "reader", &topic(), "x").await.unwrap(), 0);
    for (marked, now) in [(0, 0), (4, 4), (4, 4), (2, 4), (7, 7), (1, 7)] {
        store.mark(ORG, "reader", &topic(), "x", marked).await.unwrap();
        assert_eq!(store.handled(ORG, "reader", &topic(), "x").await.unwrap(), now);
    }
    let seen = store.commit(Commit { handled: handled("x", 7), ..commit("a", 0) }).await;
    assert_eq!(seen.unwrap_err().code(), "STORE_DUPLICATE");
}

pub async fn a_mark_is_of_one_consumer_topic_and_aggregate(store: Arc<dyn Store>) {
    store.mark(ORG, "reader", &topic(), "x", 5).await.unwrap();
    let elsewhere = Topic::new("plimsoll.other.v1");
    for (consumer, topic, aggregate) in
        [("another", &topic(), "x"), ("reader", &elsewhere, "x"), ("reader", &topic(), "y")]
    {
        assert_eq!(store.handled(ORG, consumer, topic, aggregate).await.unwrap(), 0);
    }
}

/// A consumer that comes again with what it did commit, and with the state of before, need not decide again.
pub async fn a_duplicate_is_told_before_a_conflict(store: Arc<dyn Store>) {
    let first = Commit { handled: handled("x", 1), ..commit("a", 0) };
    store.commit(first.clone()).await.unwrap();
    assert_eq!(store.commit(first).await.unwrap_err().code(), "STORE_DUPLICATE");
}
