//! The table of waivers.

use api::waiver::{Waiver, WaiverQuery};
use events::{Event, Message};
use ids::{ApplicationId, OrgId, WaiverId};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _};
use time::{Date, OffsetDateTime};

use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::projection::queries::{Listed, one_more, page};
use crate::projection::store::Projections;

/// What a waiver's event does to its row. With its application a waiver goes too.
pub(super) async fn apply(connection: &mut PgConnection, message: &Message) -> Result<(), sqlx::Error> {
    let (org, time) = (message.envelope.org.uuid(), message.envelope.time);
    match &message.event {
        Event::WaiverGranted(event) => sqlx::query(
            "INSERT INTO waiver (org, waiver_id, application_id, application, environment, rule, place, reason,
                 until, granted_by, granted_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::date, $10, $11) ON CONFLICT DO NOTHING",
        )
        .bind(org)
        .bind(event.waiver_id.uuid())
        .bind(event.application_id.uuid())
        .bind(&event.application)
        .bind(&event.environment)
        .bind(&event.rule)
        .bind(&event.place)
        .bind(&event.reason)
        .bind(&event.until)
        .bind(&event.by)
        .bind(time),
        Event::WaiverRevoked(event) => sqlx::query(
            "UPDATE waiver SET revoked_by = $3, revoked_at = $4 WHERE org = $1 AND waiver_id = $2",
        )
        .bind(org)
        .bind(event.waiver_id.uuid())
        .bind(&event.by)
        .bind(time),
        Event::ApplicationRemoved(event) => sqlx::query(
            "UPDATE waiver SET revoked_by = $3, revoked_at = $4
             WHERE org = $1 AND application_id = $2 AND revoked_at IS NULL",
        )
        .bind(org)
        .bind(event.application_id.uuid())
        .bind(&event.by)
        .bind(time),
        _ => return Ok(()),
    }
    .execute(connection)
    .await
    .map(drop)
}

impl Projections {
    /// Waivers that were not revoked, newest first.
    pub(crate) async fn waivers(
        &self,
        org: OrgId,
        filter: &WaiverQuery,
        (today, last): (Date, Option<Date>),
        (after, limit): (Option<Cursor>, usize),
    ) -> Result<Listed<Waiver>, ApiError> {
        let mut query = QueryBuilder::<Postgres>::new("SELECT *, until::text AS until_text, until < ");
        query.push_bind(today).push(" AS ended FROM waiver WHERE revoked_at IS NULL AND org = ");
        query.push_bind(org.uuid());
        if let Some(application) = &filter.application {
            query.push(" AND (application = ").push_bind(application);
            query.push(" OR application_id::text = ").push_bind(application).push(")");
        }
        if let Some(environment) = &filter.environment {
            query.push(" AND (environment IS NULL OR environment = ").push_bind(environment).push(")");
        }
        if let Some(last) = last {
            query.push(" AND until <= ").push_bind(last).push(" AND until >= ").push_bind(today);
        }
        if let Some(after) = after {
            query.push(" AND (granted_at, waiver_id) < (").push_bind(after.time);
            query.push(", ").push_bind(after.id).push(")");
        }
        query.push(" ORDER BY granted_at DESC, waiver_id DESC LIMIT ").push_bind(one_more(limit));
        let rows = self.database.in_time(query.build().fetch_all(self.database.pool())).await??;
        let items = rows.iter().map(waiver).collect::<Result<Vec<_>, sqlx::Error>>()?;
        Ok(page(items, limit, |waiver: &Waiver| Cursor { time: waiver.granted_at, id: waiver.id.uuid() }))
    }
}

fn waiver(row: &PgRow) -> Result<Waiver, sqlx::Error> {
    let granted_at: OffsetDateTime = row.try_get("granted_at")?;
    Ok(Waiver {
        id: WaiverId::new(row.try_get("waiver_id")?),
        application: row.try_get("application")?,
        application_id: ApplicationId::new(row.try_get("application_id")?),
        environment: row.try_get("environment")?,
        rule: row.try_get("rule")?,
        place: row.try_get("place")?,
        reason: row.try_get("reason")?,
        who: row.try_get("granted_by")?,
        until: row.try_get("until_text")?,
        ended: row.try_get("ended")?,
        granted_at,
    })
}
