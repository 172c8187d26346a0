//! Events as text, and as CloudEvents in JSON.

use std::fmt::Write as _;

use events::{DecodeError, Event, Message};
use ids::{EventId, OrgId};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::reading::{Found, Read};
use crate::cli::PlainFormat;
use crate::escape;
use crate::failure::Failure;
use crate::json;

#[derive(Serialize)]
struct Document<'a> {
    events: Vec<Shown<'a>>,
    more: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    position: Place<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<CloudEvent<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Unreadable>,
}

#[derive(Serialize)]
struct Place<'a> {
    topic: &'a str,
    partition: u32,
    offset: u64,
}

#[derive(Serialize)]
struct Unreadable {
    code: &'static str,
    message: String,
}

/// The JSON event format of CloudEvents 1.0, with the extensions of the log's envelope.
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: EventId,
    source: String,
    #[serde(rename = "type")]
    event_type: &'static str,
    subject: &'a str,
    #[serde(with = "time::serde::rfc3339")]
    time: OffsetDateTime,
    datacontenttype: &'static str,
    org: OrgId,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    causation: Option<EventId>,
    correlation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    data: &'a Event,
}

pub(super) fn events(found: &Found, form: PlainFormat) -> Result<String, Failure> {
    match form {
        PlainFormat::Json => {
            json::print(&Document { events: found.events.iter().map(shown).collect(), more: found.more })
        }
        PlainFormat::Text => Ok(found.events.iter().map(line).collect()),
    }
}

fn shown(Read { position, message }: &Read) -> Shown<'_> {
    let partition = &position.partition;
    Shown {
        position: Place {
            topic: partition.topic.as_str(),
            partition: partition.partition,
            offset: position.offset,
        },
        event: message.as_ref().ok().map(cloud_event),
        error: message.as_ref().err().map(unreadable),
    }
}

fn cloud_event(Message { envelope, event }: &Message) -> CloudEvent<'_> {
    CloudEvent {
        specversion: "1.0",
        id: envelope.id,
        source: format!("/plimsoll/{}", envelope.source),
        event_type: event.event_type(),
        subject: &envelope.subject,
        time: envelope.time,
        datacontenttype: "application/json",
        org: envelope.org,
        sequence: envelope.sequence,
        causation: envelope.causation,
        correlation: envelope.correlation.to_string(),
        traceparent: envelope.traceparent.as_deref(),
        data: event,
    }
}

fn unreadable(error: &DecodeError) -> Unreadable {
    Unreadable { code: error.code(), message: error.to_string() }
}

/// A line: when, what, of what, and where it lies.
fn line(Read { position, message }: &Read) -> String {
    let mut text = String::new();
    let _ = match message {
        Ok(Message { envelope, event }) => {
            let time = envelope.time.format(&Rfc3339).unwrap_or_default();
            let name = event.event_type().rsplit('.').next().unwrap_or_default();
            writeln!(text, "{time:<27}  {name:<24}  {}  {position}", escape::line(&envelope.subject))
        }
        Err(error) => writeln!(text, "{}: {}  {position}", error.code(), escape::line(&error.to_string())),
    };
    text
}
