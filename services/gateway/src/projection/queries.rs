//! The tables of the projections: reading. Every question is asked for one organisation.

use api::access::{Organisation, TokenInfo};
use api::audit::{AuditQuery, AuditRecord};
use api::promotion::{EstimatedCost, FailureInfo, Promotion, PromotionEvent, PromotionQuery};
use ids::{BlobHash, EventId, OrgId, PromotionId, TokenId};
use serde::Deserialize;
use serde_json::Number;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::money;
use crate::projection::store::Projections;
use crate::status;

/// The names of a preview's documents.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Documents {
    pub(crate) plan: BlobHash,
    pub(crate) changes: BlobHash,
    pub(crate) cost: BlobHash,
    pub(crate) bill: BlobHash,
    pub(crate) risk: BlobHash,
    pub(crate) explanation: BlobHash,
}

/// A promotion, and where its preview is once it is complete.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) promotion: Promotion,
    pub(crate) documents: Option<Documents>,
}

/// What a language model made of a preview.
#[derive(Debug, Clone)]
pub(crate) struct PhrasedRow {
    pub(crate) model: String,
    pub(crate) prompt: String,
    pub(crate) why: Option<String>,
    pub(crate) document: Option<BlobHash>,
}

/// A page of rows, newest first, and whether there are more.
pub(crate) struct Listed<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<Cursor>,
}

const PROMOTION: &str =
    "SELECT p.*, f.currency, f.baseline_micros, f.projected_micros, f.delta_micros, f.risk_level,
        f.headline,
        ARRAY(SELECT o.promotion_id FROM promotion o WHERE o.org = p.org AND o.superseded_by = p.promotion_id
            ORDER BY o.requested_at, o.promotion_id) AS supersedes
    FROM promotion p LEFT JOIN figures f ON f.org = p.org AND f.request = p.request
    WHERE p.org = ";

impl Projections {
    /// The promotion, if this organisation has it.
    pub(crate) async fn promotion(&self, org: OrgId, id: PromotionId) -> Result<Option<Found>, ApiError> {
        let mut query = QueryBuilder::<Postgres>::new(PROMOTION);
        query.push_bind(org.uuid()).push(" AND p.promotion_id = ").push_bind(id.uuid());
        let row = self.database.in_time(query.build().fetch_optional(self.database.pool())).await??;
        Ok(row.map(|row| found(&row)).transpose()?)
    }

    /// What a language model made of the promotion's preview that counts; none if nothing yet.
    pub(crate) async fn phrased(&self, org: OrgId, id: PromotionId) -> Result<Option<PhrasedRow>, ApiError> {
        let asked = sqlx::query(
            "SELECT x.model, x.prompt, x.why, x.document FROM promotion p
             JOIN phrased x ON x.org = p.org AND x.request = p.request WHERE p.org = $1 AND p.promotion_id = $2",
        )
        .bind(org.uuid())
        .bind(id.uuid())
        .fetch_optional(self.database.pool());
        let row = self.database.in_time(asked).await??;
        Ok(row.as_ref().map(phrased).transpose()?)
    }

