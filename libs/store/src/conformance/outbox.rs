//! What is to be published.

use std::sync::Arc;
use std::time::Duration;

use event_log::partition_of;
use events::{Record, Topic};

use super::fixture::{commit, outgoing, places, topic};
use crate::commit::{Backlog, Commit, Outgoing};
use crate::{LeftOut, Store};

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

/// Partitions and aggregates that are left out are read past, however much there is of them.
pub async fn what_is_left_out_is_read_past(store: Arc<dyn Store>) {
    const COUNT: u32 = 3;
    let keys: Vec<String> = (0..20).map(|n| format!("key-{n}")).collect();
    let mut outbox: Vec<Outgoing> =
        (1..=3_u64).flat_map(|sequence| keys.iter().map(move |key| outgoing(key, sequence))).collect();
    let elsewhere = Topic::new("plimsoll.other.v1");
    outbox.extend(keys.iter().map(|key| Outgoing { topic: elsewhere.clone(), ..outgoing(key, 4) }));
    store.commit(Commit { outbox, ..commit("a", 0) }).await.unwrap();
    let all = store.outbox(1_000).await.unwrap();
    assert_eq!(store.outbox_without(&LeftOut::default(), 1_000).await.unwrap(), all);

    let partition = |key: &str| partition_of(key.as_bytes(), COUNT);
    let held = keys.iter().find(|key| partition(key) == 2).unwrap();
    let mut left_out = LeftOut::default();
    left_out.add_partition(&topic(), 0, COUNT);
    left_out.add_partition(&topic(), 1, COUNT);
    left_out.add_key(&topic(), held);
    let is_left = |row: &Outgoing| {
        row.topic == elsewhere || (partition(&row.record.key) == 2 && row.record.key != *held)
    };
    let left: Vec<_> = all.iter().filter(|(_, row)| is_left(row)).cloned().collect();
    assert!(left.len() > 20 && left.len() < 40, "{}", left.len());
    assert_eq!(store.outbox_without(&left_out, 1_000).await.unwrap(), left);
    assert_eq!(store.outbox_without(&left_out, 2).await.unwrap(), left[..2]);

    // A topic of which nobody knows how many partitions it has, is one.
    left_out.add_partition(&topic(), 0, 1);
    let left: Vec<_> = all.into_iter().filter(|(_, row)| row.topic == elsewhere).collect();
    assert_eq!(store.outbox_without(&left_out, 1_000).await.unwrap(), left);
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
