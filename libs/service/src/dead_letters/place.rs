//! The order of the dead letters of all services.

use std::cmp::Ordering;

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

    /// The moment and number that the letters of a service lie behind which come after this place.
    pub(super) fn among(self, service: Service) -> (OffsetDateTime, i64) {
        let Self(time, of, number) = self;
        match service.cmp(&of) {
            Ordering::Less => (time, i64::MAX),
            Ordering::Equal => (time, number),
            Ordering::Greater => (time, i64::MIN),
        }
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

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    #[test]
    fn what_comes_after_a_place_is_what_lies_behind_its_moment_and_number() {
        let moments = [0, 1, 2].map(|second| OffsetDateTime::UNIX_EPOCH + Duration::seconds(second));
        let services = [Service::Catalog, Service::Diff, Service::Gateway];
        let letters = || moments.into_iter().flat_map(|moment| [1, 2, 3].map(|number| (moment, number)));
        for (at, of, number) in services.into_iter().flat_map(|of| letters().map(move |(at, n)| (at, of, n)))
        {
            let place = Place(at, of, number);
            for service in services {
                let comes_after = |(at, number): &(_, _)| Place(*at, service, *number) > place;
                let lies_behind = |letter: &(_, _)| *letter > place.among(service);
                let after: Vec<_> = letters().filter(comes_after).collect();
                assert_eq!(
                    letters().filter(lies_behind).collect::<Vec<_>>(),
                    after,
                    "{service} after {place:?}"
                );
            }
        }
    }
}
