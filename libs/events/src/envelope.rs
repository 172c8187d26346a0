//! What every event says of itself.

use ids::{EventId, OrgId, output_event_id};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::table::{Event, EventBody};
use crate::topic::Service;

/// The attributes of an event (CloudEvents 1.0, and the extensions `org`, `sequence`, `causation`, `correlation`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The event. One that is written twice has the same.
    pub id: EventId,
    /// The service that wrote it (`source`: `/plimsoll/NAME`). Of what is read from the log it is the one that writes the topic on which the
    /// event lies ([`crate::decode_on`]).
    pub source: Service,
    /// The aggregate (`subject`), which is the key in the log.
    pub subject: String,
    /// When it happened, to the microsecond.
    pub time: OffsetDateTime,
    /// The organisation.
    pub org: OrgId,
    /// Its place among the events of its topic and aggregate, from 1, without gaps in a decider's topic. An engine's
    /// output has its input's, so readers drop what they have seen by the last number alone.
    pub sequence: u64,
    /// The event that it follows from.
    pub causation: Option<EventId>,
    /// What it belongs to as a whole: the promotion, or the call.
    pub correlation: Uuid,
    /// The trace (W3C Trace Context).
    pub traceparent: Option<String>,
}

/// An event in its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it says of itself.
    pub envelope: Envelope,
    /// What happened.
    pub event: Event,
}

impl Message {
    /// What an engine makes of `self`: an event whose identifier, time and sequence follow from it, so that making it
    /// again gives the same bytes.
    #[must_use]
    pub fn output<E: EventBody>(&self, source: Service, event: E) -> Self {
        let envelope = Envelope {
            id: output_event_id(self.envelope.id, E::TYPE),
            source,
            causation: Some(self.envelope.id),
            ..self.envelope.clone()
        };
        Self { envelope, event: event.into() }
    }
}
