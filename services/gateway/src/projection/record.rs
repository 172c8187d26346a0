//! The table of everything that happened, as the API lists it.

use events::{Event, Message};
use serde_json::Value;
use sqlx::PgConnection;

use crate::projection::seen::sequence;

/// Keeps a row of each event.
pub(super) async fn keep(connection: &mut PgConnection, messages: &[&Message]) -> Result<(), sqlx::Error> {
    let data: Result<Vec<String>, _> = messages.iter().map(|message| shown(&message.event)).collect();
    let data = data.map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(
        "INSERT INTO audit_log (org, id, service, subject, sequence, event_type, time, actor, correlation, data)
         SELECT org, id, service, subject, sequence, event_type, time, actor, correlation, data::jsonb
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[],
             $7::timestamptz[], $8::text[], $9::uuid[], $10::text[])
             AS happened (org, id, service, subject, sequence, event_type, time, actor, correlation, data)
         ON CONFLICT (org, id) DO NOTHING",
    )
    .bind(of(messages, |message| message.envelope.org.uuid()))
    .bind(of(messages, |message| message.envelope.id.uuid()))
    .bind(of(messages, |message| message.envelope.source.name()))
    .bind(of(messages, |message| message.envelope.subject.as_str()))
    .bind(of(messages, sequence))
    .bind(of(messages, |message| message.event.event_type()))
    .bind(of(messages, |message| message.envelope.time))
    .bind(of(messages, Message::actor))
    .bind(of(messages, |message| message.envelope.correlation))
    .bind(data)
    .execute(connection)
    .await
    .map(drop)
}

/// A column of the rows.
fn of<'a, T>(messages: &[&'a Message], column: impl Fn(&'a Message) -> T) -> Vec<T> {
    messages.iter().map(|message| column(message)).collect()
}

/// The event as JSON. Postgres keeps no zero character in it, which somebody may have sent.
fn shown(event: &Event) -> Result<String, serde_json::Error> {
    fn without_zeros(value: &mut Value) {
        match value {
            Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
            Value::Array(items) => items.iter_mut().for_each(without_zeros),
            Value::Object(fields) => fields.values_mut().for_each(without_zeros),
            _ => {}
        }
    }
    let text = serde_json::to_string(event)?;
    // It may be the end of a backslash and of other characters, too: then nothing is replaced.
    if !text.contains("\\u0000") {
        return Ok(text);
    }
    let mut value = serde_json::to_value(event)?;
    without_zeros(&mut value);
    serde_json::to_string(&value)
}
