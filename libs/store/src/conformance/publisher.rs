//! One publishes at a time.

use std::sync::Arc;
use std::time::Duration;

use crate::Store;

pub async fn one_publishes_at_a_time(store: Arc<dyn Store>) {
    let mut first = store.publisher().await.unwrap();
    assert!(first.holds().await);
    let waiting = Arc::clone(&store);
    let mut second = tokio::spawn(async move { waiting.publisher().await });
    let early = tokio::time::timeout(Duration::from_millis(600), &mut second).await;
    assert!(early.is_err(), "two publish at a time");
    assert!(first.holds().await);
    drop(first);
    let mut second = second.await.unwrap().unwrap();
    assert!(second.holds().await);
}
