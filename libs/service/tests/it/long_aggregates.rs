//! An aggregate with a long history: deciding about it costs what deciding about a new one does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use event_log::MemoryLog;
use events::catalog::OrganisationCreated;
use events::{Event, Message, Service};
use ids::OrgId;
use serde::{Deserialize, Serialize};
use service::{Aggregate, Clock as _, Decision, Occasion, Parts, SystemClock, decide};
use store::{MemoryBlobs, MemoryStore};
use uuid::Uuid;

static FOLDED: AtomicU64 = AtomicU64::new(0);

/// How many events it has had.
#[derive(Debug, Serialize, Deserialize)]
struct Count(u64);

impl Aggregate for Count {
    fn evolve(state: Option<Self>, _: &Message) -> Option<Self> {
        FOLDED.fetch_add(1, Ordering::Relaxed);
        Some(Self(state.map_or(0, |count| count.0) + 1))
    }
}

/// Its state is kept with its version, so each event is folded once in all, and the log is not asked for any.
#[tokio::test]
async fn a_long_aggregate_costs_no_more() {
    const EVENTS: u64 = 3000;
    let (log, store) = (MemoryLog::default(), MemoryStore::new(|| SystemClock.now()));
    log.disconnect();
    let blobs = Arc::new(MemoryBlobs::default());
    let parts = Parts::new(Arc::new(log), Arc::new(store), blobs, Arc::new(SystemClock));
    let occasion = Occasion {
        org: OrgId::new(Uuid::NAMESPACE_DNS),
        service: Service::Catalog,
        aggregate: "long".to_owned(),
        correlation: Uuid::NAMESPACE_URL,
        causation: None,
        traceparent: None,
        handled: None,
        command: None,
    };
    for before in 0..EVENTS {
        let event: Event = OrganisationCreated { name: "a".to_owned(), by: "ana".to_owned() }.into();
        decide(&parts, &occasion, |state: Option<Count>| {
            assert_eq!(state.as_ref().map_or(0, |count| count.0), before);
            Decision { state, events: vec![event.clone()], answer: () }
        })
        .await
        .unwrap();
    }
    let stored = parts.store.load(occasion.org, "long").await.unwrap().unwrap();
    assert_eq!((stored.version, stored.sequence), (EVENTS, EVENTS));
    assert_eq!(FOLDED.load(Ordering::Relaxed), EVENTS, "no event is folded twice");
}
