//! What is to be published.

use std::sync::Arc;
use std::time::Duration;

use events::{Record, Topic};

use super::fixture::{commit, outgoing, places};
use crate::Store;
use crate::commit::{Backlog, Commit, Outgoing};

pub async fn the_outbox_is_in_order(store: Arc<dyn Store>) {
    let sequences: Vec<u64> = (1..=100).collect();
    for (version, chunk) in sequences.chunks(30).enumerate() {
        for key in ["a", "b"] {
            let outbox = chunk.iter().map(|sequence| outgoing(key, *sequence)).collect();
            store.commit(Commit { outbox, ..commit(key, version as u64) }).await.unwrap();
        }
    }
    let rows = store.outbox(1_000).await.unwrap();
    assert!(rows.is_sorted_by(|one, next| one.0 < next.0), "numbers rise");
    for key in ["a", "b"] {
        let of_key = places(&rows).into_iter().filter(|(row, _)| row == key).map(|(_, sequence)| sequence);
        assert_eq!(of_key.collect::<Vec<_>>(), sequences);
    }
    assert_eq!(store.outbox(7).await.unwrap(), rows[..7]);
    assert_eq!(store.outbox(0).await.unwrap(), []);
}

pub async fn what_is_published_is_gone_and_nothing_else(store: Arc<dyn Store>) {
    let outbox = (1..=4).map(|sequence| outgoing("a", sequence)).collect();
    store.commit(Commit { outbox, ..commit("a", 0) }).await.unwrap();
    let rows = store.outbox(10).await.unwrap();
    store.published(&[rows[2].0, rows[0].0]).await.unwrap();
    let left = store.outbox(10).await.unwrap();
    assert_eq!(left, [rows[1].clone(), rows[3].clone()]);
    // Again, with one that never was, and none at all.
    store.published(&[rows[0].0, i64::MAX]).await.unwrap();
    store.published(&[]).await.unwrap();
    assert_eq!(store.outbox(10).await.unwrap(), left);
    // Numbers are not used again.
    store.commit(Commit { outbox: vec![outgoing("a", 5)], ..commit("a", 1) }).await.unwrap();
    let last = store.outbox(10).await.unwrap().pop().unwrap();
    assert!(last.0 > rows[3].0);
}

pub async fn a_record_keeps_its_bytes(store: Arc<dyn Store>) {
    let headers =
        [("ce_org", &b"\xff\x00"[..]), ("twice", b""), ("twice", b"2"), ("", b"no name"), ("\u{0}", b"")];
    let headers = headers.into_iter().collect();
    let whole = Record { key: "k\u{0}é".to_owned(), headers, value: vec![0, 255, 1] };
    let outbox: Vec<_> = [whole, Record::default()]
        .into_iter()
        .map(|record| Outgoing { topic: Topic::new("plimsoll.other.v1"), record })
        .collect();
    store.commit(Commit { outbox: outbox.clone(), ..commit("a", 0) }).await.unwrap();
    let read: Vec<_> = store.outbox(10).await.unwrap().into_iter().map(|(_, row)| row).collect();
    assert_eq!(read, outbox);
}

pub async fn a_backlog_is_counted(store: Arc<dyn Store>) {
    assert_eq!(store.backlog().await.unwrap(), Backlog::default());
    let outbox = vec![outgoing("a", 1), outgoing("a", 2)];
    store.commit(Commit { outbox, ..commit("a", 0) }).await.unwrap();
    let backlog = store.backlog().await.unwrap();
    assert_eq!(backlog.rows, 2);
    // It has waited since this test began.
    assert!(backlog.oldest.unwrap() < Duration::from_hours(1), "{backlog:?}");
    let rows = store.outbox(1).await.unwrap();
    store.published(&[rows[0].0]).await.unwrap();
    assert_eq!(store.backlog().await.unwrap().rows, 1);
}

/// A commit between two waits is not missed.
pub async fn a_commit_wakes_who_waits_later(store: Arc<dyn Store>) {
    for version in 0..3 {
        store
            .commit(Commit { outbox: vec![outgoing("a", version + 1)], ..commit("a", version) })
            .await
            .unwrap();
        // The limit is no measure: it ends a test that would hang.
        tokio::time::timeout(Duration::from_secs(60), store.outbox_wake()).await.expect("a wake");
        assert_eq!(store.outbox(10).await.unwrap().len() as u64, version + 1);
    }
}
