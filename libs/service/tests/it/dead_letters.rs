//! What cannot be handled waits with its aggregate, until somebody does something about it.

use events::delivery::{DeadLetterDiscarded, DeadLetterRetried, EventParked};
use events::{Event, Headers, Service};
use service::{DeadLetterError, DeadLetters, Parts, Policy};
use store::{DeadLetterState, NewDeadLetter};

use crate::bench::{Bench, is, poison, record, records, told, until};
use crate::handlers::{Does, Noting};

fn refuses(refused: &'static str) -> impl Fn(&str, u32) -> Does + Send + Sync {
    move |name, _| if name == refused { Does::Refuse } else { Does::Handle }
}

fn letter(offset: u64, state: &str, attempts: u32, code: &str) -> (u64, String, u32, String) {
    (offset, state.to_owned(), attempts, code.to_owned())
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_handled_waits_with_its_aggregate_and_others_flow() {
    let bench = Bench::new(1).await;
    bench.append(&[record("a", 1), record("b", 1), record("a", 2), record("b", 2)]).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are committed", async || bench.committed(0).await == 4).await;
    assert_eq!(handler.handled(), ["b1", "b2"]);
    assert_eq!(handler.tries("a1"), 4);
    assert_eq!(handler.tries("a2"), 0);
    let expected = [letter(0, "Parked", 4, "EVENT_ODD"), letter(2, "Parked", 0, "EVENT_WAITS")];
    assert_eq!(bench.letters().await, expected);
    let outbox = bench.outbox().await;
    let parked = |number: u64| ("EventParked", format!("dead-letter/{number}"), 1);
    assert_eq!(told(&outbox), [parked(1), parked(2)]);
    let Event::EventParked(event) = &outbox[0].event else { panic!("{outbox:?}") };
    let expected = EventParked {
        dead_letter: 1,
        consumer: "tests".to_owned(),
        aggregate: "a".to_owned(),
        topic: "plimsoll.catalog.v1".to_owned(),
        partition: 0,
        offset: 0,
        attempts: 4,
        code: "EVENT_ODD".to_owned(),
        message: "it makes no sense".to_owned(),
        retried_by: None,
    };
    assert_eq!(*event, expected);
    let input = crate::bench::message("a", 1).envelope;
    let envelope = &outbox[0].envelope;
    assert_eq!((envelope.org, envelope.correlation), (input.org, input.correlation));
    assert_eq!((envelope.causation, envelope.source), (Some(input.id), Service::Promotion));
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_event_are_parked_with_what_their_headers_say() {
    let bench = Bench::new(1).await;
    let mut bare = record("b", 1);
    bare.headers = Headers::default();
    bench.append(&[poison("a", 1), record("a", 2), bare, record("c", 1)]).await;
    let handler = Noting::able();
    let consumer = bench.consume(&handler);
    until("all are committed", async || bench.committed(0).await == 4).await;
    assert_eq!(handler.handled(), ["c1"]);
    let expected = [
        letter(0, "Parked", 1, "EVENT_UNREADABLE"),
        letter(1, "Parked", 0, "EVENT_WAITS"),
        letter(2, "Parked", 1, "EVENT_UNREADABLE"),
    ];
    assert_eq!(bench.letters().await, expected);
    let orgs: Vec<_> = bench.outbox().await.iter().map(|message| message.envelope.org).collect();
    assert_eq!(orgs[0], crate::bench::ORG);
    assert!(orgs[2].uuid().is_nil(), "nobody's");
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_name_that_no_store_takes_stops_nothing() {
    let bench = Bench::new(1).await;
    bench.append(&[record("a\0b", 1), record("a\0b", 2), record("c", 1)]).await;
    let handler = Noting::able();
    let consumer = bench.consume(&handler);
    until("all are committed", async || bench.committed(0).await == 3).await;
    assert_eq!(handler.handled(), ["c1"]);
    let expected = [letter(0, "Parked", 1, "STORE_INVALID"), letter(1, "Parked", 0, "EVENT_WAITS")];
    assert_eq!(bench.letters().await, expected);
    bench.dead_letters().discard(1, "ben", "a test").await.unwrap();
    // The next is tried then, and parked for its own sake.
    until("it is parked again", async || bench.letters().await[1] == letter(1, "Parked", 1, "STORE_INVALID"))
        .await;
    assert_eq!(handler.handled(), ["c1"]);
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_retry_handles_what_waits_in_order_and_what_arrives_meanwhile_after_it() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2, 3])).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are parked", async || bench.letters().await.len() == 3).await;
    handler.does(|_, _| Does::Take(500));
    assert_eq!(bench.dead_letters().retry(1, "ben").await.unwrap().state, DeadLetterState::Retrying);
    bench.append(&[record("a", 4), record("b", 1), record("a", 5)]).await;
    until("all are handled", async || handler.handled().len() == 6).await;
    assert_eq!(handler.of("a"), ["a1", "a2", "a3", "a4", "a5"]);
    until("all are committed", async || bench.committed(0).await == 6).await;
    let states: Vec<_> = bench.letters().await.into_iter().map(|letter| letter.1).collect();
    assert!(states.iter().all(|state| state == "Handled"), "{states:?}");
    let outbox = bench.outbox().await;
    let retried: Vec<_> = outbox.iter().filter(|message| is::<DeadLetterRetried>(&message.event)).collect();
    assert!(retried.iter().all(|message| message.envelope.sequence == 2));
    let by = |message: &&events::Message| match &message.event {
        Event::DeadLetterRetried(event) => (event.dead_letter, event.by.clone()),
        other => panic!("{other:?}"),
    };
    // Who asked for the first asked for those behind it, too. Those that came late waited behind it themselves.
    let by: Vec<_> = retried.iter().map(by).collect();
    assert!(by.len() >= 3 && by.iter().all(|(_, by)| by == "ben"), "{by:?}");
    assert_eq!(by.iter().map(|(id, _)| *id).collect::<Vec<_>>(), (1..=by.len() as i64).collect::<Vec<_>>());
    bench.append(&[record("a", 6)]).await;
    until("the aggregate flows", async || handler.of("a").len() == 6).await;
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nothing_is_appended_to_the_source_again() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2])).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are parked", async || bench.letters().await.len() == 2).await;
    handler.does(|_, _| Does::Handle);
    bench.dead_letters().retry(1, "ben").await.unwrap();
    until("all are handled", async || handler.handled() == ["a1", "a2"]).await;
    consumer.stop().await.unwrap();
    let partition = event_log::PartitionId { topic: crate::bench::topic(), partition: 0 };
    assert_eq!(event_log::EventLog::bounds(&bench.log, &partition).await.unwrap(), 0..2);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_fails_parks_again_and_says_why() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2])).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are parked", async || bench.letters().await.len() == 2).await;
    handler.does(|name, _| if name == "a1" { Does::Panic } else { Does::Handle });
    bench.dead_letters().retry(1, "ben").await.unwrap();
    let expected = [letter(0, "Parked", 8, "HANDLER_PANICKED"), letter(1, "Parked", 0, "EVENT_WAITS")];
    until("it is parked again", async || bench.letters().await == expected).await;
    assert!(handler.handled().is_empty());
    // Another failure's retry is another retry.
    handler.does(|_, _| Does::Handle);
    bench.dead_letters().retry(1, "eve").await.unwrap();
    until("all are handled", async || handler.handled() == ["a1", "a2"]).await;
    until("all is told", async || bench.outbox().await.len() == 5).await;
    // What was tried in vain is told as what was not: who, how often it was tried by now, and why.
    let outbox = bench.outbox().await;
    let of_first: Vec<_> =
        outbox.iter().filter(|message| message.envelope.subject == "dead-letter/1").collect();
    assert_eq!(of_first.iter().map(|message| message.envelope.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    let Event::EventParked(again) = &of_first[1].event else { panic!("{of_first:?}") };
    assert_eq!(
        (again.retried_by.as_deref(), again.attempts, &*again.code),
        (Some("ben"), 8, "HANDLER_PANICKED")
    );
    assert_eq!((of_first[1].actor(), of_first[0].actor(), of_first[2].actor()), ("ben", "promotion", "eve"));
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_stops_at_a_later_event_leaves_the_rest_waiting_behind_it() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2, 3])).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are parked", async || bench.letters().await.len() == 3).await;
    handler.does(refuses("a2"));
    bench.dead_letters().retry(1, "ben").await.unwrap();
    let expected = [
        letter(0, "Handled", 4, "EVENT_ODD"),
        letter(1, "Parked", 4, "EVENT_ODD"),
        letter(2, "Parked", 0, "EVENT_WAITS"),
    ];
    until("the second is parked", async || bench.letters().await == expected).await;
    assert_eq!(handler.handled(), ["a1"]);
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_waits_behind_another_is_not_retried_before_it() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2])).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are parked", async || bench.letters().await.len() == 2).await;
    let error = bench.dead_letters().retry(2, "ben").await.unwrap_err();
    assert_eq!(error.to_string(), "promotion/2 waits behind promotion/1: retry or discard that one first");
    assert_eq!(error.code(), "DEAD_LETTER_WAITS");
    let missing = bench.dead_letters().retry(9, "ben").await.unwrap_err();
    assert!(matches!(missing, DeadLetterError::NotFound { .. }), "{missing}");
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_is_passed_over_and_those_behind_it_are_handled() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2, 3])).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are parked", async || bench.letters().await.len() == 3).await;
    let given_up = bench.dead_letters().discard(1, "ben", "a test").await.unwrap();
    assert_eq!(given_up.state, DeadLetterState::Discarded);
    until("the others are handled", async || handler.handled() == ["a2", "a3"]).await;
    assert_eq!(handler.tries("a1"), 4, "it is not tried again");
    let outbox = bench.outbox().await;
    let discarded = outbox.iter().find(|message| is::<DeadLetterDiscarded>(&message.event)).unwrap();
    let Event::DeadLetterDiscarded(event) = &discarded.event else { panic!("{discarded:?}") };
    assert_eq!((event.dead_letter, &*event.by, &*event.reason), (1, "ben", "a test"));
    // Giving up twice is giving up once; what is given up is not handled again.
    bench.dead_letters().discard(1, "eve", "again").await.unwrap();
    let error = bench.dead_letters().retry(1, "eve").await.unwrap_err();
    assert_eq!(error.to_string(), "promotion/1 is discarded");
    until("all is told", async || bench.outbox().await.len() == 6).await;
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_last_of_those_that_wait_may_be_given_up_alone() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2])).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are parked", async || bench.letters().await.len() == 2).await;
    bench.dead_letters().discard(2, "ben", "a test").await.unwrap();
    handler.does(|_, _| Does::Handle);
    bench.dead_letters().retry(1, "ben").await.unwrap();
    until("the first is handled", async || handler.handled() == ["a1"]).await;
    bench.append(&[record("a", 3)]).await;
    until("the aggregate flows", async || handler.handled() == ["a1", "a3"]).await;
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nothing_is_given_up_while_it_is_handled_again() {
    let bench = Bench::new(1).await;
    bench.append(&[record("a", 1)]).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("it is parked", async || bench.letters().await.len() == 1).await;
    handler.does(|_, _| Does::Take(5000));
    bench.dead_letters().retry(1, "ben").await.unwrap();
    let error = bench.dead_letters().discard(1, "eve", "a race").await.unwrap_err();
    assert_eq!(error.code(), "DEAD_LETTER_BUSY");
    until("it is handled", async || handler.handled() == ["a1"]).await;
    until("it is closed", async || bench.letters().await[0].1 == "Handled").await;
    assert_eq!(
        bench.dead_letters().discard(1, "eve", "late").await.unwrap_err().code(),
        "DEAD_LETTER_SETTLED"
    );
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn another_process_may_ask() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2])).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are parked", async || bench.letters().await.len() == 2).await;
    handler.does(|_, _| Does::Handle);
    // The same store, and nothing that would wake the consumer.
    let Parts { log, store, blobs, clock, .. } = bench.parts.clone();
    let elsewhere = DeadLetters::new(Service::Promotion, &Parts::new(log, store, blobs, clock));
    elsewhere.retry(1, "ben").await.unwrap();
    until("all are handled", async || handler.handled() == ["a1", "a2"]).await;
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_a_crash_cut_off_goes_on() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2, 3])).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are committed", async || bench.committed(0).await == 3).await;
    handler.does(|name, _| if name == "a2" { Does::Take(60_000) } else { Does::Handle });
    bench.dead_letters().retry(1, "ben").await.unwrap();
    until("the second is begun", async || handler.tries("a2") == 1).await;
    consumer.crash().await;
    let consumer = bench.consume(&handler);
    until("all are handled", async || handler.handled() == ["a1", "a2", "a3"]).await;
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_parked_just_before_a_crash_is_told_of_once() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1])).await;
    // The crash comes after the letter is kept and before anything else.
    let position = event_log::Position {
        partition: event_log::PartitionId { topic: crate::bench::topic(), partition: 0 },
        offset: 0,
    };
    let (consumer, code, message) = ("tests".to_owned(), "EVENT_ODD".to_owned(), String::new());
    let letter = NewDeadLetter { consumer, position, record: record("a", 1), attempts: 4, code, message };
    bench.parts.store.park(letter).await.unwrap();
    let handler = Noting::able();
    for _ in 0..2 {
        let consumer = bench.consume_with(&handler, Policy::default());
        until("it is committed", async || bench.committed(0).await == 1).await;
        consumer.stop().await.unwrap();
    }
    assert!(handler.handled().is_empty());
    assert_eq!(told(&bench.outbox().await), [("EventParked", "dead-letter/1".to_owned(), 1)]);
}

