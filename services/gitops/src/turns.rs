//! Whose turn it is: many promotions at the same time, and nobody waits for another's Git host.

use std::collections::HashMap;
use std::time::Duration;

use ids::PromotionId;
use tokio::time::Instant;

use crate::lists::{Entry, Listed};

/// How many promotions are worked on at the same time.
const AT_ONCE: usize = 32;
/// How many of them are of one organisation: hosts that hang hold up no other organisation.
const OF_ONE_ORGANISATION: usize = 8;

/// Who is at work, and who waits until when.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    at_work: HashMap<PromotionId, Entry>,
    later: HashMap<PromotionId, Instant>,
}

impl Turns {
    /// Those of a list whose turn it is now: they are at work from here on. One at a time asks a repository.
    pub(crate) fn begin(&mut self, listed: &Listed, now: Instant) -> Vec<(PromotionId, Entry)> {
        self.later.retain(|promotion, _| listed.contains_key(promotion));
        let mut begun = Vec::new();
        for (promotion, entry) in listed {
            let waits = self.later.get(promotion).is_some_and(|later| *later > now);
            if !waits && !self.at_work.contains_key(promotion) && self.has_room(entry) {
                self.at_work.insert(*promotion, entry.clone());
                begun.push((*promotion, entry.clone()));
            }
        }
        begun
    }

    fn has_room(&self, entry: &Entry) -> bool {
        let of_organisation = || self.at_work.values().filter(|other| other.org == entry.org);
        self.at_work.len() < AT_ONCE
            && of_organisation().count() < OF_ONE_ORGANISATION
            && !of_organisation().any(|other| other.repository == entry.repository)
    }

    /// A promotion is not at work any more. Its next turn is no earlier than so.
    pub(crate) fn end(&mut self, promotion: PromotionId, next: Option<Instant>) {
        self.at_work.remove(&promotion);
        match next {
            Some(next) => self.later.insert(promotion, next),
            None => self.later.remove(&promotion),
        };
    }

    /// How long until somebody's turn comes by itself; at most `longest`.
    pub(crate) fn pause(&self, now: Instant, longest: Duration) -> Duration {
        let waiting = self.later.iter().filter(|(promotion, _)| !self.at_work.contains_key(promotion));
        let next =
            waiting.map(|(_, later)| later.saturating_duration_since(now)).filter(|left| !left.is_zero());
        next.min().map_or(longest, |left| left.min(longest))
    }
}

#[cfg(test)]
mod tests {
    use ids::OrgId;
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> PromotionId {
        PromotionId::new(Uuid::from_u128(number))
    }

    fn entry(org: u128, repository: u128) -> Entry {
        Entry {
            org: OrgId::new(Uuid::from_u128(org)),
            repository: format!("https://git.example/{repository}"),
            asked: 1,
        }
    }

    fn begun(turns: &mut Turns, listed: &Listed, now: Instant) -> Vec<PromotionId> {
        turns.begin(listed, now).into_iter().map(|(promotion, _)| promotion).collect()
    }

    #[tokio::test]
    async fn one_at_a_time_asks_a_repository_of_an_organisation() {
        let (mut turns, now) = (Turns::default(), Instant::now());
        let listed = Listed::from([(id(1), entry(1, 1)), (id(2), entry(1, 1)), (id(3), entry(2, 1))]);
        assert_eq!(begun(&mut turns, &listed, now), [id(1), id(3)]);
        assert_eq!(begun(&mut turns, &listed, now), []);
        turns.end(id(1), Some(now + Duration::from_secs(9)));
        assert_eq!(begun(&mut turns, &listed, now), [id(2)]);
    }

    #[tokio::test]
    async fn an_organisation_leaves_room_for_others() {
        let (mut turns, now) = (Turns::default(), Instant::now());
        let mut listed: Listed = (0..100).map(|number| (id(number), entry(1, number))).collect();
        listed.insert(id(1000), entry(2, 0));
        let first = begun(&mut turns, &listed, now);
        assert_eq!((first.len(), first.contains(&id(1000))), (9, true));
        let many: Listed = (0..100).map(|number| (id(2000 + number), entry(3 + number, 0))).collect();
        assert_eq!(begun(&mut turns, &many, now).len(), 32 - 9);
    }

    #[tokio::test]
    async fn who_waits_comes_when_the_time_has_come() {
        let (mut turns, now) = (Turns::default(), Instant::now());
        let (second, minute) = (Duration::from_secs(1), Duration::from_secs(60));
        let listed = Listed::from([(id(1), entry(1, 1))]);
        assert_eq!(begun(&mut turns, &listed, now), [id(1)]);
        turns.end(id(1), Some(now + second));
        assert_eq!((begun(&mut turns, &listed, now), turns.pause(now, minute)), (vec![], second));
        assert_eq!(begun(&mut turns, &listed, now + second), [id(1)]);
        // Off the list and on it again, it is new.
        turns.end(id(1), Some(now + minute));
        assert_eq!(begun(&mut turns, &Listed::new(), now), []);
        assert_eq!(begun(&mut turns, &listed, now), [id(1)]);
    }
}
