//! How a decider commits: load, decide, commit with a version check; and decide again if somebody was first.

use events::{EncodeError, Envelope, Event, Message, Service, encode};
use ids::{EventId, OrgId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::{Commit, Handled, Outgoing, StoreError, Stored};
use telemetry::trace::{self, Parent};
use uuid::Uuid;

use crate::failure::Failure;
use crate::parts::Parts;
use crate::traces::named;

/// Each attempt that fails means that somebody else's succeeded; so many in a row are a fault.
const ATTEMPTS: u32 = 50;

/// The state of an aggregate, which follows from its events.
pub trait Aggregate: Serialize + DeserializeOwned + Send {
    /// The state after one more event.
    fn evolve(state: Option<Self>, message: &Message) -> Option<Self>;

    /// The trace in which its story began, if it keeps that: what is decided later, and elsewhere, links to it.
    fn trace(&self) -> Option<&str> {
        None
    }
}

/// What a decision is about and where it comes from.
#[derive(Debug, Clone)]
pub struct Occasion {
    /// The organisation.
    pub org: OrgId,
    /// The service that decides, to whose topic the events go.
    pub service: Service,
    /// The aggregate.
    pub aggregate: String,
    /// What the events belong to as a whole.
    pub correlation: Uuid,
    /// The event that they follow from; none for a command.
    pub causation: Option<EventId>,
    /// The trace.
    pub traceparent: Option<String>,
    /// The event that is handled by deciding, which is then handled once; none for a command.
    pub handled: Option<Handled>,
    /// The name that the caller gave the command, and what the same command is answered from now on.
    pub command: Option<(String, Value)>,
}

impl Occasion {
    /// An event is handled: the decision carries on what it belongs to, and is made once. It is marked by its source's topic, which is the
    /// one that it lies on ([`events::decode_on`]), and so the one that the consumer asks for.
    #[must_use]
    pub fn event(consumer: &str, service: Service, aggregate: String, message: &Message) -> Self {
        let Envelope { id, org, correlation, source, subject, sequence, traceparent, .. } = &message.envelope;
        let handled = Handled {
            consumer: consumer.to_owned(),
            topic: source.topic(),
            aggregate: subject.clone(),
            sequence: *sequence,
        };
        Self {
            org: *org,
            service,
            aggregate,
            correlation: *correlation,
            causation: Some(*id),
            traceparent: traceparent.clone(),
            handled: Some(handled),
            command: None,
        }
    }
}

/// What was decided.
#[derive(Debug, Clone)]
pub struct Decision<S, A> {
    /// The state that the events follow upon: as it was given, or with what is noted beside them.
    pub state: Option<S>,
    /// What follows, in order.
    pub events: Vec<Event>,
    /// What the decider tells who asked.
    pub answer: A,
}

/// What has become of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done<S, A> {
    /// It is committed.
    Committed {
        /// The state after it.
        state: Option<S>,
        /// What the decider says.
        answer: A,
    },
    /// A command of this name was committed before, and was answered this.
    AnsweredBefore(Value),
    /// The event was handled before.
    HandledBefore,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DeciderError {
    /// The store says no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event does not fit its schema.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The state is not one.
    #[error("the state of {aggregate} cannot be read: {why}")]
    State {
        /// The aggregate.
        aggregate: String,
        /// What the reader says.
        why: String,
    },
}

impl DeciderError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Encode(error) => error.code(),
            Self::State { .. } => "STORE_DAMAGED",
        }
    }
}

impl From<DeciderError> for Failure {
    fn from(error: DeciderError) -> Self {
        match error {
            DeciderError::Store(error) => error.into(),
            error => Self::unhandled(error.code(), error.to_string()),
        }
    }
}

/// Decides about an aggregate and commits: its new state, the events, that the event is handled and what the
/// command is answered, all at once. `decide` is called again, with the state as it is then, when somebody else committed
/// first. A decision that changes nothing is not committed.
///
/// # Errors
/// The store cannot be reached or is damaged, or an event does not fit its schema.
pub async fn decide<S: Aggregate, A: Send>(
    parts: &Parts,
    occasion: &Occasion,
    mut decide: impl FnMut(Option<S>) -> Decision<S, A> + Send,
) -> Result<Done<S, A>, DeciderError> {
    decide_replying(parts, occasion, |state| (decide(state), None)).await
}

