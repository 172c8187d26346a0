//! The registry's numbers on the log, and the bundled ones for who uses it.

use event_log::EventLog as _;
use events::promotion::ApprovalGiven;
use events::{EventBody as _, Frame, Message, Record, Service, decode, encode, schema_of_id};

use crate::scene::{OTHER, message, scene, with_number};

#[tokio::test]
async fn the_log_has_the_registrys_number_and_readers_the_bundled_one() {
    let scene = scene().await;
    let record = encode(&message(1)).unwrap();
    scene.log.append(&scene.topic, std::slice::from_ref(&record)).await.unwrap();
    let raw = &scene.raw.read(&scene.partition(), 0, 1).await.unwrap()[0].record;
    let (written, given) = (Frame::read(&raw.value).unwrap(), Frame::read(&record.value).unwrap());
    let subject = "plimsoll.promotion.v1-plimsoll.promotion.v1.ApprovalGiven";
    assert_eq!(written.schema_id, scene.fake.numbers(subject)[0]);
    assert_eq!((written.body, &raw.headers), (given.body, &record.headers));
    let read = scene.log.read(&scene.partition(), 0, 1).await.unwrap();
    assert_eq!(decode(&read[0].record).unwrap(), message(1));
    let delivered = scene.subscribe().await.next(10).await.unwrap();
    assert_eq!(delivered[0].record, record);
    // What is no event of ours stays as it is.
    let note = Record { key: "k".to_owned(), value: b"plain".to_vec(), ..Record::default() };
    scene.log.append(&scene.topic, std::slice::from_ref(&note)).await.unwrap();
    assert_eq!(scene.log.read(&scene.partition(), 1, 1).await.unwrap()[0].record, note);
    // An event that nobody writes to this topic has no number there.
    let error = scene.log.append(&Service::Diff.topic(), &[record]).await.unwrap_err();
    assert_eq!(error.code(), "LOG_MISCONFIGURED");
}

#[tokio::test]
async fn a_number_of_a_schema_of_ours_is_asked_for_once() {
    let scene = scene().await;
    // The same schema, written otherwise: only its canonical form counts.
    let text = schema_of_id(ApprovalGiven::SCHEMA_ID).unwrap().text.replace("  ", " ");
    scene.fake.has("elsewhere", OTHER, &text);
    let records = [with_number(OTHER, 1), with_number(OTHER, 2)];
    scene.raw.append(&scene.topic, &records).await.unwrap();
    for _ in 0..2 {
        let read = scene.log.read(&scene.partition(), 0, 10).await.unwrap();
        let messages: Vec<Message> = read.iter().map(|record| decode(&record.record).unwrap()).collect();
        assert_eq!(messages, [message(1), message(2)]);
    }
    assert_eq!(scene.asked_for(OTHER), 1);
}

/// It is parked by whoever consumes it, with a code that says so.
#[tokio::test]
async fn a_schema_that_is_none_of_ours_is_told_and_its_bytes_are_kept() {
    let scene = scene().await;
    scene.fake.has("elsewhere", OTHER, r#"{"type": "record", "name": "of.a.newer.Release", "fields": []}"#);
    let records = [with_number(OTHER, 1), with_number(OTHER + 1, 2)];
    scene.raw.append(&scene.topic, &records).await.unwrap();
    let read = scene.log.read(&scene.partition(), 0, 10).await.unwrap();
    for (found, written) in read.iter().zip(&records) {
        let error = decode(&found.record).unwrap_err();
        assert_eq!(error.code(), "EVENT_SCHEMA_UNKNOWN");
        let frame = Frame::read(&found.record.value).unwrap();
        assert!(frame.is_foreign() && error.to_string().contains(&frame.as_written().schema_id.to_string()));
        assert_eq!(frame.as_written().to_vec(), written.value);
    }
}
