//! The table of promotions: what several events change of it, in two statements.

use std::collections::BTreeMap;

use events::promotion::PreviewRequested;
use events::{Event, Message};
use ids::EventId;
use sqlx::PgConnection;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::projection::change::{Change, change};
use crate::status;

/// What events change of promotions, each promotion once.
#[derive(Default)]
pub(super) struct Promotions<'a> {
    requested: BTreeMap<Key, (&'a Message, &'a PreviewRequested)>,
    changed: BTreeMap<Key, Changed<'a>>,
}

/// An organisation's promotion.
type Key = (Uuid, Uuid);

/// What follows from some changes of a promotion, one after another.
struct Changed<'a> {
    updated_at: OffsetDateTime,
    status: Option<&'static str>,
    /// What is none stays.
    last: Change<'a>,
    approved_by: Vec<&'a str>,
    /// Whether `last.failure` is what there is now, none too.
    fails_anew: bool,
}

impl<'a> Promotions<'a> {
    /// Takes an event in. False if it has to wait until what was taken before is written.
    pub(super) fn take(&mut self, message: &'a Message) -> bool {
        let org = message.envelope.org.uuid();
        if let Event::PreviewRequested(event) = &message.event {
            let key = (org, event.promotion_id.uuid());
            // Changes before the request are of a promotion that is there, or of none.
            let waits = self.changed.contains_key(&key) && !self.requested.contains_key(&key);
            if !waits {
                self.requested.entry(key).or_insert((message, event));
            }
            return !waits;
        }
        if let Some((promotion, change)) = change(&message.event) {
            let status = Some(status::after(message.event.event_type())).filter(|status| !status.is_empty());
            let new = Changed::new(message.envelope.time, status, change);
            let key = (org, promotion.uuid());
            match self.changed.remove(&key) {
                Some(before) => self.changed.insert(key, before.then(new)),
                None => self.changed.insert(key, new),
            };
        }
        true
    }

    /// Writes what was taken: first the new rows, then what changes of rows.
    pub(super) async fn write(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        insert(connection, &self.requested).await?;
        update(connection, &self.changed).await
    }
}

impl<'a> Changed<'a> {
    fn new(updated_at: OffsetDateTime, status: Option<&'static str>, last: Change<'a>) -> Self {
        // A status of its own ends what was wrong before.
        let fails_anew = status.is_some() || last.failure.is_some();
        Self { updated_at, status, approved_by: last.approved_by.into_iter().collect(), last, fails_anew }
    }

    /// Both, as one. An obstacle comes with the documents or goes.
    fn then(self, next: Self) -> Self {
        let (mut approved_by, before, last) = (self.approved_by, self.last, next.last);
        approved_by.extend(next.approved_by);
        let obstacle = if last.documents.is_some() { last.obstacle } else { before.obstacle };
        let failure = if next.fails_anew { last.failure } else { before.failure };
        Self {
            updated_at: next.updated_at,
            status: next.status.or(self.status),
            approved_by,
            fails_anew: self.fails_anew || next.fails_anew,
            last: Change {
                request: last.request.or(before.request),
                preview_hash: last.preview_hash.or(before.preview_hash),
                obstacle,
                approvals_needed: last.approvals_needed.or(before.approvals_needed),
                approved_by: None,
                branch: last.branch.or(before.branch),
                commit: last.commit.or(before.commit),
                pull_request_url: last.pull_request_url.or(before.pull_request_url),
                failure,
                documents: last.documents.or(before.documents),
                superseded_by: last.superseded_by.or(before.superseded_by),
            },
        }
    }
}

