//! What each event does to the tables.

use events::preview::ExplanationPhrased;
use events::promotion as p;
use events::{Event, Message};
use ids::{EventId, PromotionId};
use sqlx::PgConnection;

use crate::projection::change::{Change, change};
use crate::projection::waivers;
use crate::status;

pub(super) async fn apply(connection: &mut PgConnection, message: &Message) -> Result<(), sqlx::Error> {
    let org = message.envelope.org.uuid();
    match &message.event {
        Event::PreviewRequested(event) => requested(connection, message, event).await,
        Event::OrganisationCreated(event) => {
            let statement = "INSERT INTO organisation (org, name) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            sqlx::query(statement).bind(org).bind(&event.name).execute(connection).await.map(drop)
        }
        Event::TokenCreated(event) => sqlx::query(
            "INSERT INTO token (org, token_id, user_name, role, created_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING",
        )
        .bind(org)
        .bind(event.token_id.uuid())
        .bind(&event.user)
        .bind(&event.role)
        .bind(message.envelope.time)
        .execute(connection)
        .await
        .map(drop),
        Event::TokenRevoked(event) => {
            sqlx::query("UPDATE token SET revoked_at = $3 WHERE org = $1 AND token_id = $2")
                .bind(org)
                .bind(event.token_id.uuid())
                .bind(message.envelope.time)
                .execute(connection)
                .await
                .map(drop)
        }
        Event::WaiverGranted(_) | Event::WaiverRevoked(_) | Event::ApplicationRemoved(_) => {
            waivers::apply(connection, message).await
        }
        Event::CostEstimated(_) | Event::RiskAssessed(_) | Event::PreviewExplained(_) => {
            figures(connection, message).await
        }
        Event::ExplanationPhrased(event) => phrased(connection, message, event).await,
        event => match change(event) {
            Some((promotion, change)) => update(connection, message, promotion, change).await,
            None => Ok(()),
        },
    }
}

async fn requested(
    connection: &mut PgConnection,
    message: &Message,
    event: &p::PreviewRequested,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO promotion (org, promotion_id, status, application, application_id, from_environment,
             to_environment, requested_by, requested_at, updated_at, request)
         VALUES ($1, $2, $10, $3, $4, $5, $6, $7, $8, $8, $9)
         ON CONFLICT DO NOTHING",
    )
    .bind(message.envelope.org.uuid())
    .bind(event.promotion_id.uuid())
    .bind(&event.inputs.application)
    .bind(event.inputs.application_id.uuid())
    .bind(&event.inputs.from.environment)
    .bind(&event.inputs.to.environment)
    .bind(&event.requested_by)
    .bind(message.envelope.time)
    .bind(message.envelope.id.uuid())
    .bind(status::after(message.event.event_type()))
    .execute(connection)
    .await
    .map(drop)
}

/// A model's words of a preview, or why there are none. They come after the preview, and change nothing of it.
async fn phrased(
    connection: &mut PgConnection,
    message: &Message,
    event: &ExplanationPhrased,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO phrased (org, request, model, prompt, why, document) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
    )
    .bind(message.envelope.org.uuid())
    .bind(event.request.uuid())
    .bind(&event.model)
    .bind(&event.prompt)
    .bind(&event.why)
    .bind(event.phrased.map(|document| document.to_string()))
    .execute(connection)
    .await
    .map(drop)
}

async fn update(
    connection: &mut PgConnection,
    message: &Message,
    promotion: PromotionId,
    change: Change<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE promotion SET
             updated_at = $3,
             status = coalesce(nullif($4, ''), status),
             request = coalesce($5, request),
             preview_hash = coalesce($6, preview_hash),
             obstacle = CASE WHEN $14::jsonb IS NULL THEN obstacle ELSE $7 END,
             approvals_needed = coalesce($8, approvals_needed),
             approved_by = CASE WHEN $9::text IS NULL THEN approved_by ELSE approved_by || $9::text END,
             branch = coalesce($10, branch),
             commit = coalesce($11, commit),
             pull_request_url = coalesce($12, pull_request_url),
             failure = CASE WHEN nullif($4, '') IS NULL THEN coalesce($13, failure) ELSE $13 END,
             documents = coalesce($14, documents),
             superseded_by = coalesce($15, superseded_by)
         WHERE org = $1 AND promotion_id = $2",
    )
    .bind(message.envelope.org.uuid())
    .bind(promotion.uuid())
    .bind(message.envelope.time)
    .bind(status::after(message.event.event_type()))
    .bind(change.request.map(EventId::uuid))
    .bind(change.preview_hash)
    .bind(change.obstacle)
    .bind(change.approvals_needed.map(|needed| i32::try_from(needed).unwrap_or(i32::MAX)))
    .bind(change.approved_by)
    .bind(change.branch)
    .bind(change.commit)
    .bind(change.pull_request_url)
    .bind(change.failure)
    .bind(change.documents)
    .bind(change.superseded_by.map(PromotionId::uuid))
    .execute(connection)
    .await
    .map(drop)
}

/// What the engines say. Their topics are read beside the promotion's own, in any order.
async fn figures(connection: &mut PgConnection, message: &Message) -> Result<(), sqlx::Error> {
    let (request, cost, level, headline) = match &message.event {
        Event::CostEstimated(event) => (event.request, Some(event), None, None),
        Event::RiskAssessed(event) => (event.request, None, Some(&event.level), None),
        Event::PreviewExplained(event) => (event.request, None, None, Some(&event.headline)),
        _ => return Ok(()),
    };
    sqlx::query(
        "INSERT INTO figures AS f (org, request, currency, baseline_micros, projected_micros, delta_micros,
             risk_level, headline)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (org, request) DO UPDATE SET
             currency = coalesce(excluded.currency, f.currency),
             baseline_micros = coalesce(excluded.baseline_micros, f.baseline_micros),
             projected_micros = coalesce(excluded.projected_micros, f.projected_micros),
             delta_micros = coalesce(excluded.delta_micros, f.delta_micros),
             risk_level = coalesce(excluded.risk_level, f.risk_level),
             headline = coalesce(excluded.headline, f.headline)",
    )
    .bind(message.envelope.org.uuid())
    .bind(request.uuid())
    .bind(cost.map(|cost| &cost.currency))
    .bind(cost.map(|cost| cost.baseline_micros))
    .bind(cost.map(|cost| cost.projected_micros))
    .bind(cost.map(|cost| cost.delta_micros))
    .bind(level)
    .bind(headline)
    .execute(connection)
    .await
    .map(drop)
}
