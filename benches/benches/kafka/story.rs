//! A log of promotions, each from the request to the merge, many under way at once. What the events say is what the golden
//! payloads of their schemas say; whose they are is their own.

use std::path::Path;

use events::gitops::{BranchPushed, MergeSeen};
use events::preview::{CostEstimated, DiffComputed, PreviewExplained, RiskAssessed};
use events::promotion::{
    ApprovalGiven, PreviewCompleted, PreviewRequested, PromotionApproved, PromotionMerged, PromotionOpened,
};
use events::{Envelope, Event, EventBody, Message, Service};
use ids::{EventId, OrgId, PromotionId};
use serde_json::Value;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

const BEGAN: OffsetDateTime = datetime!(2026-01-01 08:00 UTC);
/// So many promotions are under way at once.
const AT_ONCE: usize = 64;
const ORGANISATIONS: usize = 4;
/// What a tracer writes into every event.
const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// What happens to a promotion, in order, and by whom it is told.
pub(crate) struct Story {
    steps: Vec<(Service, u64, Event)>,
}

impl Story {
    pub(crate) fn new() -> Self {
        let steps = vec![
            (Service::Promotion, 1, golden::<PreviewRequested>()),
            (Service::Diff, 1, golden::<DiffComputed>()),
            (Service::Cost, 1, golden::<CostEstimated>()),
            (Service::Risk, 1, golden::<RiskAssessed>()),
            (Service::Explain, 1, golden::<PreviewExplained>()),
            (Service::Promotion, 2, golden::<PreviewCompleted>()),
            (Service::Promotion, 3, golden::<ApprovalGiven>()),
            (Service::Promotion, 4, golden::<PromotionApproved>()),
            (Service::Gitops, 1, golden::<BranchPushed>()),
            (Service::Promotion, 5, golden::<PromotionOpened>()),
            (Service::Gitops, 2, golden::<MergeSeen>()),
            (Service::Promotion, 6, golden::<PromotionMerged>()),
        ];
        Self { steps }
    }

    /// At least so many events, in the order in which they happen.
    pub(crate) fn messages(&self, events: usize) -> impl Iterator<Item = Message> + '_ {
        let promotions = events.div_ceil(self.steps.len());
        let groups =
            (0..promotions).step_by(AT_ONCE).map(move |first| first..promotions.min(first + AT_ONCE));
        groups.flat_map(move |group| {
            (0..self.steps.len())
                .flat_map(move |step| group.clone().map(move |promotion| self.message(promotion, step)))
        })
    }

    /// A step of a promotion.
    pub(crate) fn message(&self, promotion: usize, step: usize) -> Message {
        let (source, sequence, event) = &self.steps[step];
        let id = PromotionId::new(name("promotion", promotion, 0));
        let request = EventId::new(name("event", promotion, 0));
        let seconds = promotion * 10 + step * 60;
        let envelope = Envelope {
            id: EventId::new(name("event", promotion, step)),
            source: *source,
            subject: id.to_string(),
            time: BEGAN + Duration::seconds(i64::try_from(seconds).unwrap()),
            org: OrgId::new(name("organisation", promotion % ORGANISATIONS, 0)),
            sequence: *sequence,
            causation: (step > 0).then(|| EventId::new(name("event", promotion, step - 1))),
            correlation: id.uuid(),
            traceparent: Some(TRACE.to_owned()),
        };
        Message { envelope, event: of(event.clone(), id, request) }
    }
}

/// As random as the identifiers of real events, and the same each time.
fn name(kind: &str, number: usize, step: usize) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{kind} {number} {step}").as_bytes())
}

/// The event, of this promotion.
fn of(mut event: Event, id: PromotionId, about: EventId) -> Event {
    match &mut event {
        Event::PreviewRequested(event) => event.promotion_id = id,
        Event::DiffComputed(event) => (event.promotion_id, event.request) = (id, about),
        Event::CostEstimated(event) => (event.promotion_id, event.request) = (id, about),
        Event::RiskAssessed(event) => (event.promotion_id, event.request) = (id, about),
        Event::PreviewExplained(event) => (event.promotion_id, event.request) = (id, about),
        Event::PreviewCompleted(event) => (event.promotion_id, event.request) = (id, about),
        Event::ApprovalGiven(event) => event.promotion_id = id,
        Event::PromotionApproved(event) => event.promotion_id = id,
        Event::BranchPushed(event) => event.promotion_id = id,
        Event::PromotionOpened(event) => event.promotion_id = id,
        Event::MergeSeen(event) => event.promotion_id = id,
        Event::PromotionMerged(event) => event.promotion_id = id,
        other => panic!("{} is no step of the story", other.event_type()),
    }
    event
}

/// An event as its golden payload has it.
fn golden<E: EventBody>() -> Event {
    let mut parts = E::TYPE.split('.').skip(1);
    let (context, name) = (parts.next().unwrap(), parts.nth(1).unwrap());
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/avro");
    let text = std::fs::read_to_string(schemas.join(format!("{context}/golden/{name}.json"))).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value::<E>(value).unwrap().into()
}
