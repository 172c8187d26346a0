//! Events that wait.

use std::sync::Arc;

use event_log::PartitionId;
use events::{Record, Topic};

use super::fixture::{letter, topic};
use crate::dead_letter::{DeadLetter, DeadLetterState as State, NewDeadLetter};
use crate::{Store, StoreError};

async fn is_parked(store: &dyn Store, key: &str) -> bool {
    store.is_parked("reader", &topic(), key).await.unwrap()
}

async fn ids(
    store: &dyn Store,
    state: Option<State>,
    after: i64,
    limit: usize,
) -> Result<Vec<i64>, StoreError> {
    Ok(store.dead_letters(state, after, limit).await?.into_iter().map(|letter| letter.id).collect())
}

pub async fn parking_twice_is_parking_once(store: Arc<dyn Store>) {
    let headers = [("ce_org", [0xff, 0])].into_iter().collect();
    let record = Record { key: "k\u{0}".to_owned(), headers, value: vec![0, 254] };
    let first = NewDeadLetter { record, message: "bad byte: \u{0}".to_owned(), ..letter("", 7) };
    let id = store.park(first.clone()).await.unwrap();
    let again = NewDeadLetter { attempts: 9, code: "OTHER".to_owned(), ..first.clone() };
    assert_eq!(store.park(again.clone()).await.unwrap(), id);
    let parked = store.dead_letter(id).await.unwrap().unwrap();
    // The bytes as they came; of the sentence, what a text can hold.
    let kept = NewDeadLetter { message: "bad byte: \u{fffd}".to_owned(), ..first };
    assert_eq!(parked, DeadLetter { id, letter: kept, parked_at: parked.parked_at, state: State::Parked });
    for done in [State::Handled, State::Discarded] {
        store.set_dead_letter(id, done).await.unwrap();
        assert_eq!(store.park(again.clone()).await.unwrap(), id);
        assert_eq!(store.dead_letter(id).await.unwrap().unwrap().state, done, "what is done stays done");
    }
    assert_eq!(ids(&*store, None, 0, 10).await.unwrap(), [id]);
    // Another position, partition, topic or consumer is another letter.
    let other = PartitionId { topic: Topic::new("plimsoll.other.v1"), partition: 3 };
    let mut others = [letter("k", 8), letter("k", 7), letter("k", 7), letter("k", 7)];
    others[1].position.partition.partition = 4;
    others[2].position.partition = other;
    others[3].consumer = "another".to_owned();
    for other in others {
        assert!(store.park(other).await.unwrap() > id);
    }
    assert_eq!(ids(&*store, None, 0, 10).await.unwrap().len(), 5);
}

pub async fn a_key_waits_while_one_of_it_does(store: Arc<dyn Store>) {
    assert!(!is_parked(&*store, "k").await);
    let first = store.park(letter("k", 1)).await.unwrap();
    let second = store.park(NewDeadLetter { attempts: 0, ..letter("k", 2) }).await.unwrap();
    assert!(is_parked(&*store, "k").await);
    assert!(!is_parked(&*store, "other").await);
    assert!(!store.is_parked("another", &topic(), "k").await.unwrap());
    assert!(!store.is_parked("reader", &Topic::new("plimsoll.other.v1"), "k").await.unwrap());
    store.set_dead_letter(first, State::Discarded).await.unwrap();
    assert!(is_parked(&*store, "k").await, "the second waits");
    store.set_dead_letter(second, State::Retrying).await.unwrap();
    assert!(is_parked(&*store, "k").await, "the second is not done");
    store.set_dead_letter(second, State::Handled).await.unwrap();
    assert!(!is_parked(&*store, "k").await);
}

/// In the order of the log, in whatever order they were parked.
pub async fn those_of_a_key_wait_in_order(store: Arc<dyn Store>) {
    for (key, offset) in [("k", 30), ("k", 4), ("other", 1), ("k", 5), ("k", 200)] {
        store.park(letter(key, offset)).await.unwrap();
    }
    store.park(NewDeadLetter { consumer: "another".to_owned(), ..letter("k", 1) }).await.unwrap();
    let waiting = async |limit| {
        let letters = store.waiting("reader", &topic(), "k", limit).await.unwrap();
        letters.into_iter().map(|letter| (letter.letter.position.offset, letter.id)).collect::<Vec<_>>()
    };
    let all = waiting(10).await;
    assert_eq!(all.iter().map(|(offset, _)| *offset).collect::<Vec<_>>(), [4, 5, 30, 200]);
    assert_eq!(waiting(2).await, all[..2]);
    store.set_dead_letter(all[0].1, State::Handled).await.unwrap();
    store.set_dead_letter(all[1].1, State::Retrying).await.unwrap();
    store.set_dead_letter(all[3].1, State::Discarded).await.unwrap();
    assert_eq!(waiting(10).await, all[1..3]);
}

