//! Events that wait.

use events::Topic;
use time::OffsetDateTime;

use super::inner::Inner;
use crate::check;
use crate::dead_letter::{DeadLetter, DeadLetterState, NewDeadLetter};
use crate::error::StoreError;

impl Inner {
    pub(super) fn park(&mut self, mut letter: NewDeadLetter, now: OffsetDateTime) -> Result<i64, StoreError> {
        check::names([&letter.consumer, letter.position.partition.topic.as_str(), &letter.code])?;
        check::number(letter.position.offset)?;
        letter.message = check::sentence(&letter.message);
        let before = self.letters.values_mut().find(|before| {
            before.letter.consumer == letter.consumer && before.letter.position == letter.position
        });
        if let Some(before) = before {
            if before.state == DeadLetterState::Retrying && before.letter.attempts < letter.attempts {
                before.state = DeadLetterState::Parked;
                let NewDeadLetter { attempts, code, message, .. } = letter;
                before.letter = NewDeadLetter { attempts, code, message, ..before.letter.clone() };
            }
            return Ok(before.id);
        }
        let id = self.letters.last_key_value().map_or(1, |(last, _)| last + 1);
        self.letters.insert(id, DeadLetter { id, letter, parked_at: now, state: DeadLetterState::Parked });
        Ok(id)
    }

    pub(super) fn is_parked(&self, consumer: &str, topic: &Topic, key: &str) -> bool {
        self.letters.values().any(|letter| waits(letter, consumer, topic, key))
    }

    pub(super) fn waiting(&self, consumer: &str, topic: &Topic, key: &str, limit: usize) -> Vec<DeadLetter> {
        let waiting = self.letters.values().filter(|letter| waits(letter, consumer, topic, key));
        let mut waiting: Vec<_> = waiting.cloned().collect();
        waiting.sort_by_key(|letter| letter.letter.position.offset);
        waiting.truncate(limit);
        waiting
    }

    pub(super) fn dead_letters(
        &self,
        state: Option<DeadLetterState>,
        after: i64,
        limit: usize,
    ) -> Vec<DeadLetter> {
        let wanted =
            |letter: &&DeadLetter| letter.id > after && state.is_none_or(|state| letter.state == state);
        self.letters.values().filter(wanted).take(limit).map(listed).collect()
    }

    pub(super) fn dead_letters_since(
        &self,
        state: DeadLetterState,
        after: Option<(OffsetDateTime, i64)>,
        limit: usize,
    ) -> Vec<DeadLetter> {
        let place = |letter: &DeadLetter| (letter.parked_at, letter.id);
        let wanted =
            |letter: &&DeadLetter| letter.state == state && after.is_none_or(|after| place(letter) > after);
        let mut wanted: Vec<&DeadLetter> = self.letters.values().filter(wanted).collect();
        wanted.sort_by_key(|letter| place(letter));
        wanted.into_iter().take(limit).map(listed).collect()
    }

    pub(super) fn dead_letter(&self, id: i64) -> Option<DeadLetter> {
        self.letters.get(&id).cloned()
    }

    pub(super) fn set_dead_letter(&mut self, id: i64, state: DeadLetterState) {
        if let Some(letter) = self.letters.get_mut(&id) {
            letter.state = state;
        }
    }
}

/// Without its value.
fn listed(letter: &DeadLetter) -> DeadLetter {
    let mut listed = letter.clone();
    listed.letter.record.value.clear();
    listed
}

fn waits(DeadLetter { letter, state, .. }: &DeadLetter, consumer: &str, topic: &Topic, key: &str) -> bool {
    matches!(state, DeadLetterState::Parked | DeadLetterState::Retrying)
        && letter.consumer == consumer
        && letter.position.partition.topic == *topic
        && letter.record.key == key
}
