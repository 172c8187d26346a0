//! One organisation and another.

use std::sync::Arc;

use serde_json::json;

use super::fixture::{ORG, OTHER, commit, handled, topic};
use crate::Store;
use crate::commit::Commit;

pub async fn organisations_do_not_see_each_other(store: Arc<dyn Store>) {
    let whole = |org, text: &str| Commit {
        org,
        state: json!(text),
        handled: handled("x", 1),
        command: Some(("key".to_owned(), json!(text))),
        ..commit("a", 0)
    };
    store.commit(whole(ORG, "ours")).await.unwrap();
    assert_eq!(store.load(OTHER, "a").await.unwrap(), None);
    assert_eq!(store.handled(OTHER, "reader", &topic(), "x").await.unwrap(), 0);
    assert_eq!(store.answered(OTHER, "key").await.unwrap(), None);
    // Neither the aggregate, nor the mark, nor the command is in the way.
    store.commit(whole(OTHER, "theirs")).await.unwrap();
    store.mark(OTHER, "reader", &topic(), "x", 9).await.unwrap();
    store.commit(Commit { org: OTHER, ..commit("a", 1) }).await.unwrap();
    let ours = store.load(ORG, "a").await.unwrap().unwrap();
    assert_eq!((ours.version, ours.state), (1, json!("ours")));
    assert_eq!(store.handled(ORG, "reader", &topic(), "x").await.unwrap(), 1);
    assert_eq!(store.answered(ORG, "key").await.unwrap(), Some(json!("ours")));
    assert_eq!(store.answered(OTHER, "key").await.unwrap(), Some(json!("theirs")));
}
