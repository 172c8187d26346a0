//! All or nothing.

use std::sync::Arc;

use serde_json::json;

use super::fixture::{ORG, commit, handled, outgoing, topic};
use crate::commit::{Commit, Stored};
use crate::{Store, StoreError};

pub async fn what_is_committed_is_read(store: Arc<dyn Store>) {
    assert_eq!(store.load(ORG, "a").await.unwrap(), None);
    let state =
        json!({"text": "é\u{0}\"", "large": u64::MAX, "small": -1.5, "list": [null, true, {}], "": []});
    let first = Commit { sequence: 7, state: state.clone(), ..commit("a", 0) };
    store.commit(first).await.unwrap();
    assert_eq!(store.load(ORG, "a").await.unwrap(), Some(Stored { version: 1, sequence: 7, state }));
    assert_eq!(store.load(ORG, "A").await.unwrap(), None);
}

pub async fn each_commit_is_a_version(store: Arc<dyn Store>) {
    for version in 0..3 {
        store.commit(commit("a", version)).await.unwrap();
    }
    let state = json!({"aggregate": "a", "after": 2});
    assert_eq!(store.load(ORG, "a").await.unwrap(), Some(Stored { version: 3, sequence: 3, state }));
}

pub async fn what_is_known_is_not_loaded_again(store: Arc<dyn Store>) {
    assert_eq!(store.load_newer(ORG, "a", 0).await.unwrap(), None);
    store.commit(commit("a", 0)).await.unwrap();
    store.commit(commit("a", 1)).await.unwrap();
    let now = store.load(ORG, "a").await.unwrap();
    assert!(now.is_some());
    // A store that was restored may be behind of what was known.
    for known in [0, 1, 3] {
        assert_eq!(store.load_newer(ORG, "a", known).await.unwrap(), now, "{known} was known");
    }
    assert_eq!(store.load_newer(ORG, "a", 2).await.unwrap(), None);
}

pub async fn a_stale_version_is_refused(store: Arc<dyn Store>) {
    store.commit(commit("a", 0)).await.unwrap();
    store.commit(commit("a", 1)).await.unwrap();
    for (aggregate, expected) in [("a", 0), ("a", 1), ("a", 3), ("b", 1)] {
        let error = store.commit(commit(aggregate, expected)).await.unwrap_err();
        let StoreError::Conflict { aggregate: told, expected: version } = &error else { panic!("{error:?}") };
        assert_eq!((told.as_str(), *version), (aggregate, expected));
        assert!(error.is_transient());
    }
    assert_eq!(store.load(ORG, "a").await.unwrap().unwrap().version, 2);
    assert_eq!(store.load(ORG, "b").await.unwrap(), None);
}

/// Each reason for a refusal, in a commit that carries one of everything.
pub async fn a_refused_commit_changes_nothing(store: Arc<dyn Store>) {
    store.commit(Commit { handled: handled("x", 4), ..commit("taken", 0) }).await.unwrap();
    store
        .commit(Commit { command: Some(("asked".to_owned(), json!(1))), ..commit("done", 0) })
        .await
        .unwrap();
    let whole = |aggregate: &str, expected, sequence, command: &str| Commit {
        handled: handled("x", sequence),
        command: Some((command.to_owned(), json!(2))),
        outbox: vec![outgoing(aggregate, 1)],
        ..commit(aggregate, expected)
    };
    let refused = [
        (whole("taken", 0, 5, "new"), "STORE_CONFLICT"),
        (whole("fresh", 0, 4, "new"), "STORE_DUPLICATE"),
        (whole("fresh", 0, 5, "asked"), "STORE_CONFLICT"),
    ];
    for (commit, code) in refused {
        assert_eq!(store.commit(commit).await.unwrap_err().code(), code);
        assert_eq!(store.load(ORG, "taken").await.unwrap().unwrap().version, 1);
        assert_eq!(store.load(ORG, "fresh").await.unwrap(), None);
        assert_eq!(store.handled(ORG, "reader", &topic(), "x").await.unwrap(), 4);
        assert_eq!(store.answered(ORG, "asked").await.unwrap(), Some(json!(1)));
        assert_eq!(store.answered(ORG, "new").await.unwrap(), None);
        assert_eq!(store.outbox(10).await.unwrap(), []);
    }
    store.commit(whole("fresh", 0, 5, "new")).await.unwrap();
    assert_eq!(store.load(ORG, "fresh").await.unwrap().unwrap().version, 1);
    assert_eq!(store.handled(ORG, "reader", &topic(), "x").await.unwrap(), 5);
    assert_eq!(store.answered(ORG, "new").await.unwrap(), Some(json!(2)));
    assert_eq!(store.outbox(10).await.unwrap().len(), 1);
}