    /// Promotions, newest first.
    pub(crate) async fn promotions(
        &self,
        org: OrgId,
        filter: &PromotionQuery,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Listed<Promotion>, ApiError> {
        let mut query = QueryBuilder::<Postgres>::new(PROMOTION);
        query.push_bind(org.uuid());
        if let Some(status) = &filter.status {
            query.push(" AND p.status = ").push_bind(status);
        }
        if let Some(application) = &filter.application {
            query.push(" AND (p.application = ").push_bind(application);
            query.push(" OR p.application_id::text = ").push_bind(application).push(")");
        }
        if let Some(to) = &filter.to {
            query.push(" AND p.to_environment = ").push_bind(to);
        }
        if let Some(by) = &filter.requested_by {
            query.push(" AND p.requested_by = ").push_bind(by);
        }
        if let Some(after) = after {
            query.push(" AND (p.requested_at, p.promotion_id) < (").push_bind(after.time);
            query.push(", ").push_bind(after.id).push(")");
        }
        query.push(" ORDER BY p.requested_at DESC, p.promotion_id DESC LIMIT ").push_bind(one_more(limit));
        let rows = self.database.in_time(query.build().fetch_all(self.database.pool())).await??;
        let items =
            rows.iter().map(|row| Ok(found(row)?.promotion)).collect::<Result<Vec<_>, sqlx::Error>>()?;
        Ok(page(items, limit, |promotion: &Promotion| Cursor {
            time: promotion.requested_at,
            id: promotion.promotion_id.uuid(),
        }))
    }

    /// Events, newest first.
    pub(crate) async fn audit_log(
        &self,
        org: OrgId,
        filter: &AuditQuery,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Listed<AuditRecord>, ApiError> {
        let mut query = QueryBuilder::<Postgres>::new("SELECT * FROM audit_log WHERE org = ");
        query.push_bind(org.uuid());
        if let Some(promotion) = filter.promotion_id {
            query.push(" AND correlation = ").push_bind(promotion);
        }
        if let Some(actor) = &filter.actor {
            query.push(" AND actor = ").push_bind(actor);
        }
        if let Some(event_type) = &filter.event_type {
            query.push(" AND (event_type = ").push_bind(event_type);
            query.push(" OR split_part(event_type, '.', 4) = ").push_bind(event_type).push(")");
        }
        if let Some(since) = moment("since", filter.since.as_deref())? {
            query.push(" AND time >= ").push_bind(since);
        }
        if let Some(until) = moment("until", filter.until.as_deref())? {
            query.push(" AND time < ").push_bind(until);
        }
        if let Some(after) = after {
            query.push(" AND (time, id) < (").push_bind(after.time).push(", ").push_bind(after.id).push(")");
        }
        query.push(" ORDER BY time DESC, id DESC LIMIT ").push_bind(one_more(limit));
        let rows = self.database.in_time(query.build().fetch_all(self.database.pool())).await??;
        let items = rows.iter().map(record).collect::<Result<Vec<_>, sqlx::Error>>()?;
        Ok(page(items, limit, |record: &AuditRecord| Cursor { time: record.time, id: record.id.uuid() }))
    }

    /// One event.
    pub(crate) async fn audit_record(
        &self,
        org: OrgId,
        id: EventId,
    ) -> Result<Option<AuditRecord>, ApiError> {
        let asked = sqlx::query("SELECT * FROM audit_log WHERE org = $1 AND id = $2")
            .bind(org.uuid())
            .bind(id.uuid())
            .fetch_optional(self.database.pool());
        let row = self.database.in_time(asked).await??;
        Ok(row.as_ref().map(record).transpose()?)
    }

    /// What has happened to a promotion after this number, in order, each with its number.
    pub(crate) async fn promotion_events(
        &self,
        org: OrgId,
        id: PromotionId,
        after: i64,
    ) -> Result<Vec<(i64, PromotionEvent)>, ApiError> {
        let asked = sqlx::query(
            "SELECT sequence, event_type, time, data FROM audit_log
             WHERE org = $1 AND service = 'promotion' AND subject = $2 AND sequence > $3 ORDER BY sequence",
        )
        .bind(org.uuid())
        .bind(id.to_string())
        .bind(after)
        .fetch_all(self.database.pool());
        let rows = self.database.in_time(asked).await??;
        let event = |row: &PgRow| {
            let event_type: String = row.try_get("event_type")?;
            let status = status::after(&event_type).to_owned();
            let event =
                PromotionEvent { event_type, time: row.try_get("time")?, status, data: row.try_get("data")? };
            Ok((row.try_get("sequence")?, event))
        };
        Ok(rows.iter().map(event).collect::<Result<Vec<_>, sqlx::Error>>()?)
    }

    /// The organisation's name.
    pub(crate) async fn organisation(&self, org: OrgId) -> Result<Option<Organisation>, ApiError> {
        let asked = sqlx::query_scalar("SELECT name FROM organisation WHERE org = $1")
            .bind(org.uuid())
            .fetch_optional(self.database.pool());
        let name = self.database.in_time(asked).await??;
        Ok(name.map(|name| Organisation { id: org, name }))
    }

    /// Tokens, newest first.
    pub(crate) async fn tokens(
        &self,
        org: OrgId,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Listed<TokenInfo>, ApiError> {
        let mut query = QueryBuilder::<Postgres>::new("SELECT * FROM token WHERE org = ");
        query.push_bind(org.uuid());
        if let Some(after) = after {
            query.push(" AND (created_at, token_id) < (").push_bind(after.time);
            query.push(", ").push_bind(after.id).push(")");
        }
        query.push(" ORDER BY created_at DESC, token_id DESC LIMIT ").push_bind(one_more(limit));
        let rows = self.database.in_time(query.build().fetch_all(self.database.pool())).await??;
        let items = rows.iter().map(token).collect::<Result<Vec<_>, sqlx::Error>>()?;
        Ok(page(items, limit, |token: &TokenInfo| Cursor {
            time: token.created_at,
            id: token.token_id.uuid(),
        }))
    }
}

fn found(row: &PgRow) -> Result<Found, sqlx::Error> {
    let uuid = |column| row.try_get::<Uuid, _>(column);
    let failure: Option<serde_json::Value> = row.try_get("failure")?;
    let documents: Option<serde_json::Value> = row.try_get("documents")?;
    let obstacle: Option<String> = row.try_get("obstacle")?;
    let needed: Option<i32> = row.try_get("approvals_needed")?;
    let status: String = row.try_get("status")?;
    let superseded_by: Option<Uuid> = row.try_get("superseded_by")?;
    let supersedes: Vec<Uuid> = row.try_get("supersedes")?;
    let promotion = Promotion {
        promotion_id: PromotionId::new(uuid("promotion_id")?),
        application: row.try_get("application")?,
        application_id: uuid("application_id")?,
        from: row.try_get("from_environment")?,
        to: row.try_get("to_environment")?,
        requested_by: row.try_get("requested_by")?,
        requested_at: row.try_get("requested_at")?,
        updated_at: row.try_get("updated_at")?,
        preview_hash: row.try_get("preview_hash")?,
        approvable: documents.is_some().then_some(obstacle.is_none() && status == "preview"),
        status,
        obstacle,
        approvals_needed: needed.and_then(|needed| u32::try_from(needed).ok()),
        approved_by: row.try_get("approved_by")?,
        estimated_cost: estimated_cost(row)?,
        risk_level: row.try_get("risk_level")?,
        headline: row.try_get("headline")?,
        branch: row.try_get("branch")?,
        commit: row.try_get("commit")?,
        git_pr_url: row.try_get("pull_request_url")?,
        failure: failure.map(decoded::<FailureInfo>).transpose()?,
        superseded_by: superseded_by.map(PromotionId::new),
        supersedes: supersedes.into_iter().map(PromotionId::new).collect(),
    };
    Ok(Found { promotion, documents: documents.map(decoded).transpose()? })
}

fn phrased(row: &PgRow) -> Result<PhrasedRow, sqlx::Error> {
    let document: Option<String> = row.try_get("document")?;
    let named =
        |name: String| name.parse().map_err(|error: ids::BlobHashError| sqlx::Error::Decode(error.into()));
    Ok(PhrasedRow {
        model: row.try_get("model")?,
        prompt: row.try_get("prompt")?,
        why: row.try_get("why")?,
        document: document.map(named).transpose()?,
    })
}

fn decoded<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, sqlx::Error> {
    serde_json::from_value(value).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn estimated_cost(row: &PgRow) -> Result<Option<EstimatedCost>, sqlx::Error> {
    let amount = |column| -> Result<Option<Number>, sqlx::Error> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(money::hundredths))
    };
    let currency: Option<String> = row.try_get("currency")?;
    let figures =
        (amount("baseline_micros")?, amount("projected_micros")?, amount("delta_micros")?, currency);
    let (Some(baseline), Some(projected), Some(delta), Some(currency)) = figures else { return Ok(None) };
    Ok(Some(EstimatedCost { baseline, projected, delta, currency }))
}

fn record(row: &PgRow) -> Result<AuditRecord, sqlx::Error> {
    Ok(AuditRecord {
        id: EventId::new(row.try_get("id")?),
        event_type: row.try_get("event_type")?,
        time: row.try_get("time")?,
        actor: row.try_get("actor")?,
        subject: row.try_get("subject")?,
        correlation: row.try_get("correlation")?,
        data: row.try_get("data")?,
    })
}

fn token(row: &PgRow) -> Result<TokenInfo, sqlx::Error> {
    let role: String = row.try_get("role")?;
    Ok(TokenInfo {
        token_id: TokenId::new(row.try_get("token_id")?),
        user: row.try_get("user_name")?,
        role: role.parse().map_err(|error: access::RoleError| sqlx::Error::Decode(error.into()))?,
        created_at: row.try_get("created_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}

pub(super) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// The first of the rows, of which one more was read to know whether there are more.
pub(super) fn page<T>(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> Listed<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Listed { items, next }
}

fn moment(name: &'static str, text: Option<&str>) -> Result<Option<OffsetDateTime>, ApiError> {
    let parse = |text| OffsetDateTime::parse(text, &Rfc3339);
    let refuse = |_| {
        let example = "2026-11-21T17:30:00Z";
        ApiError::bad_request("QUERY_INVALID", format!("{name} is no time as RFC 3339 writes it ({example})"))
    };
    text.map(parse).transpose().map_err(refuse)
}