/// As after the update to a release that knows the schema: what was parked is the record as the older release saw it.
#[tokio::test(start_paused = true)]
async fn an_event_whose_schema_was_none_of_ours_is_read_anew_when_it_is_retried() {
    let bench = Bench::new(1).await;
    bench.append(&[record("a", 1)]).await;
    let partition = event_log::PartitionId { topic: Service::Catalog.topic(), partition: 0 };
    let value = events::Frame::read(&record("a", 1).value).unwrap().foreign().to_vec();
    let letter = NewDeadLetter {
        consumer: "tests".to_owned(),
        position: event_log::Position { partition, offset: 0 },
        record: events::Record { value, ..record("a", 1) },
        attempts: 1,
        code: "EVENT_SCHEMA_UNKNOWN".to_owned(),
        message: String::new(),
    };
    bench.parts.store.park(letter).await.unwrap();
    let handler = Noting::able();
    let consumer = bench.consume(&handler);
    bench.dead_letters().retry(1, "ben").await.unwrap();
    until("it is handled", async || bench.letters().await[0].1 == "Handled").await;
    assert_eq!(handler.handled(), ["a1"]);
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_earlier_event_that_comes_again_does_not_wait_behind_a_later_one() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2])).await;
    let handler = Noting::new(refuses("a2"));
    let policy = Policy { commit_within: std::time::Duration::from_secs(3600), ..Policy::default() };
    let consumer = bench.consume_with(&handler, policy);
    until("the second is parked", async || bench.letters().await.len() == 1).await;
    consumer.crash().await;
    assert_eq!(bench.committed(0).await, 0);
    let consumer = bench.consume(&handler);
    until("all are committed", async || bench.committed(0).await == 2).await;
    assert_eq!(bench.letters().await, [letter(1, "Parked", 4, "EVENT_ODD")]);
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_nobody_asks_for_is_not_tried_again_because_one_behind_it_is_asked_for() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2])).await;
    let handler = Noting::new(refuses("a1"));
    let consumer = bench.consume(&handler);
    until("all are parked", async || bench.letters().await.len() == 2).await;
    bench.parts.store.set_dead_letter(2, DeadLetterState::Retrying).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    assert_eq!((handler.tries("a1"), handler.tries("a2")), (4, 0));
    consumer.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_loses_the_partition_in_the_middle_of_a_retry_leaves_the_rest_to_the_next() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1, 2, 3])).await;
    let slow = Noting::new(refuses("a1"));
    let link = bench.log.client();
    let mut parts = bench.parts.clone();
    parts.log = std::sync::Arc::new(link.clone());
    let first = crate::bench::Consumer::start(slow.clone(), parts, Policy::default());
    until("all are committed", async || bench.committed(0).await == 3).await;
    slow.does(|_, _| Does::Take(60_000));
    bench.dead_letters().retry(1, "ben").await.unwrap();
    until("the first is begun", async || slow.tries("a1") == 5).await;
    link.disconnect();
    let other = Noting::able();
    let second = bench.consume(&other);
    until("the other has all", async || other.handled() == ["a1", "a2", "a3"]).await;
    link.reconnect();
    until("the first ends its event", async || slow.handled() == ["a1"]).await;
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    assert_eq!(slow.handled(), ["a1"]);
    assert!(bench.letters().await.iter().all(|letter| letter.1 == "Handled"));
    let retried =
        bench.outbox().await.iter().filter(|message| is::<DeadLetterRetried>(&message.event)).count();
    assert_eq!(retried, 3, "each is told of once");
    second.stop().await.unwrap();
    first.stop().await.unwrap();
}
