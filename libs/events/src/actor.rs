//! Who did what an event tells of.

use crate::envelope::Message;
use crate::table::Event;

impl Message {
    /// The person who did it, or the service that wrote it.
    #[must_use]
    pub fn actor(&self) -> &str {
        person(&self.event).unwrap_or_else(|| self.envelope.source.name())
    }
}

fn person(event: &Event) -> Option<&str> {
    Some(match event {
        Event::PreviewRequested(event) => &event.requested_by,
        Event::ApprovalGiven(event) => &event.by,
        Event::PromotionRejected(event) => &event.by,
        Event::PromotionSuperseded(event) => &event.by,
        Event::CommandRefused(event) => &event.by,
        Event::OrganisationCreated(event) => &event.by,
        Event::ApplicationRegistered(event) => &event.by,
        Event::ApplicationUpdated(event) => &event.by,
        Event::ApplicationRemoved(event) => &event.by,
        Event::ClusterRegistered(event) => &event.by,
        Event::ClusterRenamed(event) => &event.by,
        Event::ClusterRemoved(event) => &event.by,
        Event::CatalogRefused(event) => &event.by,
        Event::WaiverGranted(event) => &event.by,
        Event::WaiverRevoked(event) => &event.by,
        Event::TokenCreated(event) => &event.by,
        Event::TokenRevoked(event) => &event.by,
        Event::AccessRefused(event) => &event.user,
        Event::EventParked(event) => event.retried_by.as_deref()?,
        Event::DeadLetterRetried(event) => &event.by,
        Event::DeadLetterDiscarded(event) => &event.by,
        _ => return None,
    })
}