/// [`decide`], where a decision may say what the same command is answered from now on, in place of what the occasion says:
/// a command that was refused is refused again.
///
/// # Errors
/// Those of [`decide`].
pub async fn decide_replying<S: Aggregate, A: Send>(
    parts: &Parts,
    occasion: &Occasion,
    mut decide: impl FnMut(Option<S>) -> (Decision<S, A>, Option<Value>) + Send,
) -> Result<Done<S, A>, DeciderError> {
    let mut attempt = 0;
    loop {
        if let Some((name, _)) = &occasion.command
            && let Some(answer) = parts.store.answered(occasion.org, name).await?
        {
            return Ok(Done::AnsweredBefore(answer));
        }
        let stored = parts.store.load(occasion.org, &occasion.aggregate).await?;
        let (decision, reply) = decide(state(occasion, stored.as_ref())?);
        let (mut commit, state) = draft(parts, occasion, stored.as_ref(), decision.state, decision.events)?;
        if let (Some((_, answer)), Some(reply)) = (&mut commit.command, reply) {
            *answer = reply;
        }
        if says_nothing(&commit, stored.as_ref()) {
            return Ok(Done::Committed { state, answer: decision.answer });
        }
        attempt += 1;
        match parts.store.commit(commit).await {
            Ok(()) => return Ok(Done::Committed { state, answer: decision.answer }),
            Err(StoreError::Duplicate { .. }) => return Ok(Done::HandledBefore),
            Err(StoreError::Conflict { .. }) if attempt < ATTEMPTS => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn state<S: Aggregate>(occasion: &Occasion, stored: Option<&Stored>) -> Result<Option<S>, DeciderError> {
    let Some(stored) = stored else { return Ok(None) };
    let fail = |error: serde_json::Error| DeciderError::State {
        aggregate: occasion.aggregate.clone(),
        why: error.to_string(),
    };
    serde_json::from_value(stored.state.clone()).map_err(fail)
}

fn draft<S: Aggregate>(
    parts: &Parts,
    occasion: &Occasion,
    stored: Option<&Stored>,
    mut state: Option<S>,
    events: Vec<Event>,
) -> Result<(Commit, Option<S>), DeciderError> {
    let (version, mut sequence) = stored.map_or((0, 0), |stored| (stored.version, stored.sequence));
    let (mut outbox, topic) = (Vec::with_capacity(events.len()), occasion.service.topic());
    for event in events {
        sequence += 1;
        let mut message = Message { envelope: envelope(parts, occasion, sequence), event };
        let began = state.as_ref().and_then(|state| began(occasion, state));
        let span = trace::create(occasion.traceparent.as_deref(), began, &named(&topic, &message));
        message.envelope.traceparent = span.traceparent();
        outbox.push(Outgoing { topic: topic.clone(), record: encode(&message)? });
        state = S::evolve(state, &message);
    }
    let fail = |error: serde_json::Error| DeciderError::State {
        aggregate: occasion.aggregate.clone(),
        why: error.to_string(),
    };
    let commit = Commit {
        org: occasion.org,
        aggregate: occasion.aggregate.clone(),
        expected_version: version,
        sequence,
        state: serde_json::to_value(&state).map_err(fail)?,
        handled: occasion.handled.clone(),
        command: occasion.command.clone(),
        outbox,
    };
    Ok((commit, state))
}

/// Where the story of an aggregate began, for what does not follow from that by itself: a command, or what has come in a trace
/// of its own.
fn began<'s, S: Aggregate>(occasion: &Occasion, state: &'s S) -> Option<&'s str> {
    let began = state.trace()?;
    let is_with = Parent::of(occasion.traceparent.as_deref()).is_with(&Parent::of(Some(began)));
    (occasion.causation.is_none() || !is_with).then_some(began)
}

fn says_nothing(commit: &Commit, stored: Option<&Stored>) -> bool {
    let before = stored.map_or(&Value::Null, |stored| &stored.state);
    commit.outbox.is_empty() && commit.command.is_none() && commit.state == *before
}

fn envelope(parts: &Parts, occasion: &Occasion, sequence: u64) -> Envelope {
    Envelope {
        id: EventId::new(parts.clock.new_id()),
        source: occasion.service,
        subject: occasion.aggregate.clone(),
        time: parts.clock.now(),
        org: occasion.org,
        sequence,
        causation: occasion.causation,
        correlation: occasion.correlation,
        traceparent: occasion.traceparent.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use event_log::MemoryLog;
    use events::catalog::OrganisationCreated;
    use events::decode;
    use futures::FutureExt;
    use serde_json::json;
    use store::{MemoryBlobs, MemoryStore};

    use super::*;
    use crate::clock::{Clock, SystemClock};

    /// The names that it was given, one after another.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
    struct Names(Vec<String>);

    impl Aggregate for Names {
        fn evolve(state: Option<Self>, message: &Message) -> Option<Self> {
            let Event::OrganisationCreated(created) = &message.event else { return state };
            let before = state.map_or(Vec::new(), |names| names.0);
            Some(Self(before.into_iter().chain([created.name.clone()]).collect()))
        }
    }

    fn parts() -> Parts {
        let clock = Arc::new(SystemClock);
        let store = MemoryStore::new(|| SystemClock.now());
        Parts::new(Arc::new(MemoryLog::default()), Arc::new(store), Arc::new(MemoryBlobs::default()), clock)
    }

    fn occasion() -> Occasion {
        Occasion {
            org: OrgId::new(Uuid::NAMESPACE_DNS),
            service: Service::Catalog,
            aggregate: "a".to_owned(),
            correlation: Uuid::NAMESPACE_URL,
            causation: None,
            traceparent: None,
            handled: None,
            command: None,
        }
    }

    fn handled(sequence: u64) -> Option<Handled> {
        let (consumer, aggregate) = ("tests".to_owned(), "b".to_owned());
        Some(Handled { consumer, topic: Service::Gitops.topic(), aggregate, sequence })
    }

    fn names(state: Option<Names>, names: &[&str]) -> Decision<Names, usize> {
        let created =
            |name: &&str| OrganisationCreated { name: (*name).to_owned(), by: "ana".to_owned() }.into();
        Decision {
            answer: state.as_ref().map_or(0, |names| names.0.len()),
            state,
            events: names.iter().map(created).collect(),
        }
    }

    fn committed(names: &[&str], answer: usize) -> Done<Names, usize> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Done::Committed { state: Some(Names(names)), answer }
    }

    async fn published(parts: &Parts) -> Vec<Message> {
        let rows = parts.store.outbox(100).await.unwrap();
        rows.iter().map(|(_, row)| decode(&row.record).unwrap()).collect()
    }

    #[tokio::test]
    async fn events_follow_one_another_without_gaps_and_make_the_state() {
        let parts = parts();
        let done = decide(&parts, &occasion(), |state| names(state, &["x", "y"])).await.unwrap();
        assert_eq!(done, committed(&["x", "y"], 0));
        let done = decide(&parts, &occasion(), |state| names(state, &["z"])).await.unwrap();
        assert_eq!(done, committed(&["x", "y", "z"], 2));
        let published = published(&parts).await;
        assert_eq!(published.iter().map(|message| message.envelope.sequence).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(published.iter().all(|message| message.envelope.subject == "a"));
    }

    #[tokio::test]
    async fn who_comes_second_decides_again_upon_what_is_there_now() {
        let parts = parts();
        let calls = AtomicU32::new(0);
        let other = parts.clone();
        let occasion_of_second = occasion();
        let done = decide(&parts, &occasion_of_second, |state| {
            if calls.fetch_add(1, Ordering::Relaxed) == 0 {
                // Somebody else commits between load and commit.
                let occasion = occasion();
                let first = decide::<Names, _>(&other, &occasion, |state| names(state, &["first"]));
                first.now_or_never().unwrap().unwrap();
            }
            names(state, &["second"])
        });
        assert_eq!(done.await.unwrap(), committed(&["first", "second"], 1));
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        assert_eq!(published(&parts).await.len(), 2);
    }

    #[tokio::test]
    async fn an_event_is_handled_once() {
        let parts = parts();
        let of = |sequence| Occasion { handled: handled(sequence), ..occasion() };
        decide(&parts, &of(4), |state| names(state, &["x"])).await.unwrap();
        for sequence in [4, 3] {
            let done = decide(&parts, &of(sequence), |state| names(state, &["y"])).await.unwrap();
            assert_eq!(done, Done::HandledBefore);
        }
        assert_eq!(published(&parts).await.len(), 1);
    }

    #[tokio::test]
    async fn a_command_of_the_same_name_is_answered_the_same() {
        let parts = parts();
        let of = |answer: &str| Occasion { command: Some(("key".to_owned(), json!(answer))), ..occasion() };
        decide(&parts, &of("one"), |state| names(state, &["x"])).await.unwrap();
        let other = Occasion { aggregate: "other".to_owned(), ..of("two") };
        let done = decide(&parts, &other, |state| names(state, &["y"])).await.unwrap();
        assert_eq!(done, Done::AnsweredBefore(json!("one")));
        assert_eq!(published(&parts).await.len(), 1);
    }

    #[tokio::test]
    async fn what_changes_nothing_is_not_committed_and_what_is_noted_is() {
        let parts = parts();
        let of = Occasion { handled: handled(1), ..occasion() };
        decide(&parts, &of, |state| names(state, &[])).await.unwrap();
        assert_eq!(parts.store.load(of.org, "a").await.unwrap(), None);
        let noted = |_| Decision { state: Some(Names(vec!["noted".to_owned()])), events: vec![], answer: 7 };
        assert_eq!(decide(&parts, &of, noted).await.unwrap(), committed(&["noted"], 7));
        let stored = parts.store.load(of.org, "a").await.unwrap().unwrap();
        assert_eq!((stored.version, stored.sequence, stored.state), (1, 0, json!(["noted"])));
    }
}
