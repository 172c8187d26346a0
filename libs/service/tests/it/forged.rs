//! Who may write to one topic tells nothing in the name of another.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use event_log::EventLog;
use events::gitops::MergeSeen;
use events::{Message, Record, Service, Topic, encode};
use ids::PromotionId;
use serde::{Deserialize, Serialize};
use service::{Aggregate, Decision, Done, Failure, Handler, Occasion, Parts, Policy, decide};
use uuid::Uuid;

use crate::bench::{Bench, Consumer, message_of, telling, until};
use crate::handlers::name;

/// The service that was taken over.
const TAKEN: Service = Service::Cost;
/// In whose name it tells what it likes.
const OTHER: Service = Service::Gitops;
/// A mark there would have every event of an aggregate taken for one that was handled.
const LAST: u64 = 9_000_000_000_000_000_000;

/// The names that an aggregate was given, one after another.
#[derive(Serialize, Deserialize)]
struct Names(Vec<String>);

impl Aggregate for Names {
    fn evolve(state: Option<Self>, message: &Message) -> Option<Self> {
        let before = state.map_or(Vec::new(), |names| names.0);
        Some(Self(before.into_iter().chain([name(message)]).collect()))
    }
}

/// Decides about what both services tell, each event once.
struct Following {
    parts: Parts,
    decided: Mutex<Vec<String>>,
}

#[async_trait]
impl Handler for Following {
    fn consumer(&self) -> &'static str {
        "tests"
    }

    fn service(&self) -> Service {
        Service::Promotion
    }

    fn topics(&self) -> Vec<Topic> {
        vec![TAKEN.topic(), OTHER.topic()]
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let told = name(message);
        let occasion = Occasion::event("tests", Service::Promotion, "all".to_owned(), message);
        let decision =
            |state: Option<Names>| Decision { state, events: vec![telling(told.clone()).into()], answer: () };
        let done = decide(&self.parts, &occasion, decision).await?;
        if matches!(done, Done::Committed { .. }) {
            self.decided.lock().unwrap().push(told);
        }
        Ok(())
    }
}

async fn following() -> (Bench, Arc<Following>, Consumer) {
    let bench = Bench::new(1).await;
    for service in [TAKEN, OTHER] {
        bench.log.ensure_topic(&service.topic(), 1).await.unwrap();
    }
    let handler = Arc::new(Following { parts: bench.parts.clone(), decided: Mutex::default() });
    let consumer = Consumer::start(handler.clone(), bench.parts.clone(), Policy::default());
    (bench, handler, consumer)
}

async fn append(bench: &Bench, topic: Service, record: Record) {
    bench.log.append(&topic.topic(), &[record]).await.unwrap();
}

/// What is parked: the offset and the code of each.
async fn parked(bench: &Bench) -> Vec<(u64, String)> {
    bench.letters().await.into_iter().map(|(offset, _, _, code)| (offset, code)).collect()
}

/// On its own topic, the service that was taken over tells in the name of the other of the other's last event. That is parked, and the
/// other's events are handled as they come.
#[tokio::test(start_paused = true)]
async fn an_event_in_the_name_of_another_is_parked_and_marks_nothing_of_theirs() {
    let (bench, handler, consumer) = following().await;
    append(&bench, TAKEN, encode(&message_of(OTHER, "a", LAST)).unwrap()).await;
    until("it is parked", async || parked(&bench).await == [(0, "EVENT_UNREADABLE".to_owned())]).await;
    for sequence in [1, 2] {
        append(&bench, OTHER, encode(&message_of(OTHER, "a", sequence)).unwrap()).await;
    }
    until("the other's are handled", async || handler.decided.lock().unwrap().len() == 2).await;
    assert_eq!(*handler.decided.lock().unwrap(), ["a1", "a2"]);
    // What it tells in its own name, of another aggregate, is handled beside that.
    append(&bench, TAKEN, encode(&message_of(TAKEN, "b", 1)).unwrap()).await;
    until("it is handled", async || handler.decided.lock().unwrap().len() == 3).await;
    assert_eq!(parked(&bench).await.len(), 1);
    consumer.stop().await.unwrap();
}

/// In its own name it tells what only the other may tell of.
#[tokio::test(start_paused = true)]
async fn an_event_that_is_another_services_to_tell_is_parked() {
    let (bench, handler, consumer) = following().await;
    let promotion_id = PromotionId::new(Uuid::NAMESPACE_OID);
    let merged = MergeSeen {
        promotion_id,
        commit: "c0ffee".to_owned(),
        how: "trailer".to_owned(),
        incomplete: Vec::new(),
    };
    let of = |source| {
        let envelope = message_of(source, "a", 1).envelope;
        encode(&Message { envelope, event: merged.clone().into() }).unwrap()
    };
    append(&bench, TAKEN, of(TAKEN)).await;
    until("it is parked", async || parked(&bench).await == [(0, "EVENT_UNREADABLE".to_owned())]).await;
    assert!(handler.decided.lock().unwrap().is_empty());
    append(&bench, OTHER, of(OTHER)).await;
    until("the other's is handled", async || handler.decided.lock().unwrap().len() == 1).await;
    assert_eq!(parked(&bench).await.len(), 1);
    consumer.stop().await.unwrap();
}