async fn insert(
    connection: &mut PgConnection,
    requested: &BTreeMap<Key, (&Message, &PreviewRequested)>,
) -> Result<(), sqlx::Error> {
    if requested.is_empty() {
        return Ok(());
    }
    let of = |text: fn(&PreviewRequested) -> &str| -> Vec<&str> {
        requested.values().map(|(_, event)| text(event)).collect()
    };
    let times: Vec<_> = requested.values().map(|(message, _)| message.envelope.time).collect();
    let status = requested.values().next().map(|(message, _)| status::after(message.event.event_type()));
    let (orgs, promotions) = columns(requested.keys());
    sqlx::query(
        "INSERT INTO promotion (org, promotion_id, status, application, application_id, from_environment,
             to_environment, requested_by, requested_at, updated_at, request)
         SELECT org, promotion_id, $9, application, application_id, from_environment, to_environment, requested_by,
             at, at, request
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[],
             $8::timestamptz[], $10::uuid[])
             AS requested (org, promotion_id, application, application_id, from_environment, to_environment,
                 requested_by, at, request)
         ON CONFLICT DO NOTHING",
    )
    .bind(orgs)
    .bind(promotions)
    .bind(of(|event| &event.inputs.application))
    .bind(requested.values().map(|(_, event)| event.inputs.application_id.uuid()).collect::<Vec<_>>())
    .bind(of(|event| &event.inputs.from.environment))
    .bind(of(|event| &event.inputs.to.environment))
    .bind(of(|event| &event.requested_by))
    .bind(times)
    .bind(status)
    .bind(requested.values().map(|(message, _)| message.envelope.id.uuid()).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

async fn update(
    connection: &mut PgConnection,
    changed: &BTreeMap<Key, Changed<'_>>,
) -> Result<(), sqlx::Error> {
    if changed.is_empty() {
        return Ok(());
    }
    let (orgs, promotions) = columns(changed.keys());
    // Postgres has no arrays of arrays of different lengths.
    let approved_by: Vec<Option<Json<&Vec<&str>>>> =
        of(changed, |changed| Some(&changed.approved_by).filter(|by| !by.is_empty()).map(Json));
    sqlx::query(
        "UPDATE promotion AS p SET
             updated_at = c.updated_at,
             status = coalesce(c.status, p.status),
             request = coalesce(c.request, p.request),
             preview_hash = coalesce(c.preview_hash, p.preview_hash),
             obstacle = CASE WHEN c.documents IS NULL THEN p.obstacle ELSE c.obstacle END,
             approvals_needed = coalesce(c.approvals_needed, p.approvals_needed),
             approved_by = CASE WHEN c.approved_by IS NULL THEN p.approved_by
                 ELSE p.approved_by || ARRAY(SELECT jsonb_array_elements_text(c.approved_by)) END,
             branch = coalesce(c.branch, p.branch),
             commit = coalesce(c.commit, p.commit),
             pull_request_url = coalesce(c.pull_request_url, p.pull_request_url),
             failure = CASE WHEN c.fails_anew THEN c.failure ELSE p.failure END,
             documents = coalesce(c.documents, p.documents),
             superseded_by = coalesce(c.superseded_by, p.superseded_by)
         FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::uuid[], $6::text[], $7::text[],
             $8::integer[], $9::jsonb[], $10::text[], $11::text[], $12::text[], $13::boolean[], $14::jsonb[],
             $15::jsonb[], $16::uuid[])
             AS c (org, promotion_id, updated_at, status, request, preview_hash, obstacle, approvals_needed,
                 approved_by, branch, commit, pull_request_url, fails_anew, failure, documents, superseded_by)
         WHERE p.org = c.org AND p.promotion_id = c.promotion_id",
    )
    .bind(orgs)
    .bind(promotions)
    .bind(of(changed, |changed| changed.updated_at))
    .bind(of(changed, |changed| changed.status))
    .bind(of(changed, |changed| changed.last.request.map(EventId::uuid)))
    .bind(of(changed, |changed| changed.last.preview_hash))
    .bind(of(changed, |changed| changed.last.obstacle))
    .bind(of(changed, |changed| changed.last.approvals_needed.map(integer)))
    .bind(approved_by)
    .bind(of(changed, |changed| changed.last.branch))
    .bind(of(changed, |changed| changed.last.commit))
    .bind(of(changed, |changed| changed.last.pull_request_url))
    .bind(of(changed, |changed| changed.fails_anew))
    .bind(of(changed, |changed| changed.last.failure.clone()))
    .bind(of(changed, |changed| changed.last.documents.clone()))
    .bind(of(changed, |changed| changed.last.superseded_by.map(ids::PromotionId::uuid)))
    .execute(connection)
    .await
    .map(drop)
}

fn columns<'k>(keys: impl Iterator<Item = &'k Key>) -> (Vec<Uuid>, Vec<Uuid>) {
    keys.copied().unzip()
}

/// A column of the changes.
fn of<'c, 'a, T>(changed: &'c BTreeMap<Key, Changed<'a>>, column: impl Fn(&'c Changed<'a>) -> T) -> Vec<T> {
    changed.values().map(column).collect()
}

/// Postgres has no unsigned numbers.
fn integer(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