pub async fn a_dead_letter_is_retried_and_handled(store: Arc<dyn Store>) {
    let id = store.park(letter("k", 1)).await.unwrap();
    for state in [State::Parked, State::Retrying, State::Handled] {
        store.set_dead_letter(id, state).await.unwrap();
        let read = store.dead_letter(id).await.unwrap().unwrap();
        assert_eq!((read.state, read.letter), (state, letter("k", 1)));
        for other in [State::Parked, State::Retrying, State::Handled, State::Discarded] {
            let listed = ids(&*store, Some(other), 0, 10).await.unwrap();
            assert_eq!(!listed.is_empty(), other == state, "{state:?} among {other:?}");
        }
    }
}

pub async fn a_failed_retry_is_parked_with_its_new_error(store: Arc<dyn Store>) {
    let id = store.park(letter("k", 1)).await.unwrap();
    store.set_dead_letter(id, State::Retrying).await.unwrap();
    // The log delivers it again meanwhile, and it waits behind itself: the retry goes on.
    let behind = NewDeadLetter { attempts: 0, code: "WAITS".to_owned(), ..letter("k", 1) };
    assert_eq!(store.park(behind).await.unwrap(), id);
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().state, State::Retrying);
    let message = "another error".to_owned();
    let failed = NewDeadLetter { attempts: 6, code: "EVENT_LATE".to_owned(), message, ..letter("k", 1) };
    assert_eq!(store.park(failed.clone()).await.unwrap(), id);
    let parked = store.dead_letter(id).await.unwrap().unwrap();
    assert_eq!((parked.state, parked.letter), (State::Parked, failed));
}

pub async fn dead_letters_are_listed_in_pages(store: Arc<dyn Store>) {
    let mut all = Vec::new();
    for offset in 1..=5 {
        all.push(store.park(letter("k", offset)).await.unwrap());
    }
    assert!(all.is_sorted_by(|one, next| one < next));
    store.set_dead_letter(all[1], State::Discarded).await.unwrap();
    assert_eq!(ids(&*store, None, 0, 2).await.unwrap(), all[..2]);
    assert_eq!(ids(&*store, None, all[1], 10).await.unwrap(), all[2..]);
    assert_eq!(ids(&*store, Some(State::Parked), all[0], 2).await.unwrap(), all[2..4]);
    assert_eq!(ids(&*store, Some(State::Discarded), 0, 10).await.unwrap(), all[1..2]);
    assert!(ids(&*store, None, all[4], 10).await.unwrap().is_empty());
}

/// In the order in which they were parked, whatever has become of those between.
pub async fn dead_letters_are_listed_on_from_a_moment(store: Arc<dyn Store>) {
    let mut all = Vec::new();
    for offset in 1..=6 {
        all.push(store.park(letter("k", offset)).await.unwrap());
    }
    store.set_dead_letter(all[1], State::Discarded).await.unwrap();
    store.set_dead_letter(all[4], State::Retrying).await.unwrap();
    let list = async |state, after, limit| store.dead_letters_since(state, after, limit).await.unwrap();
    let parked = list(State::Parked, None, 10).await;
    let ids = |letters: &[DeadLetter]| letters.iter().map(|letter| letter.id).collect::<Vec<_>>();
    assert_eq!(ids(&parked), [all[0], all[2], all[3], all[5]]);
    assert_eq!(list(State::Parked, None, 3).await, parked[..3]);
    let place = |letter: &DeadLetter| Some((letter.parked_at, letter.id));
    assert_eq!(list(State::Parked, place(&parked[0]), 2).await, parked[1..3]);
    assert_eq!(list(State::Parked, place(&parked[3]), 10).await, []);
    // Of the same moment, those with higher numbers; the place need not be that of a letter.
    let moment = parked[1].parked_at;
    assert_eq!(ids(&list(State::Parked, Some((moment, i64::MIN)), 10).await)[0], all[2]);
    assert_eq!(ids(&list(State::Parked, Some((moment, i64::MAX)), 10).await)[0], all[3]);
    let retrying = list(State::Retrying, None, 10).await;
    assert_eq!(ids(&retrying), [all[4]]);
    assert_eq!(list(State::Retrying, place(&parked[3]), 10).await, []);
}

/// A list has no values, which may be large; the letter has its own.
pub async fn dead_letters_are_listed_without_their_values(store: Arc<dyn Store>) {
    let mut whole = letter("k", 1);
    whole.record.value = vec![7; 100_000];
    whole.record.headers = [("ce_org", b"0")].into_iter().collect();
    let id = store.park(whole.clone()).await.unwrap();
    let mut shown = whole.clone();
    shown.record.value.clear();
    for listed in [
        store.dead_letters(None, 0, 10).await.unwrap(),
        store.dead_letters(Some(State::Parked), 0, 10).await.unwrap(),
        store.dead_letters_since(State::Parked, None, 10).await.unwrap(),
    ] {
        assert_eq!(listed.into_iter().map(|letter| letter.letter).collect::<Vec<_>>(), [shown.clone()]);
    }
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().letter, whole);
    assert_eq!(store.waiting("reader", &topic(), "k", 1).await.unwrap()[0].letter, whole);
}

pub async fn an_unknown_dead_letter_is_none(store: Arc<dyn Store>) {
    assert_eq!(store.dead_letter(1).await.unwrap(), None);
    store.set_dead_letter(1, State::Discarded).await.unwrap();
    assert_eq!(store.dead_letters(None, 0, 10).await.unwrap(), []);
}
