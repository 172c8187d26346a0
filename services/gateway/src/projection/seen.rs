//! What the projection has seen of each aggregate, so that an event that comes twice counts once.

use std::collections::{BTreeMap, HashMap};

use events::Message;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

/// Whose events are numbered: an organisation's, on a topic, of an aggregate.
type Numbered = (Uuid, String, String);

/// Marks events as seen, and gives those that were not, in their order.
pub(super) async fn mark<'a>(
    connection: &mut PgConnection,
    messages: &'a [Message],
) -> Result<Vec<&'a Message>, sqlx::Error> {
    let mut highest: BTreeMap<Numbered, i64> = BTreeMap::new();
    for message in messages {
        let last = highest.entry(numbered(message)).or_insert(i64::MIN);
        *last = sequence(message).max(*last);
    }
    // What the statement reads of the table is as it was before the statement.
    let (orgs, topics, aggregates, sequences) = columns(&highest);
    let rows = sqlx::query(
        "WITH marked AS (
             INSERT INTO seen (org, topic, aggregate, sequence)
             SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[])
             ON CONFLICT (org, topic, aggregate) DO UPDATE SET sequence = excluded.sequence
             WHERE seen.sequence < excluded.sequence
             RETURNING org, topic, aggregate
         )
         SELECT org, topic, aggregate, before.sequence
         FROM marked LEFT JOIN seen AS before USING (org, topic, aggregate)",
    )
    .bind(orgs)
    .bind(topics)
    .bind(aggregates)
    .bind(sequences)
    .fetch_all(connection)
    .await?;
    let mut before: HashMap<Numbered, Option<i64>> = HashMap::with_capacity(rows.len());
    for row in rows {
        let of = (row.try_get("org")?, row.try_get("topic")?, row.try_get("aggregate")?);
        before.insert(of, row.try_get("sequence")?);
    }
    Ok(messages.iter().filter(|message| is_next(&mut before, message)).collect())
}

/// Whether the event is above the last of its aggregate, which it then is.
fn is_next(before: &mut HashMap<Numbered, Option<i64>>, message: &Message) -> bool {
    // One of which nothing was marked has all of these behind it.
    let Some(last) = before.get_mut(&numbered(message)) else { return false };
    let next = last.is_none_or(|last| last < sequence(message));
    if next {
        *last = Some(sequence(message));
    }
    next
}

/// Of each event, whether the projection in this schema has seen it.
pub(super) async fn are_seen(
    connection: &mut PgConnection,
    messages: &[&Message],
) -> Result<Vec<bool>, sqlx::Error> {
    let asked: BTreeMap<Numbered, i64> =
        messages.iter().map(|message| (numbered(message), sequence(message))).collect();
    let (orgs, topics, aggregates, _) = columns(&asked);
    let rows = sqlx::query(
        "SELECT org, topic, aggregate, sequence FROM seen
         JOIN unnest($1::uuid[], $2::text[], $3::text[]) AS asked (org, topic, aggregate)
             USING (org, topic, aggregate)",
    )
    .bind(orgs)
    .bind(topics)
    .bind(aggregates)
    .fetch_all(connection)
    .await?;
    let mut last: HashMap<Numbered, i64> = HashMap::with_capacity(rows.len());
    for row in rows {
        let of = (row.try_get("org")?, row.try_get("topic")?, row.try_get("aggregate")?);
        last.insert(of, row.try_get("sequence")?);
    }
    let is_seen =
        |message: &&Message| last.get(&numbered(message)).is_some_and(|last| sequence(message) <= *last);
    Ok(messages.iter().map(is_seen).collect())
}

fn numbered(message: &Message) -> Numbered {
    let envelope = &message.envelope;
    (envelope.org.uuid(), envelope.source.topic().to_string(), envelope.subject.clone())
}

fn columns(rows: &BTreeMap<Numbered, i64>) -> (Vec<Uuid>, Vec<&str>, Vec<&str>, Vec<i64>) {
    let keys = || rows.keys();
    (
        keys().map(|(org, ..)| *org).collect(),
        keys().map(|(_, topic, _)| topic.as_str()).collect(),
        keys().map(|(.., aggregate)| aggregate.as_str()).collect(),
        rows.values().copied().collect(),
    )
}

/// Postgres has no unsigned numbers.
pub(super) fn sequence(message: &Message) -> i64 {
    i64::try_from(message.envelope.sequence).unwrap_or(i64::MAX)
}
