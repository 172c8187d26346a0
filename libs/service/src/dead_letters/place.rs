//! The order of the dead letters of all services.

use events::Service;
use protos::operations as proto;
use store::DeadLetter;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Where a letter stands among those of all services: oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(OffsetDateTime, Service, i64);

impl Place {
    pub(super) fn of(letter: &DeadLetter, service: Service) -> Self {
        Self(letter.parked_at, service, letter.id)
    }

    /// That of a letter as another process shows it.
    pub(super) fn shown(letter: &proto::DeadLetter) -> Option<Self> {
        let (service, number) = letter.id.split_once('/')?;
        let time = OffsetDateTime::parse(&letter.parked_at, &Rfc3339).ok()?;
        Some(Self(time, Service::named(service)?, number.parse().ok()?))
    }

    /// As the `next` of a page has it.
    pub(super) fn text(self) -> String {
        let Self(time, service, number) = self;
        format!("{} {service} {number}", time.unix_timestamp_nanos())
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let time = OffsetDateTime::from_unix_timestamp_nanos(parts.next()?.parse().ok()?).ok()?;
        let place = Self(time, Service::named(parts.next()?)?, parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(place)
    }
}
